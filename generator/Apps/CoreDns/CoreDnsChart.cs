using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>Facts about one version of the coredns chart and its CoreDNS, from the data files in <c>Charts</c>.</summary>
public sealed record CoreDnsChart
{
    /// <summary>The key for a plugin's own arguments.</summary>
    public const string Parameters = "parameters";

    /// <summary>The key for every other line of its block.</summary>
    public const string AnyLine = "*";

    private static readonly string[] HistogramSeries = ["_bucket", "_sum", "_count"];

    private static readonly FrozenDictionary<string, Shape> Types = new Dictionary<string, Shape>
    {
        ["any"] = ValueShapes.Anything,
        ["text"] = ValueShapes.Text,
        ["textOrNumber"] = ValueShapes.TextOrNumber,
        ["integer"] = ValueShapes.Whole,
        ["boolean"] = ValueShapes.Switch,
        ["integerOrPercent"] = ValueShapes.IntegerOrPercent,
        ["address"] = ValueShapes.Address,
        ["duration"] = ValueShapes.Duration,
        ["labels"] = ValueShapes.Texts,
        ["resources"] = ValueShapes.Resources,
        ["tolerations"] = ValueShapes.Tolerations,
        ["selector"] = ValueShapes.Selector,
        ["topologySpread"] = ValueShapes.Spread,
        ["podSecurityContext"] = ValueShapes.PodSecurity,
        ["securityContext"] = ValueShapes.ContainerSecurity,
        ["disruptionBudget"] = ValueShapes.DisruptionBudget,
    }.ToFrozenDictionary();

    private static readonly Mapping ReleaseFile = Read("releases.yaml");
    private static readonly Lazy<Mapping> ValueFile = new(() => Read("values.yaml"));
    private static readonly Lazy<Mapping> CoreDnsFile = new(() => Read("coredns.yaml"));
    private static readonly Lazy<Mapping> CorefileFile = new(() => Read("corefile.yaml"));
    private static readonly ConcurrentDictionary<(SemVer, SemVer), CoreDnsChart> Made = new();

    /// <summary>The dates on which the data files were read from their sources, each with their content.</summary>
    public static IEnumerable<(string What, string Day)> ReadOn =>
    [
        ("releases of the chart", ReleaseFile.TextAt("read")!), ("its values", ValueFile.Value.TextAt("read")!),
        ("plugins and metrics of CoreDNS", CoreDnsFile.Value.TextAt("read")!), ("its Corefile", CorefileFile.Value.TextAt("read")!),
    ];

    /// <summary>The version if a definition sets none.</summary>
    public static SemVer Default { get; } = SemVer.Parse(ReleaseFile.TextAt("default")!);

    /// <summary>The newest version that was tested with an upgrade on a cluster from <see cref="Default"/>.</summary>
    public static SemVer Driven { get; } = SemVer.Parse(ReleaseFile.TextAt("driven")!);

    /// <summary>
    /// The CoreDNS version that <c>init</c> writes with <see cref="Driven"/>, whose own CoreDNS has known faults; the two were tested
    /// together.
    /// </summary>
    public static SemVer StarterImage { get; } = SemVer.Parse(ReleaseFile.TextAt("image")!);

    /// <summary>The known releases of the chart, each with its CoreDNS version.</summary>
    public static ImmutableSortedDictionary<SemVer, SemVer> Releases { get; } = ReleaseFile.EntriesAt("releases")
        .ToImmutableSortedDictionary(entry => SemVer.Parse(entry.Key), entry => SemVer.Parse(((Scalar)entry.Value).Value));

    /// <summary>The first releases with each tag of the proportional autoscaler.</summary>
    internal static ImmutableSortedDictionary<SemVer, string> Autoscalers { get; } = AutoscalersIn(ReleaseFile);

    /// <summary>Releases that cannot serve DNS over both UDP and TCP.</summary>
    public static ImmutableHashSet<SemVer> WithoutTcp { get; } = [.. Texts(ReleaseFile["withoutTcp"]).Select(SemVer.Parse)];

