using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// The objects that the chart makes from a release's values, as far as DNS depends on them, after the patches and images in
/// <c>spec.postRenderers</c> (by the templates of chart 1.38.0). Parts that no check needs are left out, with the patch operations on them.
/// An object is null if these values do not create it, or a patch deletes it.
/// </summary>
internal sealed record DnsObjects
{
    private static readonly SourceTree NoFiles = SourceTree.Of(ImmutableDictionary<string, byte[]>.Empty);

    public const string AccountKind = "ServiceAccount";
    public const string RoleKind = "ClusterRole";
    public const string BindingKind = "ClusterRoleBinding";
    public const string ScalerKind = "HorizontalPodAutoscaler";
    public const string BudgetKind = "PodDisruptionBudget";

    public required Manifest? Service { get; init; }

    public required Manifest? Deployment { get; init; }

    public required Manifest? ConfigMap { get; init; }

    public required Manifest? Account { get; init; }

    public required Manifest? Role { get; init; }

    public required Manifest? Binding { get; init; }

    public required Manifest? Scaler { get; init; }

    public required Manifest? Budget { get; init; }

    /// <summary>Each object with its kind, always in this order.</summary>
    public IEnumerable<(string Kind, Manifest? Object)> All =>
    [
        ("Service", Service), ("Deployment", Deployment), ("ConfigMap", ConfigMap), (AccountKind, Account), (RoleKind, Role),
        (BindingKind, Binding), (ScalerKind, Scaler), (BudgetKind, Budget),
    ];

    /// <summary>The <c>spec</c> of the pods; empty without a Deployment.</summary>
    public Mapping Pod => Deployment?.Body.At("spec", "template", "spec") as Mapping ?? [];

    /// <summary>The labels of the pods.</summary>
    public ImmutableArray<Entry> PodLabels => Deployment?.Body.EntriesAt("spec", "template", "metadata", "labels") ?? [];

    public Mapping? Container => Pod.MappingsAt("containers")
        .FirstOrDefault(container => container.TextAt("name") == "coredns");

    /// <summary>The minimum number of pods without a proportional autoscaler; null if the value is not a number.</summary>
    public int? Fewest => Scaler is null ? Number(Deployment?.Body, "spec", "replicas") : Number(Scaler.Body, "spec", "minReplicas");

    /// <summary>The objects as Helm renders them.</summary>
    public static DnsObjects Of(CoreDnsRelease release)
    {
        // The proportional autoscaler's objects have other names.
        var charted = ChartedObjects.Of(release)
            .Where(item => !item.Name.EndsWith(ChartedObjects.AutoscalerSuffix, StringComparison.Ordinal)).ToLookup(item => item.Kind);
        Manifest? Charted(string kind, Func<Mapping, Mapping>? more) => charted[kind].FirstOrDefault() is { } made
            ? made with
            {
                Body = (more ?? (body => body))(made.Body.SetAt(["metadata", "labels"], Labels(release.SelectorLabels))),
            }
            : null;
        return Of(release, Charted);
    }

