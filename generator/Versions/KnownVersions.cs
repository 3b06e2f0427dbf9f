using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Versions;

/// <summary>A fault of CoreDNS.</summary>
/// <param name="Id">A CVE, or an issue of its repository.</param>
/// <param name="From">The first version with it; null where all older ones have it.</param>
/// <param name="FixedIn">The first version without it.</param>
/// <param name="All">The plugins that must all be in the Corefile.</param>
/// <param name="Any">The plugins and transports of which one must be in the Corefile; empty where none must.</param>
/// <param name="What">What happens.</param>
/// <param name="Source">Where that is written.</param>
public sealed record KnownFault(
    string Id, SemVer? From, SemVer FixedIn, ImmutableArray<string> All, ImmutableArray<string> Any, string What, Uri Source)
{
    public bool IsIn(SemVer version) => version < FixedIn && (From is null || version >= From);

    /// <summary>True where a Corefile with these plugins and transports is open to it.</summary>
    public bool Affects(IReadOnlySet<string> used) => All.All(used.Contains) && (Any.IsEmpty || Any.Any(used.Contains));

    /// <summary>What a Corefile must have for it.</summary>
    public string Needs => string.Join(" and ", Any.IsEmpty ? All : All.Add(string.Join(" or ", Any)));
}

/// <summary>What is known of one program or chart.</summary>
public sealed record KnownProduct
{
    public required string Name { get; init; }

    public SemVer? Newest { get; init; }

    /// <summary>How the names of its images end; null where it has none.</summary>
    public string? Images { get; init; }

    public string? Note { get; init; }

    public required Uri Source { get; init; }

    private SemVer? SupportedFrom { get; init; }

    private ImmutableSortedDictionary<SemVer, string> Ends { get; init; } = ImmutableSortedDictionary<SemVer, string>.Empty;

    private ImmutableSortedDictionary<SemVer, string> CoreDns { get; init; } = ImmutableSortedDictionary<SemVer, string>.Empty;

    private ImmutableSortedDictionary<SemVer, string> KubernetesFrom { get; init; } = ImmutableSortedDictionary<SemVer, string>.Empty;

    /// <summary>The last day with fixes for a version; null where it is not known or over for long.</summary>
    public DateOnly? EndOf(SemVer version) =>
        At(Ends, version) is { } day ? DateOnly.ParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture) : null;

    /// <summary>True where its authors make no fixes for the version anymore.</summary>
    public bool IsOver(SemVer version, DateOnly today) => (SupportedFrom is { } from && version < from)
        || (!Ends.IsEmpty && (EndOf(version) is { } end ? end < today : version < Ends.Keys.First()));

    /// <summary>The CoreDNS inside of a version; null where there is none or it is not known.</summary>
    public SemVer? CoreDnsIn(SemVer version) => Name == "CoreDNS" ? version
        : CoreDns.TryGetValue(version, out var inside) ? SemVer.Parse(inside) : null;

    /// <summary>The oldest Kubernetes that a version runs on; null where it is not known.</summary>
    public SemVer? OldestKubernetes(SemVer version) => At(KubernetesFrom, version) is { } oldest ? SemVer.Parse(oldest) : null;

    internal static KnownProduct Of(Mapping data) => new()
    {
        Name = data.TextAt("name")!,
        Newest = data.TextAt("newest") is { } newest ? SemVer.Parse(newest) : null,
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

    /// <summary>The day on which the data was read from its sources.</summary>
    public required string ReadOn { get; init; }

    public required ImmutableArray<KnownProduct> Products { get; init; }

    public required ImmutableArray<KnownFault> Faults { get; init; }

    public required ImmutableArray<KnownDigest> Digests { get; init; }

    public KnownProduct? Product(string name) => Products.FirstOrDefault(product => product.Name == name);

    /// <summary>The product that an image is of; null where it is not known.</summary>
    /// <param name="image">Without tag and digest.</param>
    public KnownProduct? ProductOf(string image) => Products.FirstOrDefault(product => product.Images is { } ending
        && (image == ending || image.EndsWith("/" + ending, StringComparison.Ordinal)));

    private static KnownVersions Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("Versions.known.yaml")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var root = (Mapping)YamlReader.Read("known.yaml", bytes.ToArray(), YamlOptions.Tree).Documents[0];
        return new KnownVersions
        {
            ReadOn = root.TextAt("read")!,
            Products = [.. root.MappingsAt("products").Select(KnownProduct.Of)],
            Digests = [.. root.MappingsAt("digests").Select(KnownDigest.Read)],
            Faults =
            [
                .. root.MappingsAt("faults").Select(fault => new KnownFault(fault.TextAt("id")!,
                    fault.TextAt("from") is { } from ? SemVer.Parse(from) : null, SemVer.Parse(fault.TextAt("fixedIn")!),
                    Texts(fault, "all"), Texts(fault, "any"), fault.TextAt("what")!, new Uri(fault.TextAt("source")!))),
            ],
        };
    }

    private static ImmutableArray<string> Texts(Mapping data, string name) =>
        [.. data.ItemsAt(name).OfType<Scalar>().Select(item => item.Value)];
}
