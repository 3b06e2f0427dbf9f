namespace PlatformGitOps.Controller.Configuration;

/// <summary>As in client-go, with shorter times: a leader that dies with the node of the DNS pod it should take out must not hold things up for 15 s.</summary>
public sealed record LeaderElectionOptions
{
    public string LeaseName { get; init; } = "dns-health-controller";

    /// <summary>How long others leave a lease alone that is not renewed.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A leader that could not renew for so long stops acting: earlier than anybody else may begin.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromMilliseconds(2500);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromMilliseconds(500);
}