    private static DnsObjects Of(CoreDnsRelease release, Func<string, Func<Mapping, Mapping>?, Manifest?> charted) => new()
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
        Account = charted(AccountKind, null),
        Role = charted(RoleKind, body => body.Set("rules", Sequence.Of(
            Lists("", "endpoints", "services", "pods", "namespaces"), Lists("discovery.k8s.io", "endpointslices")))),
        Binding = charted(BindingKind, body => body
            .Set("roleRef", new Mapping
            {
                { "apiGroup", body.TextAt("apiVersion")!.Split('/')[0] }, { "kind", RoleKind }, { "name", body.TextAt("metadata", "name") },
            })
            .Set("subjects", Sequence.Of(new Mapping
            {
                { "kind", AccountKind }, { "name", release.AccountName }, { "namespace", release.Namespace },
            }))),
        Scaler = charted(ScalerKind, body => body.Set("spec", new Mapping
        {
            { "scaleTargetRef", new Mapping { { "apiVersion", "apps/v1" }, { "kind", "Deployment" }, { "name", release.DeploymentName } } },
            { "minReplicas", release.Values.At("hpa", "minReplicas") ?? 1 },
            { "maxReplicas", release.Values.At("hpa", "maxReplicas") ?? 2 },
            { "metrics", release.Values.At("hpa", "metrics") },
        })),
        Budget = charted(BudgetKind, body => body.Set("spec", release.Values["podDisruptionBudget"] is Mapping own
            && own["selector"] is null ? own.Set("selector", new Mapping { { "matchLabels", Labels(release.SelectorLabels) } })
            : release.Values["podDisruptionBudget"]!)),
    };

    /// <summary>The objects as the cluster receives them, after post-rendering.</summary>
    public static DnsObjects Patched(CoreDnsRelease release)
    {
        var plain = Of(release);
        Action<ResourceList>[] steps = [.. release.Helm.PostRenderers.SelectMany(Steps)];
        return new DnsObjects
        {
            Service = Changed(plain.Service, steps),
            Deployment = WithoutQuiet(Changed(plain.Deployment, steps)),
            ConfigMap = Changed(plain.ConfigMap, steps),
            Account = Changed(plain.Account, steps),
            Role = Changed(plain.Role, steps),
            Binding = Changed(plain.Binding, steps),
            Scaler = Changed(plain.Scaler, steps),
            Budget = Changed(plain.Budget, steps),
        };
    }

    /// <summary>
    /// Removes the server's flag <c>-quiet</c>, which only shortens the log at start-up (CoreDNS, coremain/run.go). After a flag that takes
    /// a value it is that value, and stays.
    /// </summary>
    private static Manifest? WithoutQuiet(Manifest? deployment)
    {
        const string Containers = "containers";
        return deployment?.Body.At("spec", "template", "spec") is not Mapping pod || pod[Containers] is null ? deployment : deployment with
        {
            Body = deployment.Body.SetAt(["spec", "template", "spec", Containers], Sequence.Of(pod.ItemsAt(Containers)
                .Select(item => item is Mapping container && container["args"] is Sequence arguments
                    ? container.Set("args", new Sequence([.. arguments.Items.Where((_, at) => !IsQuiet(arguments.Items, at))])) : item))),
        };
    }

    private static bool IsQuiet(ImmutableArray<Node> arguments, int at) => IsQuiet(arguments[at])
        && (at == 0 || IsQuiet(arguments[at - 1])
            || (arguments[at - 1] is Scalar { Value: var before }
                && (!before.StartsWith('-') || before.Contains('='))));

    private static bool IsQuiet(Node argument) =>
        argument is Scalar { Value: var text } && text.Split('=')[0] is "-quiet" or "--quiet";

    /// <summary>Applies steps to each object separately: a step that fails on one may be meant for another.</summary>
    private static Manifest? Changed(Manifest? manifest, IEnumerable<Action<ResourceList>> steps)
    {
        var resources = new ResourceList();
        if (manifest is not null)
        {
            resources.TryAdd(manifest);
        }

        foreach (var step in steps.TakeWhile(_ => resources.Items.Count > 0))
        {
            try
            {
                step(resources);
            }
            catch (FormatException)
            {
                // For an object or a field that is not modelled.
            }
        }

        return resources.Items.FirstOrDefault();
    }

    private static IEnumerable<Action<ResourceList>> Steps(Mapping renderer)
    {
        foreach (var part in renderer.MappingsAt("patches").SelectMany(Parts))
        {
            yield return resources => Patches.Apply(part, "", NoFiles, resources);
        }

        if (renderer["images"] is { } images)
        {
            yield return resources => Transformers.Apply(new Mapping { { "images", images } }, resources, []);
        }
    }

    /// <summary>Splits a JSON patch into operations: one that fails here can still succeed in the cluster.</summary>
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
                        { "serviceAccountName", release.AccountName },
                        { "securityContext", release.Values["podSecurityContext"] },
                        { "dnsPolicy", "Default" },
                        { "nodeSelector", release.Values["nodeSelector"] },
                        { "affinity", release.Values["affinity"] },
                        { "topologySpreadConstraints", release.Values["topologySpreadConstraints"] },
                        { "tolerations", release.Values["tolerations"] },
                        { "initContainers", release.Values["initContainers"] is Sequence { Items.IsEmpty: false } first ? first : null },
                        { "containers", Sequence.Of([Server(release), .. release.Values.MappingsAt("extraContainers")]) },
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
        { "image", release.Image },
        { "args", Sequence.Of("-conf", "/etc/coredns/Corefile") },
        { "volumeMounts", Sequence.Of(new Mapping { { "name", "config-volume" }, { "mountPath", "/etc/coredns" } }) },
        { "ports", Sequence.Of(Port("udp-53", "containerPort", "UDP"), Port("tcp-53", "containerPort", "TCP")) },
        { "securityContext", release.Values["securityContext"] },
        { "resources", release.Values["resources"] },
        { "readinessProbe", release.Values["readinessProbe"] },
        { "livenessProbe", release.Values["livenessProbe"] },
    };

    private static Mapping Lists(string group, params string[] resources) => new()
    {
        { "apiGroups", Sequence.Of(group!) },
        { "resources", Sequence.Of(resources.Select(resource => (Node)resource!)) },
        { "verbs", Sequence.Of("list", "watch") },
    };

    private static int? Number(Mapping? body, params ReadOnlySpan<string> path) =>
        int.TryParse(body?.TextAt(path), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static Mapping Port(string name, string key, string protocol) => new()
    {
        { "name", name }, { key, CoreDnsNames.DnsPort }, { "protocol", protocol },
    };

    private static Mapping Labels(IReadOnlyDictionary<string, string> labels) =>
        new(labels.OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => new Entry(label.Key, label.Value!)));
}
