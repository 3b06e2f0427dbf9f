using System.Net;
using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.TakingOut;

/// <summary>Which pods and addresses are endpoints of a Service, those included that were taken out. Pure.</summary>
public static class Membership
{
    /// <summary>Null when the pod is none of this Service's endpoints.</summary>
    public static Member? OfPod(Service service, HealthPolicy policy, Pod pod, NetworkRules networks)
    {
        if (pod.Metadata.DeletionTimestamp is not null
            || pod.Status.Phase != "Running"
            || !IPAddress.TryParse(pod.Status.PodIP, out var address)
            || !networks.Allows(address)
            || StateOf(service, policy, pod) is not { } state
            || Port(service, policy, pod) is not { } port)
        {
            return null;
        }

        return new Member
        {
            Id = pod.Metadata.Name,
            Pod = pod,
            Address = new IPEndPoint(address, port),
            State = state,
            Place = pod.Spec.NodeName ?? address.ToString(),
            Probed = pod.Status.ConditionStatus("ContainersReady") == "True",
        };
    }

    /// <summary>The declared addresses of a Service without a selector, with what its own slices say of them.</summary>
    public static IReadOnlyList<Member> OfAddresses(Service service, HealthPolicy policy, IEnumerable<EndpointSlice> own)
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
            .. policy.Addresses.Select(address => new Member
            {
                Id = address.ToString(),
                Address = new IPEndPoint(address, port.TargetPort?.Number ?? port.Port),
                State = ready.Contains(address.ToString()) ? EndpointState.Serving : EndpointState.Out,
                Place = address.ToString(),
                Probed = true,
            }),
        ];
    }

    /// <summary>Whether the pod would be the Service's if it carried the serve label.</summary>
    public static bool Covers(Service service, Pod pod, string serveLabel) => Selects(service, pod, except: serveLabel);

    /// <summary>The port that is probed: the named one, for DNS the first UDP one, else the first.</summary>
    public static ServicePort? ServicePort(Service service, HealthPolicy policy)
    {
        var ports = service.Spec.Ports ?? [];
        if (policy.Port is { } wanted)
        {
            return ports.FirstOrDefault(p => wanted.Number is { } number ? p.Port == number : p.Name == wanted.Name);
        }

        var udp = policy.Scheme == ProbeScheme.Dns ? ports.FirstOrDefault(p => p.Protocol == "UDP") : null;
        return udp ?? (ports.Count > 0 ? ports[0] : null);
    }

    private static EndpointState? StateOf(Service service, HealthPolicy policy, Pod pod) => policy.Removal switch
    {
        Removal.ServeLabel => ByLabel(service, policy, pod),
        Removal.ReadinessGate => ByGate(service, pod),
        _ => null,
    };

    private static EndpointState? ByLabel(Service service, HealthPolicy policy, Pod pod)
    {
        if (!Selects(service, pod, except: policy.ServeLabel))
        {
            return null;
        }

        var ready = service.Spec.PublishNotReadyAddresses == true || pod.Status.ConditionStatus("Ready") == "True";
        var carries = pod.Metadata.Label(policy.ServeLabel) == Annotations.ServeValue;

        // A pod without the label that nobody here took it off is not ours to give it to.
        return (carries, TakenOutNote.Of(pod.Metadata)?.Service == service.Metadata.FullName.ToString(), ready) switch
        {
            (false, false, _) => null,
            (_, _, false) => EndpointState.NotReady,
            (true, _, _) => EndpointState.Serving,
            (false, true, _) => EndpointState.Out,
        };
    }

    private static EndpointState? ByGate(Service service, Pod pod)
    {
        if (!Selects(service, pod, except: null)
            || pod.Spec.ReadinessGates?.Any(gate => gate.ConditionType == Annotations.GateCondition) != true)
        {
            return null;
        }

        return (pod.Status.ConditionStatus("ContainersReady"), pod.Status.ConditionStatus(Annotations.GateCondition), pod.Status.ConditionStatus("Ready")) switch
        {
            (not "True", _, _) => EndpointState.NotReady,
            (_, not "True", _) => EndpointState.Out,
            (_, _, "True") => EndpointState.Serving,
            // Another gate, or the kubelet has not caught up yet.
            _ => EndpointState.NotReady,
        };
    }

    private static bool Selects(Service service, Pod pod, string? except)
    {
        foreach (var (key, value) in service.Spec.Selector ?? new Dictionary<string, string>())
        {
            if (key != except && pod.Metadata.Label(key) != value)
            {
                return false;
            }
        }

        return service.Spec.Selector is { Count: > 0 };
    }

    private static int? Port(Service service, HealthPolicy policy, Pod pod)
    {
        if (ServicePort(service, policy) is not { } port)
        {
            return null;
        }

        if (port.TargetPort is not { Name: { } name })
        {
            return port.TargetPort?.Number ?? port.Port;
        }

        return pod.Spec.Containers?.SelectMany(container => container.Ports ?? [])
            .FirstOrDefault(p => p.Name == name && (p.Protocol ?? "TCP") == (port.Protocol ?? "TCP"))?.Number;
    }
}
