namespace PlatformGitOps.Generator.Flux;

/// <summary>A HelmRelease with its chart and its values, as helm-controller puts them together.</summary>
public sealed record HelmRelease
{
    public required Manifest Manifest { get; init; }

    /// <summary>Where the chart is from; null if the tree does not contain the source.</summary>
    public required ChartReference? Chart { get; init; }

    /// <summary>The values of <c>spec.valuesFrom</c> in their order, and <c>spec.values</c> over them.</summary>
    public required Mapping Values { get; init; }

    /// <summary>False if a source of values is not in the tree, is a file of the chart, or its content is encrypted.</summary>
    public required bool HasAllValues { get; init; }

    /// <summary>The name of Helm's release.</summary>
    public string Name => Manifest.Body.TextAt("spec", "releaseName")
        ?? (Manifest.Body.TextAt("spec", "targetNamespace") is { } target ? $"{target}-{Manifest.Name}" : Manifest.Name);

    /// <summary>The namespace of the chart's objects.</summary>
    public string Namespace => Manifest.Body.TextAt("spec", "targetNamespace") ?? Manifest.Namespace;

    /// <summary>What is changed in the manifests that Helm renders, in this order: patches and images for kustomize.</summary>
    public IEnumerable<Mapping> PostRenderers => Manifest.Body.MappingsAt("spec", "postRenderers")
        .Select(renderer => renderer["kustomize"]).OfType<Mapping>();

    /// <summary>
    /// True for a HelmRelease of this chart, whatever the release is called. Where the tree does not contain the source of a chartRef, no
    /// file names the chart, and the name of the release decides.
    /// </summary>
    /// <param name="chart">The chart's name.</param>
    /// <param name="resource">Any object.</param>
    /// <param name="find">Looks an object up by kind, namespace and name.</param>
    public static bool Installs(string chart, Manifest resource, Func<string, string, string, Mapping?> find) => resource.IsHelmRelease
        && chart == (ChartReference.Of(resource.Body, find)?.Name ?? ChartReference.NameIn(ChartReference.SpecOf(resource.Body, find).Spec)
            ?? resource.Name);

    /// <param name="resource">The HelmRelease.</param>
    /// <param name="find">Looks an object up by kind, namespace and name.</param>
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

    /// <summary>Mappings merge, everything else is replaced, as Helm does it.</summary>
    private static Mapping Merge(Mapping under, Mapping over) => under.Entries.IsEmpty ? over : over.Aggregate(under, (merged, entry) =>
        (merged[entry.Key], entry.Value) is (Mapping old, Mapping now)
            ? merged.Set(entry.Key, Merge(old, now))
            : new Mapping(merged.Without(entry.Key).Append(entry)) { Position = merged.Position, File = merged.File });
}

/// <summary>The chart that a HelmRelease installs and its origin.</summary>
/// <param name="Name">The chart's name.</param>
/// <param name="Version">Its version, as the source pins it; empty where a digest or a folder decides.</param>
/// <param name="Url">The address of the HTTP repository, of the chart for OCI, or of the source that the chart is a folder of.</param>
public sealed record ChartReference(string Name, string Version, string Url)
{
    /// <summary>Sources that have a chart as a folder, whose revision is its version.</summary>
    private static readonly string[] WithFolders = ["GitRepository", "Bucket"];

    /// <summary>Whether it is a folder of its source, and not an artifact with a version.</summary>
    public bool IsFolder { get; init; }

    public bool IsOci => Url.StartsWith("oci://", StringComparison.Ordinal);

    /// <summary>Reads it from a release and its source; null if the tree does not contain the source.</summary>
    /// <param name="release">The HelmRelease.</param>
    /// <param name="find">Looks a source up by kind, namespace and name.</param>
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

    /// <summary>The object that <c>spec.chartRef</c> names; null without one, and where the tree does not contain it.</summary>
    internal static Mapping? SourceOf(Mapping release, Func<string, string, string, Mapping?> find) =>
        Source(release.At("spec", "chartRef"), NamespaceOf(release), find);

    /// <summary>The name of the chart in the fields of a HelmChart: in a Git repository or a bucket that of its folder.</summary>
    internal static string? NameIn(Mapping? chart) => chart?.TextAt("chart") is { } name && IsFolderIn(chart)
        ? name.TrimEnd('/').Split('/')[^1] : chart?.TextAt("chart");

    private static bool IsFolderIn(Mapping chart) => WithFolders.Contains(chart.TextAt("sourceRef", "kind"));

    /// <summary>The fields of a HelmChart, which the release contains or refers to, with the namespace of its source.</summary>
    internal static (Mapping? Spec, string Namespace) SpecOf(Mapping release, Func<string, string, string, Mapping?> find) =>
        SourceOf(release, find) is { } own && own.TextAt("kind") == "HelmChart"
            ? (own["spec"] as Mapping, NamespaceOf(own))
            : (release.At("spec", "chart", "spec") as Mapping, NamespaceOf(release));

    /// <summary>The repository or the bucket that a HelmChart names; null where the tree does not contain it.</summary>
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
