using PlatformGitOps.Generator.Definition.Rules;

namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>The whole definition as one table of keys.</summary>
public static class PlatformShapes
{
    public static readonly ObjectShape Repository = new([
        new Key("kind", new ChoiceShape(["git", "oci"]), "What Flux fetches this tree from: a Git repository or an OCI artifact.") { Default = "git" },
        new Key("url", Texts.Url, "https:// or ssh:// for Git, oci:// for OCI.") { Required = true },
        new Key("branch", Texts.Ref, "The Git branch to follow; main where neither branch nor tag is given."),
        new Key("tag", Texts.Ref, "The Git or OCI tag to follow; latest where an OCI artifact has none given."),
        new Key("interval", Texts.Interval, "How often Flux looks for a change.") { Default = "1m" },
        new Key("secretName", Texts.Name, "The Secret in flux-system with the credentials; needed for ssh://."),
    ]);

    public static readonly ObjectShape Flux = new([
        new Key("version", Texts.Version, "The Flux in the clusters; it decides API versions. 2.3.0 or later.") { Default = "2.9.4" },
        new Key("strictSubstitution", new SwitchShape(), "Whether an undefined ${VARIABLE} fails the Kustomization; true from Flux 2.9.0 on, false before, where this key is missing."),
    ]);

    public static readonly ObjectShape Verify = new([
        new Key("issuer", Texts.Expression, "The OIDC issuer of the signature, as an anchored regular expression.") { Required = true },
        new Key("subject", Texts.Expression, "The identity that signed, as an anchored regular expression.") { Required = true },
    ]);

    public static readonly ObjectShape Charts = new([
        new Key("coredns", Chart("1.38.0", "auto"), "The CoreDNS chart."),
        new Key("monitoringCrds", Chart("30.0.1", "oci"), "The chart with the monitoring.coreos.com definitions (ServiceMonitor, PrometheusRule)."),
    ]);

    public static readonly ObjectShape Network = new([
        new Key("pods", Texts.Range, "The range of the pods.") { Required = true },
        new Key("services", Texts.Range with { Example = "10.245.0.0/16" }, "The range of the services.") { Required = true },
        new Key("nodes", Texts.Range with { Example = "192.168.10.0/24" }, "The range of the nodes. No selector of a plain NetworkPolicy can name a node: with networkPolicy kubernetes, what runs on the host network reaches DNS only where this is told."),
        Isolated,
    ]);

    public static readonly ObjectShape Resources = new([
        new Key("requests", new ObjectShape([
            new Key("cpu", Texts.Amount, "CPU that is set aside for a pod.") { Default = "100m" },
            new Key("memory", Texts.Amount, "Memory that is set aside for a pod.") { Default = "128Mi" },
        ]), "What the scheduler sets aside."),
        new Key("limits", new ObjectShape([
            new Key("cpu", Texts.AmountOrNone, "CPU at which a pod is throttled, or none.") { Default = "200m" },
            new Key("memory", Texts.Amount, "Memory at which a pod is killed.") { Default = "256Mi" },
        ]), "What a pod may use at most."),
    ]);

    public static readonly ObjectShape Autoscaling = new([
        new Key("kind", new ChoiceShape(["none", "hpa", "proportional"]), "Who decides the number of replicas: the definition, a HorizontalPodAutoscaler, or the cluster-proportional-autoscaler.") { Default = "none" },
        new Key("maxReplicas", new NumberShape(2, 1000), "The most replicas; hpa and proportional.") { Default = "10" },
        new Key("cpuPercent", new NumberShape(1, 100), "The CPU use, in per cent of the request, that hpa aims at.") { Default = "70" },
        new Key("coresPerReplica", new NumberShape(1, 100_000), "Cores of the cluster for each replica; proportional.") { Default = "256" },
        new Key("nodesPerReplica", new NumberShape(1, 100_000), "Nodes of the cluster for each replica; proportional.") { Default = "16" },
    ])
    { Whole = true };

    public static readonly ObjectShape Monitoring = new([
        new Key("flavour", new ChoiceShape(["victoria-metrics", "prometheus-operator", "none"]), "Which operator reads ServiceMonitor and PrometheusRule.") { Default = "victoria-metrics" },
        new Key("namespace", Texts.Label, "Where the scraper runs: the only namespace that may reach the metrics port.") { Default = "observability" },
        new Key("release", Texts.Label, "The release label by which a Prometheus selects its ServiceMonitors and rules.") { Default = "kube-prometheus-stack" },
        new Key("crds", new ChoiceShape(["managed", "existing"]), "Whether this tree brings the monitoring.coreos.com definitions or the cluster has them.") { Default = "managed" },
    ]);

