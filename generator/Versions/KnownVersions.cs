namespace PlatformGitOps.Generator.Versions;

/// <summary>The known facts about one program or chart.</summary>
public sealed record KnownProduct
{
    public required string Name { get; init; }

    public SemVer? Newest { get; init; }

    /// <summary>Why the newest version is unknown; null if it is known.</summary>
    public string? NewestUnknown { get; init; }

    /// <summary>Why the end of support is unknown; null if it is known.</summary>
    public string? EndUnknown { get; init; }

    /// <summary>The suffix of its images' names; null if it has no image.</summary>
    public string? Images { get; init; }

    public string? Note { get; init; }

    public required Uri Source { get; init; }

    /// <summary>True if the data has ends of support.</summary>
    public bool HasEnds => SupportedFrom is not null || !Ends.IsEmpty;

    private SemVer? SupportedFrom { get; init; }

    private ImmutableSortedDictionary<SemVer, string> Ends { get; init; } = ImmutableSortedDictionary<SemVer, string>.Empty;

    private ImmutableSortedDictionary<SemVer, string> CoreDns { get; init; } = ImmutableSortedDictionary<SemVer, string>.Empty;

    private ImmutableSortedDictionary<SemVer, string> KubernetesFrom { get; init; } = ImmutableSortedDictionary<SemVer, string>.Empty;

    /// <summary>The last day with fixes for a version; null if it is unknown or long past.</summary>
    public DateOnly? EndOf(SemVer version) =>
        At(Ends, version) is { } day ? DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    /// <summary>True if the version gets no fixes anymore.</summary>
    public bool IsOver(SemVer version, DateOnly today) => (SupportedFrom is { } from && version < from)
        || (!Ends.IsEmpty && (EndOf(version) is { } end ? end < today : version < Ends.Keys.First()));

    /// <summary>The CoreDNS inside of a version; null if it has none, or an unknown one.</summary>
    public SemVer? CoreDnsIn(SemVer version) => Name == KnownFault.CoreDns ? version
        : CoreDns.TryGetValue(version, out var inside) ? SemVer.Parse(inside) : null;

    /// <summary>The oldest Kubernetes version that a version supports; null if unknown.</summary>
    public SemVer? OldestKubernetes(SemVer version) => At(KubernetesFrom, version) is { } oldest ? SemVer.Parse(oldest) : null;

    internal static KnownProduct Of(Mapping data) => new()
    {
        Name = data.TextAt("name")!,
        Newest = data.TextAt("newest") is { } newest ? SemVer.Parse(newest) : null,
        NewestUnknown = data.TextAt("newestUnknown"),
        EndUnknown = data.TextAt("endUnknown"),
        Images = data.TextAt("images"),
        Note = data.TextAt("note"),
        Source = new Uri(data.TextAt("source")!),
        SupportedFrom = data.TextAt("supportedFrom") is { } from ? SemVer.Parse(from) : null,
        Ends = Table(data, "ends"),
        CoreDns = Table(data, "coreDns"),
        KubernetesFrom = Table(data, "kubernetesFrom"),
    };

    private static string? At(ImmutableSortedDictionary<SemVer, string> table, SemVer version) =>
        table.LastOrDefault(row => row.Key <= version).Value;

    private static ImmutableSortedDictionary<SemVer, string> Table(Mapping data, string name) =>
        data.EntriesAt(name).ToImmutableSortedDictionary(entry => SemVer.Parse(entry.Key), entry => ((Scalar)entry.Value).Value);
}

/// <summary>The data file <c>known.yaml</c>.</summary>
public sealed record KnownVersions
{
    public static KnownVersions Instance { get; } = Read();

    /// <summary>The date on which the data was read from its sources.</summary>
    public required string ReadOn { get; init; }

    public required ImmutableArray<KnownProduct> Products { get; init; }

    public required ImmutableArray<KnownFault> Faults { get; init; }

    public required ImmutableArray<KnownDigest> Digests { get; init; }

    public KnownProduct? Product(string name) => Products.FirstOrDefault(product => product.Name == name);

    /// <summary>The product of an image; null if unknown.</summary>
    /// <param name="image">The image without tag and digest.</param>
    public KnownProduct? ProductOf(string image) => Products.FirstOrDefault(product => product.Images is { } ending
        && (image == ending || image.EndsWith("/" + ending, StringComparison.Ordinal)));

    private static KnownVersions Read()
    {
        var root = DataFile.Read("Versions.known.yaml");
        return new KnownVersions
        {
            ReadOn = root.TextAt("read")!,
            Products = [.. root.MappingsAt("products").Select(KnownProduct.Of)],
            Digests = [.. root.MappingsAt("digests").Select(KnownDigest.Read)],
            Faults = [.. root.MappingsAt("faults").Select(KnownFault.Read)],
        };
    }
}

/// <summary>The published digests of an image or a chart.</summary>
/// <param name="Of">The suffix of the image's name, or "chart" and the chart's name.</param>
/// <param name="Source">The page with the digests.</param>
/// <param name="Versions">The digest for each version or tag.</param>
public sealed record KnownDigest(string Of, Uri Source, ImmutableSortedDictionary<string, string> Versions)
{
    /// <summary>The digest of an image's tag; null if unknown.</summary>
    public static string? OfImage(string name, string tag) => KnownVersions.Instance.Digests
        .Where(known => name == known.Of || name.EndsWith("/" + known.Of, StringComparison.Ordinal))
        .Select(known => known.Versions.GetValueOrDefault(tag)).FirstOrDefault(digest => digest is not null);

    /// <summary>The digest of the archive in a chart's HTTP repository; null if unknown.</summary>
    public static string? OfChart(string name, string version) => KnownVersions.Instance.Digests
        .Where(known => known.Of == $"chart {name}")
        .Select(known => known.Versions.GetValueOrDefault(version)).FirstOrDefault(digest => digest is not null);

    internal static KnownDigest Read(Mapping data) => new(data.TextAt("of")!, new Uri(data.TextAt("source")!),
        data.EntriesAt("versions").ToImmutableSortedDictionary(
            entry => entry.Key, entry => ((Scalar)entry.Value).Value, StringComparer.Ordinal));
}

/// <summary>Images that the release workflow publishes with this program's version as the tag.</summary>
public static class PublishedImage
{
    private const string Registry = "ghcr.io/platform-gitops";

    /// <summary>The DNS health controller.</summary>
    public static string Controller { get; } = Of("dns-health-controller");

    public static string Of(string name) => $"{Registry}/{name}:{typeof(PublishedImage).Assembly.GetName().Version!.ToString(3)}";
}
