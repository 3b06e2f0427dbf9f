using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Versions;

/// <summary>One version of a program, a chart or an image, and the clusters that have it.</summary>
/// <param name="Name">The program or chart, or the image if it is not a known one.</param>
/// <param name="Image">The image without its tag; null for a chart or program.</param>
/// <param name="Pinned">The version as written; "unknown" for the CoreDNS of an unknown chart.</param>
/// <param name="Used">For CoreDNS the plugins and transports of its Corefile, for Flux the kinds of its objects, for images the words of
/// their commands; else empty.</param>
/// <param name="Clusters">In the order of the definition.</param>
public sealed record DeliveredVersion(
    string Name, string? Image, string Pinned, ImmutableSortedSet<string> Used, ImmutableArray<string> Clusters)
{
    public SemVer? Version => SemVer.TryParse(Pinned.TrimStart('v'), out var version, out _) ? version : null;

    public KnownProduct? Product => KnownVersions.Instance.Product(Name);

    /// <summary>Notes: how long the version gets fixes, whether it fits the clusters, and notes from the data.</summary>
    public IEnumerable<string> Remarks(Platform platform, DateOnly today)
    {
        if (this is { Product: { } product, Version: { } version })
        {
            if (product.IsOver(version, today))
            {
                yield return product.EndOf(version) is { } over ? $"without fixes since {over:O}"
                    : "its authors make no fixes for the pinned version anymore";
            }
            else if (product.EndOf(version) is { } end)
            {
                yield return $"fixes until {end:O}";
            }

            foreach (var cluster in platform.Clusters.Where(cluster => Clusters.Contains(cluster.Name.Text)))
            {
                if (product.OldestKubernetes(version) is { } oldest && cluster.Kubernetes is { } kubernetes && kubernetes < oldest)
                {
                    yield return $"needs Kubernetes {oldest.Major}.{oldest.Minor}, and {cluster.Name} has {kubernetes}";
                }
            }
        }

        if (Product?.Newest is { } newest && Version is { } pinned && pinned > newest)
        {
            yield return $"unknown: newer than {newest}";
        }

        if (Product?.NewestUnknown is { } reason)
        {
            yield return reason;
        }

        if (Product?.Note is { } note)
        {
            yield return note;
        }
    }
}

/// <summary>All versions that a definition names or delivers.</summary>
public static class DeliveredVersions
{
    /// <summary>The version of a component in a chart that is newer than this program's data.</summary>
    internal const string Unknown = "unknown";

    private const string CoreDns = KnownFault.CoreDns;

    private static readonly char[] Between = [' ', '\n', '\t', ';', '|', '&', '(', ')', '"', '\'', '/'];

    /// <summary>Charts, Flux and Kubernetes from the definition, and the images of the generated tree.</summary>
    public static IReadOnlyList<DeliveredVersion> Of(Platform platform)
    {
        var tree = new FluxTree(SourceTree.Of(Tree.Build(platform)));
        return
        [
            .. platform.Clusters.AsParallel().AsOrdered()
                // PLINQ's own SelectMany does not compile with native AOT.
                .Select(cluster =>
                {
                    var own = platform.For(cluster);
                    return In(own, cluster, tree.Cluster(cluster.Name.Text, own.Flux.StrictSubstitution)).ToArray();
                })
                .AsSequential().SelectMany(several => several)
                .GroupBy(one => (one.Name, one.Image, one.Pinned))
                .Select(same => same.First() with
                {
                    Used = [.. same.SelectMany(one => one.Used)],
                    Clusters = [.. same.SelectMany(one => one.Clusters).Distinct()],
                }),
        ];
    }

