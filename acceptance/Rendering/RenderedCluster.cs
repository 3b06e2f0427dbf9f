using PlatformGitOps.Generator.Apps.DnsCheck;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>
/// Everything that one cluster receives: the tree after kustomize and Flux's substitution, built by the generator's code. Static checks
/// only read this. <see cref="ChartOutput"/> compares the chart's objects with Helm's output.
/// </summary>
public sealed class RenderedCluster
{
    private const string PolicyComponents = "../../../components/networkpolicy";

    public required string Role { get; init; }

    /// <summary>The tree and its definition.</summary>
    public required DefinedTree Defined { get; init; }

    /// <summary>The cluster's settings, by the names of the variables.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    /// <summary>The objects of the cluster's own folder.</summary>
    public required IReadOnlyList<Resource> Flux { get; init; }

    /// <summary>The objects of CoreDNS's Flux Kustomization: the release, and objects that its chart cannot create.</summary>
    public required IReadOnlyList<Resource> Delivered { get; init; }

    /// <summary>The objects of the allow-dns component, for each policy API.</summary>
    public required IReadOnlyList<Resource> AllowDns { get; init; }

    /// <summary>The layer with the CRDs of the monitoring objects; empty if the tree does not deliver them.</summary>
    public required IReadOnlyList<Resource> Definitions { get; init; }

    /// <summary>The text of the drift report; null if absent.</summary>
    public required string? VersionDrift { get; init; }

    /// <summary>The objects of the DNS health controller's Flux Kustomization; empty if the cluster does not have it.</summary>
    public required IReadOnlyList<Resource> HealthController { get; init; }

    /// <summary>The objects of NodeLocal DNSCache's Flux Kustomization; empty if the cluster does not have it.</summary>
    public required IReadOnlyList<Resource> NodeLocalDns { get; init; }

    /// <summary>The objects of geographic routing's Flux Kustomization; empty if the cluster does not have it.</summary>
    public required IReadOnlyList<Resource> GeoDns { get; init; }

    /// <summary>The objects of the DNS check's Flux Kustomization; empty if the cluster does not have it.</summary>
    public required IReadOnlyList<Resource> DnsCheck { get; init; }

    /// <summary>The objects of External-DNS's Flux Kustomization; empty if the cluster does not have it.</summary>
    public required IReadOnlyList<Resource> ExternalDns { get; init; }

    /// <summary>All objects that the tree brings into the cluster, except CRDs.</summary>
    public IEnumerable<Resource> Everything => [.. Delivered, .. HealthController, .. NodeLocalDns, .. GeoDns, .. DnsCheck, .. ExternalDns];

    /// <summary>The definition, with the versions that this cluster pins.</summary>
    public Platform Platform => Defined.Platform.For(Definition);

    public Cluster Definition => Defined.Platform.ClusterNamed(Role);

    public Resource Release => Find(Delivered, "HelmRelease", "coredns");

    /// <summary>The Helm values of the release. A check that needs a value fails if it is not set, because chart defaults change.</summary>
    public Resource Values => Release.Part("spec.values") ?? new Resource([]);

    /// <summary>The plugins of the first server block.</summary>
    public IReadOnlyList<CorefilePlugin> Plugins => CorefilePlugin.Of(Values);

    /// <summary>The chart's selector of its own pods.</summary>
    public IReadOnlyDictionary<string, string> SelectorLabels => new Dictionary<string, string>
    {
        ["app.kubernetes.io/instance"] = Release.Text("spec.releaseName") ?? Release.Name,
        ["app.kubernetes.io/name"] = "coredns",
        ["k8s-app"] = Values.Text("k8sAppLabelOverride") ?? "coredns",
    };

    public IReadOnlyDictionary<string, string> PodLabels => SelectorLabels.Concat(Values.Map("customLabels")).ToDictionary();

    /// <summary>The selector of the Service kube-dns.</summary>
    public IReadOnlyDictionary<string, string> ServiceSelector =>
        Values.Map("service.selector") is { Count: > 0 } given ? given : SelectorLabels;

