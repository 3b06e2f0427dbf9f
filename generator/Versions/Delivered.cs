using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Versions;

/// <summary>What the nodes and Flux of a cluster pull: what a mirror must hold.</summary>
/// <param name="Kind">chart or image.</param>
/// <param name="Reference">Address and version of a chart; name, tag and digest of an image.</param>
/// <param name="Digest">What the reference pins, else what was published for it; null where that is not known.</param>
/// <param name="DigestCommand">Prints the digest as the registry or repository has it now.</param>
public sealed record Delivered(string Kind, string Reference, string? Digest, string DigestCommand)
{
    /// <summary>True where the reference has the digest itself, so that nothing else can be pulled.</summary>
    public bool IsPinned => Reference.Contains('@', StringComparison.Ordinal);

    /// <summary>Charts, and the images of pods that the tree itself holds or whose chart this program knows.</summary>
    public static IEnumerable<Delivered> Of(FluxCluster cluster)
    {
        foreach (var release in cluster.Applied.Where(resource => resource.IsHelmRelease).Select(resource =>
            HelmRelease.Of(resource, (kind, ns, name) => cluster.FindBody(kind, ns, name))))
        {
            if (release.Chart is { } chart)
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

        return new Delivered("image", image, digest, $"crane digest {name}");
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

    /// <summary>What a workload's containers run: the texts of command and args.</summary>
    public static IEnumerable<string> CommandsOf(Manifest resource) => PodsOf(resource.Body)
        .SelectMany(pod => pod.MappingsAt("initContainers").Concat(pod.MappingsAt("containers")))
        .SelectMany(container => container.ItemsAt("command").Concat(container.ItemsAt("args")))
        .OfType<Scalar>().Select(text => text.Value);

    private static IEnumerable<string> ImagesOf(ChartReference chart, Mapping values)
    {
        if (chart.Name != "coredns" || !SemVer.TryParse(chart.Version, out var version, out _))
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

    /// <summary>The pod of a workload: under spec, or under the template there.</summary>
    private static IEnumerable<Mapping> PodsOf(Mapping body) => new[]
    {
        body.TextAt("kind") == "Pod" ? body.At("spec") : null, body.At("spec", "template", "spec"),
        body.At("spec", "jobTemplate", "spec", "template", "spec"),
    }.OfType<Mapping>();
}