    private static IEnumerable<DeliveredVersion> In(Platform platform, Cluster cluster, FluxCluster delivered)
    {
        ImmutableArray<string> clusters = [cluster.Name.Text];
        foreach (var (key, chart) in platform.Charts.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            yield return new DeliveredVersion($"chart {key}", null, chart.Version.ToString(), [], clusters);
        }

        foreach (var release in CoreDnsRelease.In(delivered))
        {
            var version = release.Text("image", "tag")?.Split('@')[0]
                ?? (release.Version is { } chart ? CoreDnsChart.AppVersionOf(chart) : null) ?? Unknown;
            yield return new DeliveredVersion(
                CoreDns, release.Text("image", "repository") ?? ClusterValues.Image, version, Used(release), clusters);
            if (release.Switch(false, "autoscaler", "enabled"))
            {
                yield return Image(
                    release.Text("autoscaler", "image", "repository") ?? ClusterValues.AutoscalerImage,
                    release.Text("autoscaler", "image", "tag")
                        ?? (release.Version is { } known ? CoreDnsChart.AutoscalerTagOf(known) : null) ?? "the chart's", clusters, []);
            }
        }

        yield return new DeliveredVersion("Flux", null, platform.Flux.Version.ToString(), FluxKinds(delivered), clusters);
        if (cluster.Kubernetes is { } kubernetes)
        {
            yield return new DeliveredVersion("Kubernetes", null, kubernetes.ToString(), [], clusters);
        }

        foreach (var resource in delivered.Applied)
        {
            foreach (var image in Delivered.ImagesOf(resource))
            {
                var (name, tag) = Split(image);
                yield return Image(name, tag, clusters, Used(delivered, resource));
            }
        }
    }

    private static DeliveredVersion Image(string image, string tag, ImmutableArray<string> clusters, ImmutableSortedSet<string> used) =>
        new(KnownVersions.Instance.ProductOf(image)?.Name ?? image, image, tag, used, clusters);

    internal static (string Name, string Tag) Split(string image)
    {
        var name = image.Split('@')[0];
        var colon = name.LastIndexOf(':');
        return colon > name.LastIndexOf('/') ? (name[..colon], name[(colon + 1)..])
            : (name, image.Contains('@') ? "a digest" : "latest");
    }

    private static ImmutableSortedSet<string> FluxKinds(FluxCluster delivered) =>
    [
        .. delivered.Applied.Where(resource => resource.Group.EndsWith(".toolkit.fluxcd.io", StringComparison.Ordinal))
            .Select(resource => resource.Body.TextAt("spec", "type") is { } type ? $"{resource.Kind}/{type}" : resource.Kind),
    ];

    private static ImmutableSortedSet<string> Used(CoreDnsRelease release) =>
    [
        .. release.Values.MappingsAt("servers").SelectMany(server => server.MappingsAt("plugins"))
            .Select(plugin => plugin.TextAt("name") ?? ""),
        .. release.Values.MappingsAt("servers").SelectMany(server => server.MappingsAt("zones"))
            .Select(zone => (zone.TextAt("scheme") ?? "").Replace("://", "")).Where(scheme => scheme.Length > 0),
    ];

    /// <summary>The first words of the lines of mounted Corefiles, and the words of the containers' commands.</summary>
    private static ImmutableSortedSet<string> Used(FluxCluster delivered, Manifest resource)
    {
        var mounted = resource.Body.MappingsAt("spec", "template", "spec", "volumes").Select(volume => volume.TextAt("configMap", "name"))
            .OfType<string>().ToHashSet(StringComparer.Ordinal);
        return
        [
            .. delivered.Applied.Where(other => other.Kind == "ConfigMap" && mounted.Contains(other.Name))
                .SelectMany(config => config.Body.EntriesAt("data")).Select(entry => (entry.Value as Scalar)?.Value ?? "")
                .SelectMany(text => text.Split('\n')).Select(line => line.Trim().Split(' ')[0]).Where(word => word.Length > 0),
            .. Delivered.CommandsOf(resource).SelectMany(text => text.Split(Between, StringSplitOptions.RemoveEmptyEntries)),
        ];
    }
}

/// <summary>An artifact that the nodes or Flux of a cluster pull, so a mirror needs it.</summary>
/// <param name="Kind">chart or image.</param>
/// <param name="Reference">Address and version of a chart; name, tag and digest of an image.</param>
/// <param name="Digest">The pinned digest, else the published one; null if unknown.</param>
/// <param name="DigestCommand">A command that prints the current digest in the registry or repository.</param>
public sealed record Delivered(string Kind, string Reference, string? Digest, string DigestCommand)
{
    /// <summary><see cref="Kind"/> of an image.</summary>
    public const string Image = "image";

    /// <summary>True if the reference contains the digest, so that nothing else can be pulled.</summary>
    public bool IsPinned => Reference.Contains('@');

