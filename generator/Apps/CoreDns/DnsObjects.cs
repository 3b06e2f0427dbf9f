using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// What the chart makes of a release's values, as far as DNS depends on it, and what the patches in <c>spec.postRenderers</c> make of that
/// (chart 1.38.0: deployment.yaml, service.yaml, configmap.yaml). Parts that no check needs are left out, and so is an operation of a
/// patch that changes them.
/// </summary>
internal sealed record DnsObjects
{
    private static readonly SourceTree NoFiles = SourceTree.Of(ImmutableDictionary<string, byte[]>.Empty);

    /// <summary>Null where a patch deletes it.</summary>
    public required Manifest? Service { get; init; }

    /// <summary>Null where a patch deletes it.</summary>
    public required Manifest? Deployment { get; init; }

    /// <summary>Null where a patch deletes it.</summary>
    public required Manifest? ConfigMap { get; init; }

    /// <summary>Each with its name in sentences.</summary>
    public IEnumerable<(string Name, Manifest? Object)> All =>
        [("Service", Service), ("Deployment", Deployment), ("ConfigMap", ConfigMap)];

    /// <summary>The labels of the pods.</summary>
    public ImmutableArray<Entry> PodLabels => Deployment?.Body.EntriesAt("spec", "template", "metadata", "labels") ?? [];

    public Mapping? Container => Deployment?.Body.MappingsAt("spec", "template", "spec", "containers")
        .FirstOrDefault(container => container.TextAt("name") == "coredns");

    /// <summary>As Helm renders them.</summary>
    public static DnsObjects Of(CoreDnsRelease release) => new()
    {
        Service = Made(release, "v1", "Service", release.ServiceName, ServiceSpec(release)),
        Deployment = Made(release, "apps/v1", "Deployment", release.DeploymentName, DeploymentSpec(release)),
        ConfigMap = new Manifest(new Mapping
        {
            { "apiVersion", "v1" },
            { "kind", "ConfigMap" },
            { "metadata", Metadata(release, release.FullName) },
            { "data", new Mapping { { "Corefile", "of the values" } } },
        }, ""),
    };

    /// <summary>As the cluster receives them.</summary>
    public static DnsObjects Patched(CoreDnsRelease release)
    {
        var resources = new ResourceList();
        var plain = Of(release);
        foreach (var (_, manifest) in plain.All)
        {
            resources.TryAdd(manifest!);
        }

        foreach (var patch in release.Helm.PostRenderers.SelectMany(renderer => renderer.MappingsAt("patches")))
        {
            foreach (var part in Parts(patch))
            {
                try
                {
                    Patches.Apply(part, "", NoFiles, resources);
                }
                catch (FormatException)
                {
                    // Of an object or a field that is not modelled.
                }
            }
        }

        Manifest? Left(Manifest? manifest) => resources.Items.FirstOrDefault(item => item.Id == manifest!.Id);
        return new DnsObjects
        {
            Service = Left(plain.Service),
            Deployment = Left(plain.Deployment),
            ConfigMap = Left(plain.ConfigMap),
        };
    }

    /// <summary>Each operation of a JSON patch by itself: one that fails here may be right in the cluster.</summary>
    private static IEnumerable<Mapping> Parts(Mapping patch)
    {
        if (patch.TextAt("patch") is not { } text
            || YamlReader.Read("", text, YamlOptions.Kustomize).Documents is not [Sequence operations])
        {
            return [patch];
        }

        return operations.Items.Select(operation => patch.Set("patch", new Scalar(YamlWriter.WriteFragment(Sequence.Of(operation)))
        {
            IsText = true,
        }));
    }

    private static Manifest Made(CoreDnsRelease release, string apiVersion, string kind, string name, Mapping spec) => new(new Mapping
    {
        { "apiVersion", apiVersion },
        { "kind", kind },
        { "metadata", Metadata(release, name) },
        { "spec", spec },
    }, "");

    private static Mapping Metadata(CoreDnsRelease release, string name) => new()
    {
        { "name", name },
        { "namespace", release.Namespace },
        { "labels", Labels(release.SelectorLabels) },
    };

    private static Mapping ServiceSpec(CoreDnsRelease release) => new()
    {
        { "type", release.Text("serviceType") ?? "ClusterIP" },
        { "clusterIP", release.Text("service", "clusterIP") },
        { "selector", release.Values.At("service", "selector") ?? Labels(release.SelectorLabels) },
        { "ports", Sequence.Of(Port("udp-53", "port", "UDP"), Port("tcp-53", "port", "TCP")) },
    };

    private static Mapping DeploymentSpec(CoreDnsRelease release) => new()
    {
        { "replicas", release.Values["replicaCount"] ?? new Scalar("1") },
        { "strategy", new Mapping { { "type", "RollingUpdate" }, { "rollingUpdate", release.Values["rollingUpdate"] } } },
        { "selector", new Mapping { { "matchLabels", Labels(release.SelectorLabels) } } },
        { "template", new Mapping
            {
                { "metadata", new Mapping { { "labels", Labels(release.PodLabels) } } },
                { "spec", new Mapping
                    {
                        { "serviceAccountName", release.Text("serviceAccount", "name") },
                        { "securityContext", release.Values["podSecurityContext"] },
                        { "dnsPolicy", "Default" },
                        { "topologySpreadConstraints", release.Values["topologySpreadConstraints"] },
                        { "tolerations", release.Values["tolerations"] },
                        { "containers", Sequence.Of(Server(release)) },
                        { "volumes", Sequence.Of(new Mapping { { "name", "config-volume" },
                            { "configMap", new Mapping { { "name", release.FullName } } } }) },
                    }
                },
            }
        },
    };

    private static Mapping Server(CoreDnsRelease release) => new()
    {
        { "name", "coredns" },
        { "image", release.Text("image", "repository") },
        { "args", Sequence.Of("-conf", "/etc/coredns/Corefile") },
        { "volumeMounts", Sequence.Of(new Mapping { { "name", "config-volume" }, { "mountPath", "/etc/coredns" } }) },
        { "ports", Sequence.Of(Port("udp-53", "containerPort", "UDP"), Port("tcp-53", "containerPort", "TCP")) },
        { "securityContext", release.Values["securityContext"] },
        { "resources", release.Values["resources"] },
        { "readinessProbe", release.Values["readinessProbe"] },
        { "livenessProbe", release.Values["livenessProbe"] },
    };

    private static Mapping Port(string name, string key, string protocol) => new()
    {
        { "name", name }, { key, CoreDnsNames.DnsPort }, { "protocol", protocol },
    };

    private static Mapping Labels(IReadOnlyDictionary<string, string> labels) =>
        new(labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => new Entry(label.Key, label.Value!)));
}
