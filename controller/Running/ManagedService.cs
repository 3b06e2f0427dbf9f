using PlatformGitOps.Controller.Policies;
using PlatformGitOps.KubeClient.Objects;

namespace PlatformGitOps.Controller.Running;

/// <summary>A Service under health checks.</summary>
internal sealed class ManagedService(Service service, HealthPolicy policy)
{
    public Service Service { get; set; } = service;

    public HealthPolicy Policy { get; set; } = policy;

    public ObjectName Name => Service.Metadata.FullName;

    public Dictionary<string, TrackedEndpoint> Endpoints { get; } = new(StringComparer.Ordinal);

    /// <summary>Waits for its turn in the next pass.</summary>
    public bool Dirty { get; set; }

    /// <summary>Own slices say something the Service no longer does.</summary>
    public bool HasStaleSlices { get; set; }

    /// <summary>Own slices are written as a whole, so one write at a time.</summary>
    public bool WritingSlices { get; set; }

    public (string, string)[] Labels => [("namespace", Name.Namespace ?? ""), ("service", Name.Name)];
}