    /// <summary>The releases that a definition may use, oldest first.</summary>
    public static IEnumerable<SemVer> Delivered => Releases.Keys.Where(version => version >= Default && !WithoutTcp.Contains(version));

    public required SemVer Version { get; init; }

    /// <summary>Its CoreDNS version.</summary>
    public required SemVer CoreDns { get; init; }

    /// <summary>Every value that its templates read.</summary>
    public required ObjectShape Values { get; init; }

    /// <summary>The exported series with the labels that CoreDNS itself sets.</summary>
    public required FrozenDictionary<string, ImmutableArray<string>> Series { get; init; }

    /// <summary>In the order in which a query passes them; the order in the Corefile does not matter.</summary>
    public required ImmutableArray<string> Plugins { get; init; }

    /// <summary>Plugins that a server block can have only once.</summary>
    public required ImmutableArray<string> PluginsOnce { get; init; }

    /// <summary>For each known plugin the patterns of its own arguments (<see cref="Parameters"/>) and of each line of its block.</summary>
    public required FrozenDictionary<string, FrozenDictionary<string, string>> PluginArguments { get; init; }

    /// <summary>Words that CoreDNS does not accept together in one block.</summary>
    public required FrozenDictionary<string, ImmutableArray<string>> PluginExclusive { get; init; }

    /// <summary>
    /// The data for a version: its own, or that of the release that it was built from, else of the nearest older one, else of the oldest.
    /// </summary>
    /// <param name="version">The chart's version.</param>
    /// <param name="tag">The image's tag, optionally with a digest, if the values set one; it decides the CoreDNS version.</param>
    public static CoreDnsChart For(SemVer version, string? tag = null)
    {
        var release = Nearest(Releases.Keys, version);
        var coreDns = tag is not null && SemVer.TryParse(tag.Split('@')[0].TrimStart('v'), out var own, out _) ? own : Releases[release];
        return Made.GetOrAdd((release, coreDns), key => Make(key.Item1, key.Item2));
    }

    /// <summary>True for a known release, and for a custom build of it, such as 1.46.2-nord.1.</summary>
    public static bool HasRelease(SemVer version) => Releases.ContainsKey(version with { PreRelease = "" });

    /// <summary>True if the data files have the plugins, the Corefile and the metrics of a CoreDNS version.</summary>
    public static bool IsKnown(SemVer coreDns) => Texts(CoreDnsFile.Value["versions"]).Contains(coreDns.ToString());

    /// <summary>The CoreDNS version of a chart version; null if the chart version is newer than the data.</summary>
    public static string? AppVersionOf(SemVer version) =>
        version > Releases.Keys.Last() ? null : Releases[Nearest(Releases.Keys, version)].ToString();

    /// <summary>The tag of the proportional autoscaler in a chart version; null if the chart version is newer than the data.</summary>
    public static string? AutoscalerTagOf(SemVer version) =>
        version > Releases.Keys.Last() ? null : Autoscalers[Nearest(Autoscalers.Keys, version)];

    /// <summary>The versions that read a value which this one does not, in a sentence; null if none is known.</summary>
    /// <param name="path">The value's path, with dots.</param>
    public string? OtherVersionsReading(string path)
    {
        Node? node = ValueFile.Value["values"];
        IEnumerable<VersionRange> found = [];
        foreach (var key in path.Split('.'))
        {
            var entries = ((node as Mapping)?.Entries ?? []).Select(entry => (Range: VersionRange.Of(entry.Key), entry.Value))
                .Where(entry => entry.Range.Name == key).ToArray();
            (node, found) = (entries.FirstOrDefault().Value, entries.Select(entry => entry.Range));
        }

        var range = found.FirstOrDefault(range => !range.Includes(Version));
        return range switch
        {
            { From: { } from, Before: { } before } => $"Charts from {from} on read it, and from {before} on no longer.",
            { From: { } from } => $"From chart {from} on.",
            { Before: { } before } => $"Charts before {before} read it.",
            _ => null,
        };
    }

