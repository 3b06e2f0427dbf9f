using PlatformGitOps.Controller.Policies;
using PlatformGitOps.Controller.Probing;

namespace PlatformGitOps.Controller.Configuration;

/// <summary>The config file, over the defaults written here.</summary>
public sealed record ControllerOptions
{
    public HealthPolicy Defaults { get; init; } = new();

    /// <summary>Named sets of defaults a Service can ask for with one annotation.</summary>
    public IReadOnlyDictionary<string, HealthPolicy> Profiles { get; init; } =
        new Dictionary<string, HealthPolicy> { ["fast"] = Fast(new HealthPolicy()) };

    /// <summary>The namespaces that are watched; none means all, which needs cluster-wide roles.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public TimeSpan ShortestInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    public NetworkRules Networks { get; init; } = new();

    /// <summary>A PEM file of the roots HTTPS endpoints are checked against; null means the system's own.</summary>
    public string? AuthoritiesFile { get; init; }

    public GuardOptions Guards { get; init; } = new();

    public LeaderElectionOptions LeaderElection { get; init; } = new();

    /// <summary>Probes under way at one time. A probe that finds no place waits, and is counted as late.</summary>
    public int MaxConcurrentProbes { get; init; } = 2048;

    /// <summary>A watch that says nothing for so long is opened anew; bookmarks come about once a minute.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(90);

    /// <summary>A failing endpoint is known within 1 + 0.8 + 0.8 s.</summary>
    public static HealthPolicy Fast(HealthPolicy defaults) => defaults with
    {
        Interval = TimeSpan.FromSeconds(1),
        RetryInterval = TimeSpan.FromMilliseconds(500),
        Timeout = TimeSpan.FromMilliseconds(800),
        FailureThreshold = 2,
    };
}
