namespace PlatformGitOps.Controller.Configuration;

/// <summary>The settings of the config file and their defaults.</summary>
public sealed record ControllerOptions
{
    /// <summary>Limited because each instance reads each shard's Lease twice a second.</summary>
    public const int MostShards = 32;

    public HealthPolicy Defaults { get; init; } = new();

    /// <summary>Named sets of defaults that a Service selects with one annotation.</summary>
    public IReadOnlyDictionary<string, HealthPolicy> Profiles { get; init; } =
        new Dictionary<string, HealthPolicy> { ["fast"] = Fast(new HealthPolicy()) };

    /// <summary>The watched namespaces; empty for all, which needs cluster-wide roles.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>The prefix of serve labels. A user who may annotate a Service must not be able to change other labels.</summary>
    public string LabelPrefix { get; init; } = Annotations.LabelPrefix;

    public TimeSpan ShortestInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    public ProbeNetworks Networks { get; init; } = new();

    /// <summary>A PEM file with the root certificates for HTTPS endpoints; null for the system's own.</summary>
    public string? AuthoritiesFile { get; init; }

    public GuardOptions Guards { get; init; } = new();

    public LeaderElectionOptions LeaderElection { get; init; } = new();

    /// <summary>
    /// Each shard has its own leader; each namespace belongs to one shard. With 1, a single leader acts for all namespaces.
    /// </summary>
    public int Shards { get; init; } = 1;

    /// <summary>The limit of concurrent probes in each shard. A probe beyond it waits and is counted as late.</summary>
    public int MaxConcurrentProbes { get; init; } = 2048;

    /// <summary>A watch without an event for so long is opened again; bookmarks arrive about once a minute.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(90);

    public bool IsServeLabel(string label) => label.StartsWith($"{LabelPrefix}/", StringComparison.Ordinal);

    /// <summary>Detects a failed endpoint within 1 + 0.8 + 0.8 s.</summary>
    public static HealthPolicy Fast(HealthPolicy defaults) => defaults with
    {
        Interval = TimeSpan.FromSeconds(1),
        RetryInterval = TimeSpan.FromMilliseconds(500),
        Timeout = TimeSpan.FromMilliseconds(800),
        FailureThreshold = 2,
    };
}

/// <summary>Limits of removals, in addition to each Service's own minimum.</summary>
public sealed record GuardOptions
{
    /// <summary>If this share of all endpoints fails at once, the controller suspects its own network.</summary>
    public double PartitionShare { get; init; } = 0.5;

    /// <summary>With fewer endpoints in total, a partition cannot be detected.</summary>
    public int PartitionMinimum { get; init; } = 4;

    /// <summary>How long a removal counts as flapping.</summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Each further removal in the window doubles the successes that an endpoint needs to return; at most so many times.</summary>
    public int MaxFlapDoublings { get; init; } = 5;

    /// <summary>The minimum time between two writes to a pod, for all Services together.</summary>
    public TimeSpan BetweenWrites { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// As in client-go, with shorter times: a leader can die together with the node of a DNS pod that it should remove, and 15 s would be too
/// long.
/// </summary>
public sealed record LeaderElectionOptions
{
    public string LeaseName { get; init; } = "dns-health-controller";

    /// <summary>How long other instances wait for a Lease that is not renewed.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A leader without a successful renewal for so long stops acting, before another instance may start.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromMilliseconds(2500);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How old an instance must be to get a shard: one that restarts repeatedly gets none.</summary>
    public TimeSpan BalanceAfter { get; init; } = TimeSpan.FromSeconds(10);
}
