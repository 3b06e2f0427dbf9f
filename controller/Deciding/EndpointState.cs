namespace PlatformGitOps.Controller.Deciding;

/// <summary>Where an endpoint stands in the Service.</summary>
public enum EndpointState
{
    /// <summary>Kubernetes itself keeps it out (not ready, terminating): not this controller's business.</summary>
    NotReady,

    /// <summary>In DNS.</summary>
    Serving,

    /// <summary>Ready, but kept out of DNS by this controller.</summary>
    Out,
}
