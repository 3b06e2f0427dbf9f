using System.Net.Sockets;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>A pod or address of a Service, from the API server's objects.</summary>
internal sealed record Endpoint
{
    /// <summary>Unique in its Service: a pod's name, or an address.</summary>
    public required string Id { get; init; }

    /// <summary>Null for endpoints without a pod.</summary>
    public V1Pod? Pod { get; init; }

    public required IPEndPoint Address { get; init; }

    public required EndpointState State { get; init; }

    /// <summary>The node, or the address if the node is unknown.</summary>
    public required string Node { get; init; }

    /// <summary>True if its containers are ready, so that a probe can succeed.</summary>
    public required bool IsProbed { get; init; }
}

/// <summary>The pods and addresses that are endpoints of a Service, including removed ones. Pure.</summary>
internal static class EndpointResolver
{
    /// <summary>Null if the pod is not an endpoint of the Service.</summary>
    public static Endpoint? OfPod(V1Service service, HealthPolicy policy, V1Pod pod, ProbeNetworks networks)
    {
        // Labels first: each pod of a namespace is compared with all Services there, and most do not match.
        if (StateOf(service, policy, pod) is not { } state
            || pod.Metadata.DeletionTimestamp is not null
            || pod.Status?.Phase != "Running"
            || AddressOf(service, pod) is not { } address
            || !networks.Allows(address)
            || Port(service, policy, pod) is not { } port)
        {
            return null;
        }

        return new Endpoint
        {
            Id = pod.Metadata.Name,
            Pod = pod,
            Address = new IPEndPoint(address, port),
            State = state,
            Node = pod.Spec.NodeName ?? address.ToString(),
            IsProbed = pod.ConditionStatus("ContainersReady") == "True",
        };
    }

