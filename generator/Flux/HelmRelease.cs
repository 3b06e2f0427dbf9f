namespace PlatformGitOps.Generator.Flux;

/// <summary>A HelmRelease, its chart and its values, merged like helm-controller does.</summary>
public sealed record HelmRelease
{
    public required Manifest Manifest { get; init; }

    /// <summary>The chart; null if the tree does not contain its source.</summary>
    public required ChartReference? Chart { get; init; }

    /// <summary>The values of <c>spec.valuesFrom</c> in their order, then <c>spec.values</c>.</summary>
    public required Mapping Values { get; init; }

    /// <summary>False if a source of values is missing in the tree, is a file of the chart, or is encrypted.</summary>
    public required bool HasAllValues { get; init; }

    /// <summary>The name of Helm's release.</summary>
    public string Name => Manifest.Body.TextAt("spec", "releaseName")
        ?? (Manifest.Body.TextAt("spec", "targetNamespace") is { } target ? $"{target}-{Manifest.Name}" : Manifest.Name);

    /// <summary>The namespace of the chart's objects.</summary>
    public string Namespace => Manifest.Body.TextAt("spec", "targetNamespace") ?? Manifest.Namespace;

    /// <summary>Patches and images that kustomize applies, in this order, to the manifests that Helm renders.</summary>
    public IEnumerable<Mapping> PostRenderers => Manifest.Body.MappingsAt("spec", "postRenderers")
        .Select(renderer => renderer["kustomize"]).OfType<Mapping>();

    /// <summary>
    /// True for a HelmRelease of this chart, whatever its name. If the tree lacks the source of a chartRef, no file names the chart, and
    /// the name of the release decides.
    /// </summary>
    /// <param name="chart">The chart's name.</param>
    /// <param name="resource">Any object.</param>
    /// <param name="find">Finds an object by kind, namespace and name.</param>
    public static bool Installs(string chart, Manifest resource, Func<string, string, string, Mapping?> find) => resource.IsHelmRelease
        && chart == (ChartReference.Of(resource.Body, find)?.Name ?? ChartReference.NameIn(ChartReference.SpecOf(resource.Body, find).Spec)
            ?? resource.Name);

    /// <param name="resource">The HelmRelease.</param>
    /// <param name="find">Finds an object by kind, namespace and name.</param>
    public static HelmRelease Of(Manifest resource, Func<string, string, string, Mapping?> find)
    {
        var values = new Mapping { Position = resource.Body.Position, File = resource.File };
        var complete = (ChartReference.SpecOf(resource.Body, find).Spec?.ItemsAt("valuesFiles") ?? []).OfType<Scalar>()
            .All(file => file.Value == "values.yaml");
        foreach (var reference in resource.Body.MappingsAt("spec", "valuesFrom"))
        {
            var (key, target) = (reference.TextAt("valuesKey") ?? "values.yaml", reference.TextAt("targetPath"));
            var source = find(reference.TextAt("kind") ?? "", resource.Namespace, reference.TextAt("name") ?? "");
            var (entry, text) = (source is null ? [] : PostBuild.DataOf(source)).FirstOrDefault(item => item.Entry.Key == key);
            if (text is null)
            {
                complete &= source is null && reference.TextAt("optional") == "true";
            }
            else if (target is not null)
            {
                var value = reference.TextAt("literal") == "true" || Read(entry, text) is not { } parsed ? text : parsed;
                values = values.SetAt(target.Split('.'), value with { Position = entry.Value.Position, File = entry.Value.File });
            }
            else if (Read(entry, text) is Mapping more)
            {
                values = Merge(values, more);
            }
        }

        return new HelmRelease
        {
            Manifest = resource,
            Chart = ChartReference.Of(resource.Body, find),
            Values = resource.Body.At("spec", "values") is not Mapping own ? values
                : values.Entries.IsEmpty ? own
                : Merge(values, own) with { Position = own.Position, File = own.File },
            HasAllValues = complete,
        };
    }

    private static Node? Read(Entry entry, string text) =>
        YamlReader.Read(entry.Value.File, text, YamlOptions.Tree) is
        {
            Findings: [],
            Documents: [var document, ..],
        }
        ? document.PlacedIn(entry)
        : null;

