namespace PlatformGitOps.Generator.Lint;

/// <summary>Options that the tree itself does not contain.</summary>
public sealed record LintOptions
{
    /// <summary>The Flux release of the clusters that do not pin one.</summary>
    public required SemVer FluxVersion { get; init; }

    /// <summary>True if an undefined variable fails a Flux Kustomization, false if it becomes an empty text.</summary>
    public required bool StrictSubstitution { get; init; }

    /// <summary>The Flux of clusters that pin another release.</summary>
    public ImmutableDictionary<string, FluxSettings> Pinned { get; init; } = ImmutableDictionary<string, FluxSettings>.Empty;

    /// <summary>Flux Kustomizations that are installed outside this repository, by cluster; dependsOn may name them.</summary>
    public ImmutableDictionary<string, ImmutableHashSet<string>> ExternalKustomizations { get; init; } =
        ImmutableDictionary<string, ImmutableHashSet<string>>.Empty;

    /// <summary>The Service ranges, by cluster; empty if unknown.</summary>
    public ImmutableDictionary<string, ImmutableArray<Cidr>> Services { get; init; } =
        ImmutableDictionary<string, ImmutableArray<Cidr>>.Empty;

    /// <summary>The Kubernetes of clusters that name it.</summary>
    public ImmutableDictionary<string, SemVer> Kubernetes { get; init; } = ImmutableDictionary<string, SemVer>.Empty;

    /// <summary>The options of a definition.</summary>
    public static LintOptions Of(Platform platform) => new()
    {
        FluxVersion = platform.Flux.Version,
        StrictSubstitution = platform.Flux.StrictSubstitution,
        Pinned = platform.Clusters.Where(cluster => cluster.Pins.Flux is not null)
            .ToImmutableDictionary(cluster => cluster.Name.Text, cluster => platform.Flux.At(cluster.Pins.Flux!)),
        Services = platform.Clusters.ToImmutableDictionary(
            cluster => cluster.Name.Text,
            cluster => ClusterRange.Of(cluster).Where(range => range.Use == RangeUse.Services).Select(range => range.Addresses)
                .ToImmutableArray()),
        Kubernetes = platform.Clusters.Where(cluster => cluster.Kubernetes is not null)
            .ToImmutableDictionary(cluster => cluster.Name.Text, cluster => cluster.Kubernetes!),
        ExternalKustomizations = platform.Clusters.ToImmutableDictionary(
            cluster => cluster.Name.Text,
            cluster => cluster.DependsOn.Select(name => name.Text).ToImmutableHashSet()),
    };

    /// <summary>The options for one cluster's Flux release.</summary>
    public LintOptions In(string cluster) => Pinned.GetValueOrDefault(cluster) is not { } own ? this
        : this with { FluxVersion = own.Version, StrictSubstitution = own.StrictSubstitution };
}
