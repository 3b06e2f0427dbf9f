using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Reflection;
using PlatformGitOps.Generator.Schema;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>What is known of one version of the coredns chart, and of the CoreDNS that it runs: a file in <c>Charts</c>.</summary>
public sealed record CoreDnsChart
{
    /// <summary>The key of a plugin's own arguments among those of its block.</summary>
    public const string Parameters = "parameters";

    /// <summary>The key of every other word of its block.</summary>
    public const string AnyLine = "*";

    private const string Folder = "Charts.CoreDns.";

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

    /// <summary>Every version with a data file, oldest first.</summary>
    public static ImmutableArray<CoreDnsChart> Known { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(Folder, StringComparison.Ordinal) && char.IsAsciiDigit(name[Folder.Length]))
            .Select(name => Of(Read(name)))
            .OrderBy(chart => chart.Version),
    ];

    /// <summary>The default where a definition names no version.</summary>
    public static CoreDnsChart Newest => Known[^1];

    public required SemVer Version { get; init; }

    /// <summary>The CoreDNS that it runs where no image tag is set.</summary>
    public required string AppVersion { get; init; }

    /// <summary>Every value that its templates read.</summary>
    public required ObjectShape Values { get; init; }

    /// <summary>The exported series with the labels that CoreDNS itself sets.</summary>
    public required FrozenDictionary<string, ImmutableArray<string>> Series { get; init; }

    /// <summary>In the order in which a query passes them, whatever the order in the Corefile.</summary>
    public required ImmutableArray<string> Plugins { get; init; }

    /// <summary>Those that one server block may have once only.</summary>
    public required ImmutableArray<string> PluginsOnce { get; init; }

    /// <summary>
    /// For each plugin that is described: the patterns of what follows its name (<see cref="Parameters"/>) and each word of its block.
    /// </summary>
    public required FrozenDictionary<string, FrozenDictionary<string, string>> PluginArguments { get; init; }

    /// <summary>Words of one block that CoreDNS does not take together.</summary>
    public required FrozenDictionary<string, ImmutableArray<string>> PluginExclusive { get; init; }

    /// <summary>The first version, and the first later one that does not, whose templates read the same values.</summary>
    public required (SemVer From, SemVer Before) SameValues { get; init; }

    /// <summary>The data for a version: its own, else the nearest older one, else the oldest.</summary>
    public static CoreDnsChart For(SemVer version) => Known.LastOrDefault(chart => chart.Version <= version) ?? Known[0];

    /// <summary>True where the values of this data are those of another version too.</summary>
    public bool Covers(SemVer version) => version == Version || (version >= SameValues.From && version < SameValues.Before);

    /// <summary>The CoreDNS that a chart version runs; null for a version that is newer than what is known.</summary>
    public static string? AppVersionOf(SemVer version)
    {
        if (Known.FirstOrDefault(chart => chart.Version == version) is { } known)
        {
            return known.AppVersion;
        }

        var table = Read(Folder + "appVersions.yaml");
        return version > SemVer.Parse(table.TextAt("newest")!) ? null : ((Mapping)table["from"]!).Entries
            .Where(row => SemVer.Parse(row.Key) <= version).Select(row => ((Scalar)row.Value).Value).LastOrDefault();
    }

    private static CoreDnsChart Of(Mapping data)
    {
        var own = ((Mapping)data["types"]!).Entries.ToDictionary(entry => entry.Key, entry => ShapeOf(entry.Value, Types));
        var types = Types.Concat(own).ToFrozenDictionary();
        return new CoreDnsChart
        {
            Version = SemVer.Parse(data.TextAt("chart")!),
            AppVersion = data.TextAt("appVersion")!,
            SameValues = (SemVer.Parse(data.TextAt("valuesFrom")!), SemVer.Parse(data.TextAt("valuesBefore")!)),
            Values = (ObjectShape)ShapeOf(data["values"]!, types),
            Series = Lists(data["metrics"]).Concat(Lists(data["histograms"]).SelectMany(histogram =>
                    HistogramSeries.Select(suffix => KeyValuePair.Create(histogram.Key + suffix, histogram.Value))))
                .ToFrozenDictionary(StringComparer.Ordinal),
            Plugins = Texts(data["plugins"]),
            PluginsOnce = Texts(data["pluginsOnce"]),
            PluginExclusive = Lists(data["pluginExclusive"]).ToFrozenDictionary(StringComparer.Ordinal),
            PluginArguments = ((Mapping)data["pluginArguments"]!).Entries.ToFrozenDictionary(
                plugin => plugin.Key,
                plugin => ((Mapping)plugin.Value).Entries.ToFrozenDictionary(line => line.Key, line => ((Scalar)line.Value).Value)),
        };
    }

    /// <summary>A word is a type, a list has the type of its one item, and the key '*' means any key.</summary>
    private static Shape ShapeOf(Node node, IReadOnlyDictionary<string, Shape> types) => node switch
    {
        Scalar { Value: var type } => types[type],
        Sequence { Items: [var item] } => new ListShape(ShapeOf(item, types)),
        Mapping { Entries: [{ Key: "*", Value: var value }] } => new FreeShape(ShapeOf(value, types)),
        Mapping mapping => new ObjectShape([.. mapping.Entries.Select(entry => new Key(entry.Key, ShapeOf(entry.Value, types)))]),
        _ => throw new InvalidDataException($"Line {node.Position.Line} of the chart's data is not a type."),
    };

    private static IEnumerable<KeyValuePair<string, ImmutableArray<string>>> Lists(Node? node) =>
        ((Mapping)node!).Entries.Select(entry => KeyValuePair.Create(entry.Key, Texts(entry.Value)));

    private static ImmutableArray<string> Texts(Node? node) => [.. ((Sequence)node!).Items.Select(item => ((Scalar)item).Value)];

    private static Mapping Read(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        var text = YamlReader.Read(name, bytes.ToArray(), YamlOptions.Tree);
        return text.Findings.IsEmpty ? (Mapping)text.Documents[0] : throw new InvalidDataException(string.Join('\n', text.Findings));
    }
}
