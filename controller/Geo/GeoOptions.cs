namespace PlatformGitOps.Controller.Geo;

/// <summary>Which healthy addresses of a name a client gets.</summary>
internal enum GeoPolicy
{
    /// <summary>The addresses in the client's nearest region.</summary>
    Latency,

    /// <summary>The addresses in the first region with a healthy one, in the order of the config file.</summary>
    Failover,

    /// <summary>All addresses; the first in each answer is random by weight.</summary>
    Weighted,

    /// <summary>The addresses with the lowest number.</summary>
    Priority,
}

/// <summary>The config file of <c>geo</c>. It has no defaults: the generator writes each value.</summary>
internal sealed record GeoOptions
{
    /// <summary>In lower case, without a trailing dot.</summary>
    public required string Zone { get; init; }

    /// <summary>The default region of a Service.</summary>
    public required string Region { get; init; }

    public required GeoPolicy Policy { get; init; }

    /// <summary>The TTL of the answers in seconds.</summary>
    public required int Ttl { get; init; }

    public required IReadOnlyList<GeoRegion> Regions { get; init; }

    /// <summary>The name of the zones' ConfigMap and of their writer's Lease.</summary>
    public required string ZonesName { get; init; }

    /// <summary>The watched namespaces; empty for all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public ProbeNetworks Networks { get; init; } = new();

    public TargetRules Probes { get; init; } = new();

    public LeaderElectionOptions LeaderElection { get; init; } = new();

    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(90);

    public GeoRegion? Find(string region) => Regions.FirstOrDefault(known => known.Name == region);
}

/// <summary>A region of clusters and clients.</summary>
/// <param name="Name">A DNS label.</param>
/// <param name="Order">All regions by distance, starting with this one.</param>
/// <param name="Weight">The default weight of its Services.</param>
/// <param name="Servers">The addresses of its DNS servers, for the zone's NS records.</param>
internal sealed record GeoRegion(string Name, IReadOnlyList<string> Order, int Weight, IReadOnlyList<IPAddress> Servers);

/// <summary>How addresses are probed. A failure is detected within interval + (threshold - 1) x retry + timeout.</summary>
internal sealed record TargetRules
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The interval after a failure, and while the address is unhealthy.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    public int FailureThreshold { get; init; } = 2;

    public int SuccessThreshold { get; init; } = 2;

    /// <summary>How long a drop to unhealthy counts as flapping.</summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Each further drop in the window doubles the successes that an address needs to return; at most so many times.</summary>
    public int MaxFlapDoublings { get; init; } = 4;

    /// <summary>The limit of probed addresses, by age of their Services. Others are never healthy.</summary>
    public int MostTargets { get; init; } = 2000;

    /// <summary>A verdict without a new result for so long is ignored.</summary>
    public TimeSpan Stale => (Interval + Timeout) * 10;

    /// <summary>The time within which a new address has a verdict.</summary>
    public TimeSpan Settled => (RetryInterval + Timeout) * (Math.Max(FailureThreshold, SuccessThreshold) + 1);
}
