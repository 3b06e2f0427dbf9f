namespace PlatformGitOps.Controller.Geo;

/// <summary>Which of a name's healthy addresses a client gets.</summary>
internal enum GeoPolicy
{
    /// <summary>Those of the client's nearest region.</summary>
    Latency,

    /// <summary>Those of the first region, in the order of the config file.</summary>
    Failover,

    /// <summary>All, the first of each answer drawn by weight.</summary>
    Weighted,

    /// <summary>Those with the lowest number.</summary>
    Priority,
}

/// <summary>The config file of <c>geo</c>. It has no defaults of its own: the generator writes each value.</summary>
internal sealed record GeoOptions
{
    /// <summary>In lower case, without a dot at its end.</summary>
    public required string Zone { get; init; }

    /// <summary>The region of a Service that names none.</summary>
    public required string Region { get; init; }

    public required GeoPolicy Policy { get; init; }

    /// <summary>Seconds.</summary>
    public required int Ttl { get; init; }

    public required IReadOnlyList<GeoRegion> Regions { get; init; }

    /// <summary>The ConfigMap with the zones, and the Lease of its one writer.</summary>
    public required string ZonesName { get; init; }

    /// <summary>The namespaces whose Services count; none means all.</summary>
    public IReadOnlyList<string> Namespaces { get; init; } = [];

    public ProbeNetworks Networks { get; init; } = new();

    public TargetRules Probes { get; init; } = new();

    public LeaderElectionOptions LeaderElection { get; init; } = new();

    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(90);

    public GeoRegion? Find(string region) => Regions.FirstOrDefault(known => known.Name == region);
}

/// <summary>A place that clients are near to or far from.</summary>
/// <param name="Name">A DNS label.</param>
/// <param name="Order">All regions, the nearest first; it begins with this one.</param>
/// <param name="Weight">Of its Services that name none.</param>
/// <param name="Servers">The addresses of its DNS servers, for the zone's NS records.</param>
internal sealed record GeoRegion(string Name, IReadOnlyList<string> Order, int Weight, IReadOnlyList<IPAddress> Servers);

/// <summary>How the addresses of Services are probed. A dead one is known within interval + (threshold - 1) x retry + timeout.</summary>
internal sealed record TargetRules
{
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>After a failure, and while the address is out.</summary>
    public TimeSpan RetryInterval { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    public int FailureThreshold { get; init; } = 2;

    public int SuccessThreshold { get; init; } = 2;

    /// <summary>How long a drop counts as flapping.</summary>
    public TimeSpan FlapWindow { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>The successes needed to come back double with each further drop in the window, at most so many times.</summary>
    public int MaxFlapDoublings { get; init; } = 4;

    /// <summary>Addresses above it are not probed, and so never healthy. Those of the oldest Services come first.</summary>
    public int MostTargets { get; init; } = 2000;

    /// <summary>A verdict without a result for so long is not used.</summary>
    public TimeSpan Stale => (Interval + Timeout) * 10;

    /// <summary>A new address has its verdict within this time.</summary>
    public TimeSpan Settled => (RetryInterval + Timeout) * (Math.Max(FailureThreshold, SuccessThreshold) + 1);
}
