using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Removal;

/// <summary>One write to the cluster.</summary>
internal sealed record Change
{
    public required V1Service Service { get; init; }
    public required HealthPolicy Policy { get; init; }
    public required Verdict Verdict { get; init; }
    public required string Endpoint { get; init; }
    public required string Reason { get; init; }

    /// <summary>The pod as it was when this was decided.</summary>
    public V1Pod? Pod { get; init; }

    /// <summary>Every endpoint of the Service and whether it serves, for slices, which are written as a whole.</summary>
    public IReadOnlyDictionary<string, bool> Readiness { get; init; } = new Dictionary<string, bool>();

    public static Change Of(ManagedService service, TrackedEndpoint endpoint, Verdict verdict, string reason) => new()
    {
        Service = service.Service,
        Policy = service.Policy,
        Verdict = verdict,
        Endpoint = endpoint.Endpoint.Id,
        Reason = reason,
        Pod = endpoint.Endpoint.Pod,
        Readiness = service.Endpoints.ToDictionary(e => e.Key, e => e.Value.State == EndpointState.Serving, StringComparer.Ordinal),
    };

    /// <summary>Gives a pod back the label of its removal annotation, whose Service may no longer exist.</summary>
    public static Change Restore(V1Pod pod, RemovalAnnotation annotation, string reason)
    {
        var name = ObjectName.TryParse(annotation.Service, out var parsed)
            ? parsed
            : new ObjectName(pod.Metadata.NamespaceProperty, annotation.Service);
        return new Change
        {
            Service = new V1Service { Metadata = new V1ObjectMeta { Name = name.Name, NamespaceProperty = name.Namespace } },
            Policy = new HealthPolicy { ServeLabel = annotation.Label },
            Verdict = Verdict.PutBack,
            Endpoint = pod.Metadata.Name,
            Reason = reason,
            Pod = pod,
        };
    }
}

/// <summary>What became of a change.</summary>
internal abstract record ApplyOutcome
{
    private ApplyOutcome()
    {
    }

    internal sealed record Done : ApplyOutcome;

    /// <summary>The object is gone or differs from what was decided about: there is nothing to change.</summary>
    internal sealed record Obsolete(string Why) : ApplyOutcome;

    /// <summary>Not written. The next pass decides again.</summary>
    internal sealed record Failed(string Why, TimeSpan? RetryAfter) : ApplyOutcome;
}
