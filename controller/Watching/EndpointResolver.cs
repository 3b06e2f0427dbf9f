using System.Net.Sockets;
using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Watching;

/// <summary>A pod or an address that belongs to a Service, as the API server shows it.</summary>
internal sealed record Endpoint
{
    /// <summary>Unique in its Service: a pod's name, or an address.</summary>
    public required string Id { get; init; }

    /// <summary>Null for endpoints without a pod.</summary>
    public V1Pod? Pod { get; init; }

    public required IPEndPoint Address { get; init; }

    public required EndpointState State { get; init; }

    /// <summary>The node; the address where no node is known.</summary>
    public required string Node { get; init; }

    /// <summary>Its containers are ready, so a probe can be expected to succeed.</summary>
    public required bool IsProbed { get; init; }
}

/// <summary>Which pods and addresses are endpoints of a Service, also those that were removed. Pure.</summary>
internal static class EndpointResolver
{
    /// <summary>Null when the pod is not an endpoint of the Service.</summary>
    public static Endpoint? OfPod(V1Service service, HealthPolicy policy, V1Pod pod, ProbeNetworks networks)
    {
        // The labels first: each pod of a namespace is held against each of its Services, and most belong to others.
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

    /// <summary>The declared addresses of a Service without a selector, with the readiness that its own slices give them.</summary>
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
                State = ready.Contains(address.ToString()) ? EndpointState.Serving : EndpointState.Out,
                Node = address.ToString(),
                IsProbed = true,
            }),
        ];
    }

    /// <summary>Whether the pod is the Service's, or would be if this controller had not removed it.</summary>
    public static bool Covers(V1Service service, V1Pod pod, RemovalMechanism mechanism) => mechanism.Method switch
    {
        RemovalMethod.ServeLabel => service.Spec?.Selector?.ContainsKey(mechanism.Label) == true
            && Selects(service, pod, except: mechanism.Label),
        RemovalMethod.ReadinessGate => Selects(service, pod, except: null),
        _ => false,
    };

    /// <summary>Whether the Service has the pod only as long as this controller does not remove it.</summary>
    public static bool Loses(V1Service service, V1Pod pod, RemovalMechanism mechanism) => Covers(service, pod, mechanism)
        && (mechanism.Method == RemovalMethod.ServeLabel || service.Spec.PublishNotReadyAddresses != true);

    /// <summary>Whether the pod would serve the Service, had this controller not taken it out.</summary>
    public static bool IsTakenFrom(V1Service service, V1Pod pod)
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

    /// <summary>Whether the pod is among the Service's ready endpoints.</summary>
    public static bool Serves(V1Service service, V1Pod pod) =>
        pod.Metadata.DeletionTimestamp is null
        && Selects(service, pod, except: null)
        && (service.Spec.PublishNotReadyAddresses == true || pod.ConditionStatus("Ready") == "True");

    /// <summary>Whether the pod cannot be ready before this controller says so.</summary>
    public static bool DeclaresGate(V1Pod pod) =>
        pod.Spec?.ReadinessGates?.Any(gate => gate.ConditionType == Annotations.GateCondition) == true;

    public static V1ServicePort? ServicePort(V1Service service, HealthPolicy policy) => ServicePort(service, policy.Port, policy.Scheme);

    /// <summary>The port that is probed: of the wanted ones, or of all, the first with the probe's protocol, else the first.</summary>
    /// <param name="service">The Service.</param>
    /// <param name="wanted">A name or a number, which ports of two protocols may share; null for any.</param>
    /// <param name="scheme">How it is probed.</param>
    public static V1ServicePort? ServicePort(V1Service service, string? wanted, ProbeScheme scheme)
    {
        var ports = service.Spec?.Ports ?? [];
        return ports.FirstOrDefault(port => IsWanted(port) && ProtocolOf(port) == ProtocolOf(scheme)) ?? ports.FirstOrDefault(IsWanted);

        bool IsWanted(V1ServicePort port) =>
            wanted is null || (int.TryParse(wanted, out var number) ? port.Port == number : port.Name == wanted);
    }

    public static string ProtocolOf(ProbeScheme scheme) => scheme == ProbeScheme.Dns ? "UDP" : "TCP";

    public static string ProtocolOf(V1ServicePort port) => port.Protocol ?? "TCP";

    /// <summary>As the EndpointSlice controller chooses it: the pod's address of the Service's first family.</summary>
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

        // Only restore a label that this controller removed, for whichever Service.
        return (carries, !carries && RemovalNote.Of(pod, policy.ServeLabel) is not null, ready) switch
        {
            (false, false, _) => null,
            (_, _, false) => EndpointState.NotReady,
            (true, _, _) => EndpointState.Serving,
            (false, true, _) => EndpointState.Out,
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
            (_, not "True", _) => EndpointState.Out,
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
