namespace PlatformGitOps.Controller.Policies;

/// <summary>How a failing endpoint is taken out.</summary>
public enum Removal
{
    /// <summary>The Service selects a label that the pod template carries; the label is taken off the pod.</summary>
    ServeLabel,

    /// <summary>The pod declares a readiness gate (KEP-580); its condition is set.</summary>
    ReadinessGate,

    /// <summary>The Service has no selector; its EndpointSlices are written here.</summary>
    EndpointSlices,
}