    /// <summary>A custom build, such as 1.46.2-nord.1, sorts before its release.</summary>
    internal static SemVer Nearest(IEnumerable<SemVer> known, SemVer version) =>
        known.LastOrDefault(one => one <= version with { PreRelease = "" }) ?? known.First();

    internal static ImmutableSortedDictionary<SemVer, string> AutoscalersIn(Mapping releases) => releases.EntriesAt("autoscaler")
        .ToImmutableSortedDictionary(entry => SemVer.Parse(entry.Key), entry => ((Scalar)entry.Value).Value);

    private static CoreDnsChart Make(SemVer version, SemVer coreDns)
    {
        var own = ((Mapping)ValueFile.Value["types"]!).Entries
            .ToDictionary(entry => entry.Key, entry => ShapeOf(entry.Value, version, Types));
        var types = Types.Concat(own).ToFrozenDictionary();
        var (program, corefile) = (CoreDnsFile.Value, CorefileFile.Value);
        var plugins = program.EntriesAt("plugins");
        var listed = Nearest(plugins.Select(entry => SemVer.Parse(entry.Key)), coreDns).ToString();
        return new CoreDnsChart
        {
            Version = version,
            CoreDns = coreDns,
            Values = (ObjectShape)ShapeOf(ValueFile.Value["values"]!, version, types),
            Series = Lists(program["metrics"], coreDns).Concat(Lists(program["histograms"], coreDns).SelectMany(histogram =>
                    HistogramSeries.Select(suffix => KeyValuePair.Create(histogram.Key + suffix, histogram.Value))))
                .ToFrozenDictionary(StringComparer.Ordinal),
            Plugins = Texts(plugins.Single(entry => entry.Key == listed).Value),
            PluginsOnce = Texts(corefile["pluginsOnce"]),
            PluginExclusive = Lists(corefile["pluginExclusive"], coreDns).ToFrozenDictionary(StringComparer.Ordinal),
            PluginArguments = ((Mapping)corefile["pluginArguments"]!).Entries.ToFrozenDictionary(
                plugin => plugin.Key,
                plugin => In((Mapping)plugin.Value, coreDns).ToFrozenDictionary(line => line.Key, line => ((Scalar)line.Value).Value)),
        };
    }

    /// <summary>A word is a type, a list has the type of its only item, and the key '*' means any key.</summary>
    private static Shape ShapeOf(Node node, SemVer version, IReadOnlyDictionary<string, Shape> types) => node switch
    {
        Scalar { Value: var type } => types[type],
        Sequence { Items: [var item] } => new ListShape(ShapeOf(item, version, types)),
        Mapping { Entries: [{ Key: "*", Value: var value }] } => new FreeShape(ShapeOf(value, version, types)),
        Mapping mapping => new ObjectShape(
            [.. In(mapping, version).Select(entry => new Key(entry.Key, ShapeOf(entry.Value, version, types)))]),
        _ => throw new InvalidDataException($"Line {node.Position.Line} of the chart's data is not a type."),
    };

    private static IEnumerable<KeyValuePair<string, Node>> In(Mapping mapping, SemVer version) =>
        from entry in mapping.Entries
        let range = VersionRange.Of(entry.Key)
        where range.Includes(version)
        select KeyValuePair.Create(range.Name, entry.Value);

    private static IEnumerable<KeyValuePair<string, ImmutableArray<string>>> Lists(Node? node, SemVer version) =>
        In((Mapping)node!, version).Select(entry => KeyValuePair.Create(entry.Key, Texts(entry.Value)));

    private static ImmutableArray<string> Texts(Node? node) => [.. ((Sequence)node!).Items.Select(item => ((Scalar)item).Value)];

    private static Mapping Read(string name) => DataFile.Read("Charts.CoreDns." + name);
}