    public static readonly ObjectShape HealthController = new([
        new Key("enabled", new SwitchShape(), "Whether the DNS health controller runs.") { Default = "false" },
        new Key("image", Texts.Image, "The controller's image, from your own registry; required where it is enabled."),
        new Key("coreDns", new SwitchShape(), "Whether CoreDNS's own pods are under it. In a running cluster one rollout after enabled: the pods must carry the label before the Service selects it.") { Default = "false" },
    ]);

    public static readonly ObjectShape Dns = DnsOf(
        new Key("clusterIP", Texts.Address, "The address of the kube-dns Service; the tenth of the service range where this key is missing."));

    public static readonly ObjectShape Cluster = new([
        new Key("name", Texts.Label, "The cluster's name: a directory and Flux Kustomizations are named after it.") { Required = true },
        new Key("network", Network, "The cluster's address ranges.") { Required = true },
        .. Shared(Dns),
    ]);

    public static readonly ObjectShape Defaults = new([
        new Key("network", new ObjectShape([Isolated]), "What holds for the ranges of every cluster."),
        .. Shared(DnsOf()),
    ]);

    public static readonly ObjectShape Platform = new([
        new Key("repository", Repository, "Where Flux fetches this tree from.") { Required = true },
        new Key("flux", Flux, "The Flux that runs in the clusters."),
        new Key("charts", Charts, "Which charts are delivered, and from where."),
        new Key("defaults", Defaults, "What holds for every cluster that does not say otherwise."),
        new Key("clusters", new ListShape(Cluster, 1, 10_000) { CountRule = DefinitionRules.ClustersCount }, "The clusters.") { Required = true },
    ]);

    private static Key Isolated => new("isolated", new SwitchShape(), "True where the pod and service ranges are not routed beyond the cluster, so that other clusters may use them too.") { Default = "false" };

    private static ObjectShape Chart(string version, string source) => new([
        new Key("version", Texts.Version, "The chart's version.") { Default = version },
        new Key("source", new ChoiceShape(["auto", "http", "oci"]), "An HTTP chart repository or an OCI registry; auto follows the url, else the first version that was published to OCI.") { Default = source },
        new Key("url", Texts.Url, "A mirror; for http without the chart's name, for oci with it."),
        new Key("digest", Texts.Digest, "The digest of the OCI manifest (not of the chart archive); oci only."),
        new Key("verify", Verify, "Whose cosign signature the chart must carry; oci only."),
    ]);

    private static ObjectShape DnsOf(params ReadOnlySpan<Key> first) => new([
        .. first,
        new Key("replicas", new NumberShape(2, 1000)
        {
            Below = new Fault(DefinitionRules.Replicas, "leaves no pod while one is evicted: the disruption budget keeps at least one", "Write 2 or more."),
        }, "How many CoreDNS pods run; with an autoscaler, the fewest.") { Default = "2" },
        new Key("minAvailable", new NumberShape(1, 999), "How many pods an eviction must leave; below replicas, or no node can be drained.") { Default = "1" },
        new Key("upstreams", new ListShape(Texts.Server, 1, 15) { CountRule = DefinitionRules.UpstreamsCount },
            "Up to 15 servers for all other names; Cloudflare's 1.1.1.1 and 1.0.0.1 (or their IPv6 twins) where this key is missing."),
        new Key("resources", Resources, "Requests and limits of a CoreDNS pod."),
        new Key("autoscaling", Autoscaling, "Who decides the number of replicas."),
        new Key("log", new ChoiceShape(["error", "denial", "all"]), "Which answers are logged: server failures, those and denials, or all.") { Default = "error" },
    ]);

    private static ReadOnlySpan<Key> Shared(ObjectShape dns) => new Key[]
    {
        new("domain", Texts.Name, "The cluster's DNS domain.") { Default = "cluster.local" },
        new("dns", dns, "How CoreDNS runs."),
        new("networkPolicy", new ChoiceShape(["cilium", "kubernetes", "none"]), "Which network policies the cluster enforces.") { Default = "cilium" },
        new("monitoring", Monitoring, "Who scrapes CoreDNS and evaluates its alerts."),
        new("healthController", HealthController, "Whether failing endpoints are taken out of DNS."),
        new("dependsOn", new ListShape(Texts.Label, 0, 50) { CountRule = DefinitionRules.DependsOnCount },
            "Flux Kustomizations in flux-system that must be ready before CoreDNS is delivered, for example the network's."),
    };
}