    /// <summary>Like Helm: merges mappings, replaces everything else.</summary>
    private static Mapping Merge(Mapping under, Mapping over) => under.Entries.IsEmpty ? over : over.Aggregate(under, (merged, entry) =>
        (merged[entry.Key], entry.Value) is (Mapping old, Mapping now)
            ? merged.Set(entry.Key, Merge(old, now))
            : new Mapping(merged.Without(entry.Key).Append(entry)) { Position = merged.Position, File = merged.File });
}

/// <summary>The chart of a HelmRelease and its source.</summary>
/// <param name="Name">The chart's name.</param>
/// <param name="Version">The version that the source pins; empty if it pins a digest or is a folder.</param>
/// <param name="Url">The URL of the HTTP repository, of the OCI chart, or of the source with the chart's folder.</param>
public sealed record ChartReference(string Name, string Version, string Url)
{
    /// <summary>Kinds of sources that contain a chart as a folder, whose revision is the version.</summary>
    private static readonly string[] WithFolders = ["GitRepository", "Bucket"];

    /// <summary>True if it is a folder of its source, not an artifact with a version.</summary>
    public bool IsFolder { get; init; }

    public bool IsOci => Url.StartsWith("oci://", StringComparison.Ordinal);

    /// <summary>The chart of a release; null if the tree does not contain the source.</summary>
    /// <param name="release">The HelmRelease.</param>
    /// <param name="find">Finds a source by kind, namespace and name.</param>
    public static ChartReference? Of(Mapping release, Func<string, string, string, Mapping?> find)
    {
        if (SourceOf(release, find) is { } artifact && artifact.TextAt("spec", "url") is { } url)
        {
            var version = artifact.TextAt("spec", "ref", "tag") ?? artifact.TextAt("spec", "ref", "semver") ?? "";
            return new ChartReference(url[(url.LastIndexOf('/') + 1)..], version, url);
        }

        var chart = SpecOf(release, find).Spec;
        if (NameIn(chart) is not { } name || RepositoryOf(release, find) is not { } source
            || (source.TextAt("spec", "url") ?? source.TextAt("spec", "endpoint")) is not { } repository)
        {
            return null;
        }

        if (IsFolderIn(chart!))
        {
            return new ChartReference(name, "", repository) { IsFolder = true };
        }

        var isOci = repository.StartsWith("oci://", StringComparison.Ordinal);
        return new ChartReference(name, chart!.TextAt("version") ?? "", isOci ? $"{repository.TrimEnd('/')}/{name}" : repository);
    }

    /// <summary>The object that <c>spec.chartRef</c> refers to; null if absent in the tree.</summary>
    internal static Mapping? SourceOf(Mapping release, Func<string, string, string, Mapping?> find) =>
        Source(release.At("spec", "chartRef"), NamespaceOf(release), find);

    /// <summary>The chart's name in the spec of a HelmChart; in a Git repository or a bucket the name of its folder.</summary>
    internal static string? NameIn(Mapping? chart) => chart?.TextAt("chart") is { } name && IsFolderIn(chart)
        ? name.TrimEnd('/').Split('/')[^1] : chart?.TextAt("chart");

    private static bool IsFolderIn(Mapping chart) => WithFolders.Contains(chart.TextAt("sourceRef", "kind"));

    /// <summary>The spec of the HelmChart that the release contains or refers to, and the namespace of its source.</summary>
    internal static (Mapping? Spec, string Namespace) SpecOf(Mapping release, Func<string, string, string, Mapping?> find) =>
        SourceOf(release, find) is { } own && own.TextAt("kind") == "HelmChart"
            ? (own["spec"] as Mapping, NamespaceOf(own))
            : (release.At("spec", "chart", "spec") as Mapping, NamespaceOf(release));

    /// <summary>The repository or bucket of a HelmChart; null if the tree does not contain it.</summary>
    internal static Mapping? RepositoryOf(Mapping release, Func<string, string, string, Mapping?> find)
    {
        var (chart, @namespace) = SpecOf(release, find);
        return Source(chart?["sourceRef"], @namespace, find);
    }

    private static Mapping? Source(Node? reference, string @namespace, Func<string, string, string, Mapping?> find) =>
        reference is Mapping named
            ? find(named.TextAt("kind") ?? "", named.TextAt("namespace") ?? @namespace, named.TextAt("name") ?? "")
            : null;

    private static string NamespaceOf(Mapping body) => body.TextAt("metadata", "namespace") ?? "";
}