    /// <summary>Charts, and the images of pods in the tree or in a chart that this program knows.</summary>
    public static IEnumerable<Delivered> Of(FluxCluster cluster)
    {
        foreach (var release in cluster.Applied.Where(resource => resource.IsHelmRelease).Select(resource =>
            HelmRelease.Of(resource, (kind, ns, name) => cluster.FindBody(kind, ns, name))))
        {
            // A folder of a Git repository or a bucket is not a separate artifact.
            if (release.Chart is { IsFolder: false } chart)
            {
                yield return OfChart(chart, DigestOf(release, cluster));
                foreach (var image in ImagesOf(chart, release.Values))
                {
                    yield return OfImage(image);
                }
            }
        }

        foreach (var image in cluster.Applied.SelectMany(ImagesOf))
        {
            yield return OfImage(image);
        }
    }

    internal static Delivered OfImage(string image)
    {
        var digest = image.Split('@') is [_, var pinned] ? pinned : null;
        var name = image.Split('@')[0];
        if (digest is null && name.LastIndexOf(':') is var colon && colon > name.LastIndexOf('/'))
        {
            digest = KnownDigest.OfImage(name[..colon], name[(colon + 1)..]);
        }

        return new Delivered(Image, image, digest, $"crane digest {name}");
    }

    private static Delivered OfChart(ChartReference chart, string? pinned)
    {
        if (chart.IsOci)
        {
            var artifact = $"{chart.Url}:{chart.Version}";
            return new Delivered("chart", pinned is null ? artifact : $"{artifact}@{pinned}", pinned,
                $"crane digest {artifact["oci://".Length..]}");
        }

        return new Delivered("chart", $"{chart.Url} {chart.Name} {chart.Version}", KnownDigest.OfChart(chart.Name, chart.Version),
            $"helm pull {chart.Name} --repo {chart.Url} --version {chart.Version} && sha256sum {chart.Name}-{chart.Version}.tgz");
    }

    private static string? DigestOf(HelmRelease release, FluxCluster cluster) => cluster.FindBody("OCIRepository",
        release.Manifest.Body.TextAt("spec", "chartRef", "namespace") ?? release.Manifest.Namespace,
        release.Manifest.Body.TextAt("spec", "chartRef", "name") ?? "")?.TextAt("spec", "ref", "digest");

    /// <summary>The images of a workload's containers.</summary>
    public static IEnumerable<string> ImagesOf(Manifest resource) => PodsOf(resource.Body)
        .SelectMany(pod => pod.MappingsAt("initContainers").Concat(pod.MappingsAt("containers")))
        .Select(container => container.TextAt("image")).OfType<string>();

    /// <summary>The texts of command and args of a workload's containers.</summary>
    public static IEnumerable<string> CommandsOf(Manifest resource) => PodsOf(resource.Body)
        .SelectMany(pod => pod.MappingsAt("initContainers").Concat(pod.MappingsAt("containers")))
        .SelectMany(container => container.ItemsAt("command").Concat(container.ItemsAt("args")))
        .OfType<Scalar>().Select(text => text.Value);

    private static IEnumerable<string> ImagesOf(ChartReference chart, Mapping values)
    {
        if (chart.Name != CoreDnsNames.Chart || !SemVer.TryParse(chart.Version, out var version, out _))
        {
            yield break;
        }

        var tag = values.TextAt("image", "tag") ?? CoreDnsChart.AppVersionOf(version);
        yield return $"{values.TextAt("image", "repository") ?? ClusterValues.Image}{(tag is null ? "" : $":{tag}")}";
        if (values.TextAt("autoscaler", "enabled") == "true")
        {
            yield return (values.TextAt("autoscaler", "image", "repository") ?? ClusterValues.AutoscalerImage)
                + ((values.TextAt("autoscaler", "image", "tag") ?? CoreDnsChart.AutoscalerTagOf(version)) is { } own ? $":{own}" : "");
        }
    }

    /// <summary>The pod specs of a workload: spec, or the template's spec.</summary>
    private static IEnumerable<Mapping> PodsOf(Mapping body) => new[]
    {
        body.TextAt("kind") == "Pod" ? body.At("spec") : null, body.At("spec", "template", "spec"),
        body.At("spec", "jobTemplate", "spec", "template", "spec"),
    }.OfType<Mapping>();
}