    /// <summary>The addresses of a Service without a selector, with the readiness in its own slices.</summary>
    public static IReadOnlyList<Endpoint> OfAddresses(V1Service service, HealthPolicy policy, IEnumerable<V1EndpointSlice> own)
    {
        if (ServicePort(service, policy) is not { } port)
        {
            return [];
        }

        var ready = own.SelectMany(slice => slice.Endpoints ?? [])
            .Where(endpoint => endpoint.Conditions?.Ready != false)
            .SelectMany(endpoint => endpoint.Addresses)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. policy.Addresses.Select(address => new Endpoint
            {
                Id = address.ToString(),
                Address = new IPEndPoint(address, port.TargetNumber() ?? port.Port),
                State = ready.Contains(address.ToString()) ? EndpointState.Serving : EndpointState.Removed,
                Node = address.ToString(),
                IsProbed = true,
            }),
        ];
    }

    /// <summary>True if the pod is an endpoint of the Service, or would be without this controller's removal.</summary>
    public static bool Covers(V1Service service, V1Pod pod, RemovalMechanism mechanism) => mechanism.Method switch
    {
        RemovalMethod.ServeLabel => service.Spec?.Selector?.ContainsKey(mechanism.Label) == true
            && Selects(service, pod, except: mechanism.Label),
        RemovalMethod.ReadinessGate => Selects(service, pod, except: null),
        _ => false,
    };

    /// <summary>True if a removal by this controller takes the pod from the Service.</summary>
    public static bool Loses(V1Service service, V1Pod pod, RemovalMechanism mechanism) => Covers(service, pod, mechanism)
        && (mechanism.Method == RemovalMethod.ServeLabel || service.Spec.PublishNotReadyAddresses != true);

    /// <summary>True if the pod would be an endpoint of the Service if this controller had not removed it.</summary>
    public static bool IsRemovedFrom(V1Service service, V1Pod pod)
    {
        if (pod.Metadata.DeletionTimestamp is not null || pod.ConditionStatus("ContainersReady") != "True")
        {
            return false;
        }

        return RemovalNote.Of(pod).Any(note => pod.GetLabel(note.Label) is null
                && Covers(service, pod, new RemovalMechanism(RemovalMethod.ServeLabel, note.Label)))
            || (DeclaresGate(pod) && pod.ConditionStatus(Annotations.GateCondition) == "False"
                && Loses(service, pod, new RemovalMechanism(RemovalMethod.ReadinessGate, "")));
    }

    /// <summary>True if the pod is one of the Service's ready endpoints.</summary>
    public static bool Serves(V1Service service, V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null
        && Selects(service, pod, except: null)
        && (service.Spec.PublishNotReadyAddresses == true || pod.ConditionStatus("Ready") == "True");

    /// <summary>True if the pod has this controller's readiness gate.</summary>
    public static bool DeclaresGate(V1Pod pod) =>
        pod.Spec?.ReadinessGates?.Any(gate => gate.ConditionType == Annotations.GateCondition) == true;

    public static V1ServicePort? ServicePort(V1Service service, HealthPolicy policy) => ServicePort(service, policy.Port, policy.Scheme);

    /// <summary>The port to probe: the first of the wanted ones, or of all, with the probe's protocol, else the first one.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="wanted">A name or a number, which two protocols can share; null for any.</param>
    /// <param name="scheme">The probe's scheme.</param>
    public static V1ServicePort? ServicePort(V1Service service, string? wanted, ProbeScheme scheme)
    {
        var ports = service.Spec?.Ports ?? [];
        return ports.FirstOrDefault(port => IsWanted(port) && ProtocolOf(port) == ProtocolOf(scheme)) ?? ports.FirstOrDefault(IsWanted);

        bool IsWanted(V1ServicePort port) =>
            wanted is null || (int.TryParse(wanted, out var number) ? port.Port == number : port.Name == wanted);
    }

    /// <summary>The names and numbers of its ports, for messages.</summary>
    public static string PortsOf(V1Service service) => string.Join(", ", (service.Spec?.Ports ?? [])
        .Select(port => port.Name is { Length: > 0 } name ? $"{name} ({port.Port})" : $"{port.Port}"));

    /// <summary>The name of the probed container port if a running pod of the Service does not have it; else null.</summary>
    public static string? MissingPort(V1Service service, HealthPolicy policy, V1Pod pod) =>
        Selects(service, pod, policy.ServeLabel) && pod.Metadata.DeletionTimestamp is null && Port(service, policy, pod) is null
            ? ServicePort(service, policy)?.TargetPort?.Value
            : null;

    public static string ProtocolOf(ProbeScheme scheme) => scheme == ProbeScheme.Dns ? "UDP" : "TCP";

    public static string ProtocolOf(V1ServicePort port) => port.Protocol ?? "TCP";

    /// <summary>As in the EndpointSlice controller: the pod's address of the Service's first family.</summary>
    private static IPAddress? AddressOf(V1Service service, V1Pod pod)
    {
        AddressFamily? wanted = service.Spec?.IpFamilies is [var first, ..]
            ? first == "IPv6" ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork
            : null;
        return (pod.Status.PodIPs ?? []).Select(item => item.Ip).Prepend(pod.Status.PodIP)
            .Select(text => IPAddress.TryParse(text, out var address) ? address : null)
            .FirstOrDefault(address => address is not null && (wanted is null || address.AddressFamily == wanted));
    }

    private static EndpointState? StateOf(V1Service service, HealthPolicy policy, V1Pod pod) => policy.Removal switch
    {
        RemovalMethod.ServeLabel => ByLabel(service, policy, pod),
        RemovalMethod.ReadinessGate => ByGate(service, pod),
        _ => null,
    };

    private static EndpointState? ByLabel(V1Service service, HealthPolicy policy, V1Pod pod)
    {
        if (!Selects(service, pod, except: policy.ServeLabel))
        {
            return null;
        }

        var ready = service.Spec.PublishNotReadyAddresses == true || pod.ConditionStatus("Ready") == "True";
        var carries = pod.GetLabel(policy.ServeLabel) == Annotations.ServeValue;

        // Only restores a label that this controller removed, for any Service.
        return (carries, !carries && RemovalNote.Of(pod, policy.ServeLabel) is not null, ready) switch
        {
            (false, false, _) => null,
            (_, _, false) => EndpointState.NotReady,
            (true, _, _) => EndpointState.Serving,
            (false, true, _) => EndpointState.Removed,
        };
    }

    private static EndpointState? ByGate(V1Service service, V1Pod pod)
    {
        if (!Selects(service, pod, except: null) || !DeclaresGate(pod))
        {
            return null;
        }

        var gate = pod.ConditionStatus(Annotations.GateCondition);
        return (pod.ConditionStatus("ContainersReady"), gate, pod.ConditionStatus("Ready")) switch
        {
            (not "True", _, _) => EndpointState.NotReady,
            (_, not "True", _) => EndpointState.Removed,
            (_, _, "True") => EndpointState.Serving,
            // Another gate is closed, or the kubelet has not updated the condition yet.
            _ => EndpointState.NotReady,
        };
    }

    private static bool Selects(V1Service service, V1Pod pod, string? except)
    {
        foreach (var (key, value) in service.Spec?.Selector ?? new Dictionary<string, string>())
        {
            if (key != except && pod.GetLabel(key) != value)
            {
                return false;
            }
        }

        return service.Spec?.Selector is { Count: > 0 };
    }

    private static int? Port(V1Service service, HealthPolicy policy, V1Pod pod)
    {
        if (ServicePort(service, policy) is not { } port)
        {
            return null;
        }

        if (port.TargetNumber() is { } number)
        {
            return number;
        }

        // As the EndpointSlice controller: a sidecar, which is an init container that goes on, has ports too.
        return (pod.Spec.Containers ?? []).Concat((pod.Spec.InitContainers ?? []).Where(container => container.RestartPolicy == "Always"))
            .SelectMany(container => container.Ports ?? [])
            .FirstOrDefault(p => p.Name == port.TargetPort.Value && (p.Protocol ?? "TCP") == ProtocolOf(port))?.ContainerPort;
    }
}
