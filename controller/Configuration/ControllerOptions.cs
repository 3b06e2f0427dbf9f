namespace PlatformGitOps.Controller.Configuration;

/// <summary>The config file, over the defaults written here.</summary>
public sealed record ControllerOptions
{
    /// <summary>Each instance looks at each shard's Lease twice a second.</summary>
    public const int MostShards = 32;

    public HealthPolicy Defaults { get; init; } = new();

    /// <summary>Named sets of defaults that a Service selects with one annotation.</summary>
    public IReadOnlyDictionary<string, HealthPolicy> Profiles { get; init; } =
        new Dictionary<string, HealthPolicy> { ["fast"] = Fast(new HealthPolicy()) };

    /// <summary>The namespaces that are watched; none means all, which needs cluster-wide roles.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    /// <summary>Serve labels are below it. Whoever may annotate a Service must not reach labels that mean something else.</summary>
    public string LabelPrefix { get; init; } = Annotations.LabelPrefix;

    public TimeSpan ShortestInterval { get; init; } = TimeSpan.FromMilliseconds(250);

    public ProbeNetworks Networks { get; init; } = new();

    /// <summary>A PEM file of the roots for HTTPS endpoints; null means the system's own.</summary>
    public string? AuthoritiesFile { get; init; }

    public GuardOptions Guards { get; init; } = new();

    public LeaderElectionOptions LeaderElection { get; init; } = new();

    /// <summary>Each shard has a leader of its own, and each namespace is in one shard. With one, one instance acts for all.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Probes at one time, in each shard. A probe above it waits and is counted as late.</summary>
    public int MaxConcurrentProbes { get; init; } = 2048;

    /// <summary>A watch without an event for so long is opened again; bookmarks come about once a minute.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(90);

    public bool IsServeLabel(string label) => label.StartsWith($"{LabelPrefix}/", StringComparison.Ordinal);

    /// <summary>A failing endpoint is detected within 1 + 0.8 + 0.8 s.</summary>
    public static HealthPolicy Fast(HealthPolicy defaults) => defaults with
    {
        Interval = TimeSpan.FromSeconds(1),
        RetryInterval = TimeSpan.FromMilliseconds(500),
        Timeout = TimeSpan.FromMilliseconds(800),
        FailureThreshold = 2,
    };
}

/// <summary>What forbids removals beyond each Service's own minimum.</summary>
public sealed record GuardOptions
{
    /// <summary>When this share of all endpoints fails at once, the controller's own network is suspected.</summary>
    public double PartitionShare { get; init; } = 0.5;

    /// <summary>With fewer endpoints than this in all, a partition cannot be detected.</summary>
    public int PartitionMinimum { get; init; } = 4;

    /// <summary>How long a removal counts as flapping.</summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The successes needed to come back double with each further removal in the window, at most so many times.</summary>
    public int MaxFlapDoublings { get; init; } = 5;

    /// <summary>The least time from one write to a pod to the next, whichever Services ask for them.</summary>
    public TimeSpan BetweenWrites { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// As in client-go, with shorter times: a leader may die with the node of the DNS pod that it should remove, and 15 s would be too long.
/// </summary>
public sealed record LeaderElectionOptions
{
    public string LeaseName { get; init; } = "dns-health-controller";

    /// <summary>How long other instances wait for a Lease that is not renewed.</summary>
    public TimeSpan LeaseDuration { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>A leader that could not renew for so long stops acting, before another instance may begin.</summary>
    public TimeSpan RenewDeadline { get; init; } = TimeSpan.FromMilliseconds(2500);

    public TimeSpan RetryPeriod { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long an instance must have lived before others give it a shard: one that dies again and again gets none.</summary>
    public TimeSpan BalanceAfter { get; init; } = TimeSpan.FromSeconds(10);
}
