using System.Formats.Tar;
using System.IO.Compression;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.ChartReading;

/// <summary>Facts about one chart version, read from the chart.</summary>
/// <param name="Version">The chart's version.</param>
/// <param name="CoreDns">Its <c>appVersion</c>.</param>
/// <param name="Reads">The paths of the values that its templates use.</param>
/// <param name="Defaults">Its <c>values.yaml</c>.</param>
internal sealed record ChartFacts(SemVer Version, SemVer CoreDns, ImmutableArray<string> Reads, Mapping Defaults);

/// <summary>Facts about one CoreDNS version, read from its sources.</summary>
/// <param name="Version">The version of CoreDNS.</param>
/// <param name="Plugins">In the order of <c>plugin.cfg</c>.</param>
/// <param name="Metrics">Counters and gauges with their labels.</param>
/// <param name="Histograms">Histograms with their labels.</param>
internal sealed record CoreDnsFacts(
    SemVer Version, ImmutableArray<string> Plugins, ImmutableDictionary<string, string> Metrics,
    ImmutableDictionary<string, string> Histograms);

/// <summary>The data files <c>releases.yaml</c>, <c>values.yaml</c> and <c>coredns.yaml</c>, as texts.</summary>
internal sealed record ChartDataFiles(string Releases, string Values, string CoreDns);

/// <summary>The input for the data files is wrong; the message is for the maintainer.</summary>
internal sealed class ChartDataException(string message) : Exception(message);

/// <summary>Makes the data files of the chart from released charts and CoreDNS's sources.</summary>
internal static partial class ChartData
{
    internal const int LongestLine = 140;

    private static readonly string[] SourceFolders = ["core", "coremain", "plugin"];
    private static readonly string[] NameParts = ["Namespace", "Subsystem", "Name"];

    /// <summary>Reads a chart: a folder or an archive.</summary>
    /// <exception cref="ChartDataException">It is not a coredns chart.</exception>
    public static ChartFacts ReadChart(string path)
    {
        var files = Directory.Exists(path) ? Folder(path) : File.Exists(path) ? Archive(path)
            : throw new ChartDataException($"'{path}' does not exist. Name a chart's folder, or an archive such as coredns-1.38.0.tgz.");
        if (!files.TryGetValue("Chart.yaml", out var about) || !files.TryGetValue("values.yaml", out var values))
        {
            throw new ChartDataException($"'{path}' is not a chart: it has no Chart.yaml or no values.yaml.");
        }

        var chart = Parse(path, "Chart.yaml", about);
        if (chart.TextAt("name") != "coredns" || !SemVer.TryParse(chart.TextAt("version") ?? "", out var version, out _)
            || !SemVer.TryParse(chart.TextAt("appVersion") ?? "", out var coreDns, out _))
        {
            throw new ChartDataException($"'{path}' is not a coredns chart with a version and an appVersion: Chart.yaml has the name "
                + $"'{chart.TextAt("name")}', the version '{chart.TextAt("version")}' and the appVersion '{chart.TextAt("appVersion")}'.");
        }

        var templates = files.Where(file => file.Key.StartsWith("templates/", StringComparison.Ordinal));
        var reads = templates.SelectMany(file => Reference().Matches(file.Value)).Select(match => match.Groups[1].Value);
        return new ChartFacts(version, coreDns, [.. reads.Distinct().Order(StringComparer.Ordinal)], Parse(path, "values.yaml", values));
    }

