using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Rendering.Chart;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Substitution;
using Resource = PlatformGitOps.Acceptance.Resources.Resource;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>
/// Everything that one cluster receives: the tree after kustomize and Flux' substitution, both by the generator's own code,
/// and what the chart makes of the release in it. The static halves of the criteria look at nothing else.
/// </summary>
public sealed class RenderedCluster
{
    private const string PolicyComponents = "../../../components/networkpolicy";

    public required string Role { get; init; }

    /// <summary>The cluster's settings, by the names of the variables.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>What stands in the cluster's own folder.</summary>
    public required IReadOnlyList<Resource> Flux { get; init; }

    /// <summary>What the Flux Kustomization of CoreDNS applies: the release and what its chart cannot make.</summary>
    public required IReadOnlyList<Resource> Delivered { get; init; }

    /// <summary>What a workload namespace gets from the allow-dns component, once for each policy API.</summary>
    public required IReadOnlyList<Resource> AllowDns { get; init; }

    /// <summary>The layer of the definitions that monitoring objects need; empty where somebody else brings them.</summary>
    public required IReadOnlyList<Resource> Definitions { get; init; }

    /// <summary>The files that all of this was built from.</summary>
    public required SourceTree Source { get; init; }

    /// <summary>The text of docs/version-drift.md.</summary>
    public required string VersionDrift { get; init; }

    /// <summary>What the Flux Kustomization of the DNS health controller applies; empty where the cluster has none.</summary>
    public required IReadOnlyList<Resource> HealthController { get; init; }

    /// <summary>What Helm makes of the release.</summary>
    public required IReadOnlyList<Resource> Chart { get; init; }

    public IEnumerable<Resource> All => Chart.Concat(Delivered);

    public Resource Release => Find(Delivered, "HelmRelease", "coredns");
    public Resource Deployment => Find(Chart, "Deployment", "coredns");
    public Resource PodTemplate => Deployment.Part("spec.template") ?? throw new MissingException("Deployment coredns has no pod template");
    public Resource Container => PodTemplate.Parts("spec.containers").FirstOrDefault() ?? throw new MissingException("the pod has no container");
    public Resource DnsService => Find(Chart, "Service", "kube-dns");
    public string Corefile => Find(Chart, "ConfigMap", "coredns").Text("data.Corefile") ?? throw new MissingException("ConfigMap coredns has no Corefile");

    /// <param name="sabotage">Changes what the cluster receives, after kustomize and before substitution.</param>
    public static RenderedCluster From(SourceTree tree, string role, Action<SabotagedTree>? sabotage = null)
    {
        var flux = Build(tree, new BuildRequest($"kubernetes/clusters/{role}"));
        var kustomization = Find(flux, "Kustomization", $"cluster-{role}-coredns");
        var path = Folder(kustomization);
        var delivered = LayerOf(tree, kustomization);
        var allowDns = Build(tree, new BuildRequest(path) { Components = [$"{PolicyComponents}/allow-dns", $"{PolicyComponents}/allow-dns-kubernetes"] })
            .Where(resource => resource.Name == "allow-dns").OrderBy(resource => resource.Kind, StringComparer.Ordinal).ToList();
        var changed = new SabotagedTree(
            flux, Find(flux, "ConfigMap", "cluster-settings").Copy(), delivered, allowDns, LayerOf(tree, flux, $"cluster-{role}-crds"), LayerOf(tree, flux, $"cluster-{role}-dns-health-controller"));
        sabotage?.Invoke(changed);

        var settings = changed.Settings.Map("data");
        var substituted = changed.Delivered.Select(resource => Substitute(resource, settings)).ToList();
        var release = Find(substituted, "HelmRelease", "coredns");
        return new RenderedCluster
        {
            Role = role,
            Settings = settings,
            Flux = flux,
            Delivered = substituted,
            AllowDns = changed.AllowDns,
            Definitions = changed.Definitions,
            Source = tree,
            VersionDrift = changed.VersionDrift,
            HealthController = [.. changed.HealthController.Select(resource => Substitute(resource, settings))],
            Chart = ChartModel.Render(release.Part("spec.values")?.Document ?? new JsonObject(), release.Namespace ?? "default"),
        };
    }

    public Resource? FindOrNull(string kind, string name) => All.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name);

    private static List<Resource> LayerOf(SourceTree tree, IReadOnlyList<Resource> flux, string name) =>
        flux.FirstOrDefault(resource => resource.Kind == "Kustomization" && resource.Name == name) is { } layer ? LayerOf(tree, layer) : [];

    private static List<Resource> LayerOf(SourceTree tree, Resource layer) =>
        [.. Build(tree, new BuildRequest(Folder(layer)) { Components = [.. layer.Texts("spec.components")] })];

    private static string Folder(Resource kustomization) => (kustomization.Text("spec.path") ?? "").Replace("./", "", StringComparison.Ordinal);

    private static IReadOnlyList<Resource> Build(SourceTree tree, BuildRequest request)
    {
        var result = new Kustomizer(tree).Build(request);
        result.Findings.Select(finding => finding.Message).ShouldBeEmpty($"{request.Folder} does not build");
        return [.. result.Resources.Select(resource => YamlNodes.Document(resource.Body))];
    }

    /// <summary>As Flux 2.9 does it: a variable that nobody defines fails the whole Kustomization.</summary>
    private static Resource Substitute(Resource resource, IReadOnlyDictionary<string, string> settings)
    {
        var result = ObjectSubstitution.Apply(YamlNodes.Mapping(resource), settings, strict: true);
        return result.Findings.IsEmpty
            ? YamlNodes.Document(result.Resource)
            : throw new MissingException(string.Join("; ", result.Findings.Select(finding => finding.Message)));
    }

    private static Resource Find(IEnumerable<Resource> resources, string kind, string name) =>
        resources.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name)
        ?? throw new MissingException($"there is no {kind} {name}");
}