    public Resource? FindOrNull(string kind, string name) =>
        Delivered.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name);

    /// <param name="sabotage">Changes the objects after kustomize and before substitution.</param>
    public static RenderedCluster From(DefinedTree defined, string role, Action<SabotagedTree>? sabotage = null)
    {
        var tree = new FluxTree(defined.Source);
        var cluster = tree.Cluster(role, strict: true);
        cluster.Layers.SelectMany(layer => layer.BuildFindings).Select(finding => finding.Message)
            .ShouldBeEmpty($"cluster {role} does not build");
        var flux = BuiltBy(cluster, $"cluster-{role}");
        var coreDns = cluster.Layers.FirstOrDefault(layer => layer.Name == $"cluster-{role}-coredns")
            ?? throw new MissingException($"Kustomization cluster-{role}-coredns does not exist");
        var changed = new SabotagedTree(
            flux,
            Find(flux, "ConfigMap", "cluster-settings").Copy(),
            BuiltBy(cluster, coreDns.Name),
            AllowDnsOf(tree, coreDns),
            BuiltBy(cluster, $"cluster-{role}-crds"),
            BuiltBy(cluster, $"cluster-{role}-dns-health-controller"),
            BuiltBy(cluster, $"cluster-{role}-{NodeLocalDnsNames.Name}"),
            BuiltBy(cluster, $"cluster-{role}-{GeoDnsNames.Name}"),
            BuiltBy(cluster, $"cluster-{role}-{DnsCheckNames.Name}"),
            BuiltBy(cluster, $"cluster-{role}-{ExternalDnsNames.Name}"),
            defined.VersionDrift);
        sabotage?.Invoke(changed);

        var settings = changed.Settings.Map("data");
        return new RenderedCluster
        {
            Role = role,
            Defined = defined,
            Settings = settings,
            Flux = flux,
            Delivered = [.. changed.Delivered.Select(resource => Substitute(resource, settings))],
            AllowDns = changed.AllowDns,
            Definitions = changed.Definitions,
            VersionDrift = changed.VersionDrift,
            HealthController = [.. changed.HealthController.Select(resource => Substitute(resource, settings))],
            NodeLocalDns = [.. changed.NodeLocalDns.Select(resource => Substitute(resource, settings))],
            GeoDns = [.. changed.GeoDns.Select(resource => Substitute(resource, settings))],
            DnsCheck = [.. changed.DnsCheck.Select(resource => Substitute(resource, settings))],
            ExternalDns = [.. changed.ExternalDns.Select(resource => Substitute(resource, settings))],
        };
    }

    private static List<Resource> BuiltBy(FluxCluster cluster, string layer) =>
        [.. cluster.Layers.Where(found => found.Name == layer).SelectMany(found => found.Built)
            .Select(resource => YamlDocuments.Document(resource.Body))];

    /// <summary>Builds the tree's components for namespaces of workloads, on top of CoreDNS's layer.</summary>
    private static List<Resource> AllowDnsOf(FluxTree tree, Layer layer)
    {
        var build = tree.Build(new BuildRequest(layer.Folder!)
            .With($"{PolicyComponents}/allow-dns", $"{PolicyComponents}/allow-dns-kubernetes"));
        build.Findings.Select(finding => finding.Message).ShouldBeEmpty("the component allow-dns does not build");
        return
        [
            .. build.Resources.Where(resource => resource.Name == "allow-dns").OrderBy(resource => resource.Kind, StringComparer.Ordinal)
                .Select(resource => YamlDocuments.Document(resource.Body)),
        ];
    }

    /// <summary>As Flux 2.9: an undefined variable fails the whole Kustomization.</summary>
    private static Resource Substitute(Resource resource, IReadOnlyDictionary<string, string> settings)
    {
        var result = ObjectSubstitution.Apply(YamlDocuments.Mapping(resource), VariableSet.Of(settings), strict: true);
        return result.Findings.IsEmpty
            ? YamlDocuments.Document(result.Manifest)
            : throw new MissingException(string.Join("; ", result.Findings.Select(finding => finding.Message)));
    }

    private static Resource Find(IEnumerable<Resource> resources, string kind, string name) =>
        resources.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name)
        ?? throw new MissingException($"{kind} {name} does not exist");
}

/// <summary>The tree lacks an object that a criterion reads.</summary>
public sealed class MissingException(string what) : Exception(what);

/// <summary>A plugin in the chart's <c>servers</c> value.</summary>
/// <param name="Block">The words of each line of its block.</param>
public sealed record CorefilePlugin(string Name, IReadOnlyList<string> Arguments, IReadOnlyList<IReadOnlyList<string>> Block)
{
    /// <summary>The arguments of an option in the block; null if it is not set.</summary>
    public IReadOnlyList<string>? Option(string name) =>
        Block.FirstOrDefault(line => line[0] == name) is { } line ? [.. line.Skip(1)] : null;

    /// <summary>The plugins of the first server.</summary>
    public static IReadOnlyList<CorefilePlugin> Of(Resource values) =>
        values.Parts("servers").FirstOrDefault() is { } server ? OfServer(server) : [];

    public static IReadOnlyList<CorefilePlugin> OfServer(Resource server) =>
    [
        .. server.Parts("plugins").Select(plugin => new CorefilePlugin(
            plugin.Text("name") ?? "",
            Words(plugin.Text("parameters") ?? ""),
            [.. (plugin.Text("configBlock") ?? "").Split('\n').Select(Words).Where(words => words.Count > 0)])),
    ];

    private static IReadOnlyList<string> Words(string line)
    {
        var comment = line.IndexOf('#', StringComparison.Ordinal);
        return (comment < 0 ? line : line[..comment]).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
    }
}