    /// <summary>Reads the sources of CoreDNS.</summary>
    /// <exception cref="ChartDataException">The folder does not have them.</exception>
    public static CoreDnsFacts ReadCoreDns(string folder)
    {
        var (plugins, about) = (Path.Combine(folder, "plugin.cfg"), Path.Combine(folder, "coremain", "version.go"));
        if (!File.Exists(plugins) || !File.Exists(about)
            || !SemVer.TryParse(CoreVersion().Match(File.ReadAllText(about)).Groups[1].Value, out var version, out _))
        {
            throw new ChartDataException($"'{folder}' has no sources of CoreDNS: plugin.cfg or coremain/version.go is missing.");
        }

        var counted = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var timed = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var package in SourceFolders.Select(part => Path.Combine(folder, part)).Where(Directory.Exists)
            .SelectMany(part => Directory.GetFiles(part, "*.go", SearchOption.AllDirectories))
            .Where(file => !file.EndsWith("_test.go", StringComparison.Ordinal)).GroupBy(Path.GetDirectoryName))
        {
            var text = string.Join('\n', package.Order(StringComparer.Ordinal).Select(File.ReadAllText));
            foreach (Match metric in Metric().Matches(text))
            {
                var (options, labels) = (metric.Groups["options"].Value, metric.Groups["labels"].Value);
                var name = string.Join('_', NameParts.Select(key => Option(options, key, text))
                    .Where(part => part.Length > 0));
                if (name.StartsWith("coredns_", StringComparison.Ordinal))
                {
                    (metric.Groups["kind"].Value == "Histogram" ? timed : counted)[name] = "[" + string.Join(", ",
                        labels.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                            .Select(label => Literal(label, text))) + "]";
                }
            }
        }

        return new CoreDnsFacts(version,
            [
                .. File.ReadLines(plugins).Where(line => line.Length > 0 && line[0] != '#').Select(line => line.Split(':')[0].Trim())
                    .Where(name => name.Length > 0),
            ],
            counted.ToImmutable(), timed.ToImmutable());
    }

    /// <summary>Merges facts about charts and CoreDNS into the data files; everything else stays as it is.</summary>
    /// <param name="files">The current data files.</param>
    /// <param name="charts">Each version once.</param>
    /// <param name="sources">Each version once.</param>
    /// <param name="report">Called with a sentence for each thing that the maintainer must check.</param>
    public static ChartDataFiles Merge(
        ChartDataFiles files, IReadOnlyCollection<ChartFacts> charts, IReadOnlyCollection<CoreDnsFacts> sources, Action<string> report)
    {
        var old = DataFile.Read("releases.yaml", files.Releases);
        var releases = old.EntriesAt("releases").ToImmutableSortedDictionary(entry => SemVer.Parse(entry.Key), entry => entry.Value.Text())
            .SetItems(charts.Select(chart => KeyValuePair.Create(chart.Version, chart.CoreDns.ToString())));
        return new ChartDataFiles(
            Until(files.Releases, "autoscaler:") + Autoscalers(CoreDnsChart.AutoscalersIn(old), [.. releases.Keys], charts) + "releases:\n"
                + string.Concat(releases.Select(release => $"  {release.Key}: {release.Value}\n")),
            charts.Count == 0 ? files.Values
                : Values(files.Values, [.. releases.Keys], charts.ToDictionary(chart => chart.Version), report),
            sources.Count == 0 ? files.CoreDns : Programs(files.CoreDns, sources.ToDictionary(source => source.Version)));
    }

    /// <summary>The releases in which the tag of the autoscaler changes.</summary>
    private static string Autoscalers(
        ImmutableSortedDictionary<SemVer, string> known, IReadOnlyList<SemVer> releases, IReadOnlyCollection<ChartFacts> charts)
    {
        var read = charts.ToDictionary(chart => chart.Version, chart => chart.Defaults.TextAt("autoscaler", "image", "tag"));
        var (lines, last) = (new StringBuilder(), "");
        foreach (var version in releases)
        {
            var tag = read.GetValueOrDefault(version) ?? known[CoreDnsChart.Nearest(known.Keys, version)];
            lines.Append(tag == last ? "" : $"  {version}: {tag}\n");
            last = tag;
        }

        return lines.ToString();
    }

    private static string Values(string text, IReadOnlyList<SemVer> releases, Dictionary<SemVer, ChartFacts> charts, Action<string> report)
    {
        var data = DataFile.Read("values.yaml", text);
        var types = data.EntriesAt("types").ToDictionary(entry => entry.Key, entry => entry.Value);
        var root = new ChartValue { Children = [.. Merged((Mapping)data["values"]!, types)] };
        foreach (var chart in charts.Values.OrderBy(chart => chart.Version))
        {
            var known = root.Paths(types, "").ToArray();
            foreach (var path in chart.Reads.Where(path => !known.Any(other => IsSameOrAbove(path, other) || IsSameOrAbove(other, path))))
            {
                var type = TypeOf(chart.Defaults.At(path.Split('.')));
                root.Add(path.Split('.'), type);
                report($"values.yaml: chart {chart.Version} reads '{path}'; its type is '{type}' by its default. Look at the templates and "
                    + "correct it where that is too narrow or too wide.");
            }
        }

        var lines = new StringBuilder(Until(text, "values:"));
        root.Write(lines, "  ", releases, (path, version) => charts.TryGetValue(version, out var chart)
            ? chart.Reads.Any(read => IsSameOrAbove(read, path) || IsSameOrAbove(path, read)) : null);
        return lines.ToString();
    }

    private static string Programs(string text, Dictionary<SemVer, CoreDnsFacts> sources)
    {
        var data = DataFile.Read("coredns.yaml", text);
        var before = data.ItemsAt("versions").Select(item => SemVer.Parse(item.Text())).ToArray();
        SemVer[] versions = [.. before.Union(sources.Keys).Order()];
        var lines = new StringBuilder(Until(text, "versions:", withLine: false))
            .Append($"versions: [{string.Join(", ", versions.Select(version => version.ToString()))}]\n");
        foreach (var (section, of) in new (string, Func<CoreDnsFacts, ImmutableDictionary<string, string>>)[]
            { ("metrics", source => source.Metrics), ("histograms", source => source.Histograms) })
        {
            var old = data.EntriesAt(section).Select(entry => (Range: VersionRange.Of(entry.Key), Labels: Flow(entry.Value))).ToArray();
            var found = sources.Values.SelectMany(source => of(source).Select(metric => (metric.Key, metric.Value)));
            lines.Append($"{section}:\n");
            foreach (var (name, labels) in old.Select(metric => (metric.Range.Name, metric.Labels))
                .Concat(found.OrderBy(metric => metric.Key, StringComparer.Ordinal)).Distinct())
            {
                foreach (var range in VersionRange.Of(name, versions, version => sources.TryGetValue(version, out var source)
                    ? of(source).GetValueOrDefault(name) == labels
                    : old.Any(metric => metric.Range.Name == name && metric.Labels == labels && metric.Range.Includes(version))))
                {
                    lines.Append($"  {range}: {labels}\n");
                }
            }
        }

        lines.Append("plugins:\n");
        var lists = data.EntriesAt("plugins").ToDictionary(entry => SemVer.Parse(entry.Key), entry => Flow(entry.Value));
        string? last = null;
        foreach (var version in versions)
        {
            var list = sources.TryGetValue(version, out var source) ? "[" + string.Join(", ", source.Plugins) + "]"
                : lists[CoreDnsChart.Nearest(lists.Keys.Order(), version)];
            if (list != last)
            {
                lines.Append($"  {version}:\n    {Wrapped(list)}\n");
                last = list;
            }
        }

        return lines.ToString();
    }

    private static string Wrapped(string list)
    {
        var (text, column) = (new StringBuilder(), 4);
        foreach (var word in list.Split(' '))
        {
            if (column + word.Length + 1 > LongestLine)
            {
                text.Length--;
                text.Append("\n     ");
                column = 5;
            }

            text.Append(word).Append(' ');
            column += word.Length + 1;
        }

        return text.ToString().TrimEnd();
    }

    /// <summary>Merges entries of one name with several version ranges into one value.</summary>
    private static IEnumerable<ChartValue> Merged(Mapping mapping, Dictionary<string, Node> types) =>
        mapping.Entries.Select(entry => (Range: VersionRange.Of(entry.Key), entry.Value)).GroupBy(entry => entry.Range.Name).Select(same =>
        {
            var node = same.First().Value;
            return node is Mapping { Entries: not [{ Key: "*" }] } inner
                ? new ChartValue { Name = same.Key, Children = [.. Merged(inner, types)] }
                : new ChartValue { Name = same.Key, Type = node, Ranges = [.. same.Select(entry => entry.Range)] };
        });

    private static string TypeOf(Node? value) => value switch
    {
        Sequence => "[any]",
        Scalar { IsText: false, Value: "true" or "false" } => "boolean",
        Scalar { IsText: false } scalar when scalar.Value.Length > 0 && scalar.Value.All(char.IsAsciiDigit) => "integer",
        Scalar { IsNull: false } => "text",
        _ => "any",
    };

    internal static string Flow(Node node) => node switch
    {
        Scalar scalar => scalar.Value,
        Sequence sequence => "[" + string.Join(", ", sequence.Items.Select(Flow)) + "]",
        Mapping mapping => "{ " + string.Join(", ", mapping.Entries.Select(entry =>
            (entry.Key == "*" ? "\"*\"" : entry.Key) + ": " + Flow(entry.Value))) + " }",
        _ => throw new InvalidOperationException("A node is one of these three."),
    };

    private static bool IsSameOrAbove(string path, string below) => below == path || below.StartsWith(path + ".", StringComparison.Ordinal);

    /// <summary>The text up to a line, including it or not.</summary>
    private static string Until(string text, string line, bool withLine = true)
    {
        var at = text.StartsWith(line, StringComparison.Ordinal) ? 0 : text.IndexOf("\n" + line, StringComparison.Ordinal) + 1;
        return withLine ? text[..(text.IndexOf('\n', at) + 1)] : text[..at];
    }

    private static string Text(this Node node) => ((Scalar)node).Value;

    private static string Option(string options, string key, string package) =>
        Regex.Match(options, key + @":\s*([^,\n]+)", RegexOptions.CultureInvariant) is { Success: true } match
            ? Literal(match.Groups[1].Value.Trim(), package) : "";

    /// <summary>The value of a literal, or of a constant in the same package.</summary>
    private static string Literal(string expression, string package) => expression switch
    {
        "plugin.Namespace" => "coredns",
        ['"', .. var text, '"'] => text,
        _ => Regex.Match(package, $@"\b{Regex.Escape(expression)}\s*=\s*""([^""]*)""", RegexOptions.CultureInvariant).Groups[1].Value,
    };

    private static Dictionary<string, string> Folder(string path) => Directory.GetFiles(path, "*", SearchOption.AllDirectories)
        .ToDictionary(file => Path.GetRelativePath(path, file).Replace('\\', '/'), File.ReadAllText);

    private static Dictionary<string, string> Archive(string path)
    {
        try
        {
            var files = new Dictionary<string, string>(StringComparer.Ordinal);
            using var stream = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
            using var tar = new TarReader(stream);
            while (tar.GetNextEntry() is { } entry)
            {
                if (entry.DataStream is { } data && entry.Name.IndexOf('/', StringComparison.Ordinal) is var slash and > 0)
                {
                    using var reader = new StreamReader(data);
                    files[entry.Name[(slash + 1)..]] = reader.ReadToEnd();
                }
            }

            return files;
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw new ChartDataException($"'{path}' is not a chart's archive: {exception.Message}");
        }
    }

    private static Mapping Parse(string chart, string file, string text) =>
        YamlReader.Read(file, text, YamlOptions.Tree) is { Findings.IsEmpty: true, Documents: [Mapping root, ..] }
            ? root
            : throw new ChartDataException($"'{chart}': {file} cannot be read.");

    [GeneratedRegex(@"\.Values\.([A-Za-z0-9]+(?:\.[A-Za-z0-9]+)*)")]
    private static partial Regex Reference();

    [GeneratedRegex(@"CoreVersion\s*=\s*""([^""]*)""")]
    private static partial Regex CoreVersion();

    // promauto.NewCounterVec(prometheus.CounterOpts{...}, []string{...}); the options may contain one nested pair of braces.
    [GeneratedRegex(@"\.New(?<kind>Counter|Gauge|Histogram|Summary)(?:Vec|Func)?\(\s*prometheus\.\w+Opts\{"
        + @"(?<options>(?:[^{}]|\{[^{}]*\})*)\}"
        + @"(?:,\s*\[\]string\{(?<labels>[^}]*)\})?")]
    private static partial Regex Metric();
}
