namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>A HelmRelease of the coredns chart with the names and labels that chart 1.38.0 derives from its values.</summary>
public sealed record CoreDnsRelease
{
    public required Layer Layer { get; init; }

    public required HelmRelease Helm { get; init; }

    public required ChartReference Chart { get; init; }

    /// <summary>The object as the cluster receives it.</summary>
    public Manifest Manifest => Helm.Manifest;

    public SemVer? Version => field ??= SemVer.TryParse(Chart.Version, out var version, out _) ? version : null;

    /// <summary>Facts about its chart; if this version has no data file, those of the nearest older version.</summary>
    public CoreDnsChart Known => field ??= CoreDnsChart.For(Version ?? CoreDnsChart.Default, Text("image", "tag"));

    public Mapping Values => Helm.Values;

    public string Release => Helm.Name;

    public string Namespace => Helm.Namespace;

    public string FullName
    {
        get
        {
            var name = Text("nameOverride") ?? CoreDnsNames.Chart;
            return Text("fullnameOverride") ?? (Release.Contains(name) ? Release : $"{Release}-{name}");
        }
    }

    public string DeploymentName => Text("deployment", "name") ?? FullName;

    public string ServiceName => Text("service", "name") ?? FullName;

    /// <summary>The ServiceAccount of the pods; the chart binds its role to it.</summary>
    public string AccountName => Text("serviceAccount", "name") ?? (Switch(false, "serviceAccount", "create") ? FullName : "default");

    /// <summary>The image of the pods; without a tag if the chart is unknown.</summary>
    public string Image => (Text("image", "repository") ?? "coredns/coredns")
        + ((Text("image", "tag") ?? (Version is null ? null : CoreDnsChart.AppVersionOf(Version))) is { } tag ? $":{tag}" : "");

    /// <summary>The Service for scrapes; its name is the job label of every series.</summary>
    public string MetricsService => FullName + "-metrics";

    public bool IsClusterService => Switch(true, "isClusterService");

    /// <summary>True if it serves the cluster's pods: a cluster can have other CoreDNS releases too.</summary>
    public bool IsClusterDns => ServiceName == "kube-dns" || Text("service", "clusterIP") is { } and not "None";

    public string AppLabel => Text("k8sAppLabelOverride") ?? CoreDnsNames.Chart;

    /// <summary>The labels by which the chart selects its own pods.</summary>
    public ImmutableDictionary<string, string> SelectorLabels
    {
        get
        {
            var labels = ImmutableDictionary<string, string>.Empty
                .Add("app.kubernetes.io/instance", Release)
                .Add("app.kubernetes.io/name", Text("nameOverride") ?? CoreDnsNames.Chart);
            return field ??= IsClusterService ? labels.Add("k8s-app", AppLabel) : labels;
        }
    }

    public ImmutableDictionary<string, string> PodLabels => field ??= Values.EntriesAt("customLabels")
        .Aggregate(SelectorLabels, (labels, entry) => labels.SetItem(entry.Key, (entry.Value as Scalar)?.Value ?? ""));

    public bool ScrapesItself => Switch(false, "prometheus", "monitor", "enabled");

    public bool HasMetricsService => Switch(false, "prometheus", "service", "enabled");

    /// <summary>True if a post-renderer mentions one of these words, so that the values alone do not show the result.</summary>
    public bool IsPatched(params ReadOnlySpan<string> words)
    {
        foreach (var word in Patched.Length > 0 ? words : [])
        {
            if (Patched.Contains(word))
            {
                return true;
            }
        }

        return false;
    }

    private string Patched => field ??= string.Join('\n', Helm.PostRenderers.SelectMany(renderer => renderer.Scalars())
        .Select(scalar => scalar.Value)) + (Helm.PostRenderers.Any(renderer => renderer["images"] is not null) ? "\nimage" : "");

    /// <summary>The releases of a cluster whose chart source is in the tree: otherwise the chart's version may be unknown.</summary>
    public static IEnumerable<CoreDnsRelease> In(FluxCluster cluster) =>
        from layer in cluster.Layers
        where !layer.IsRemote
        from resource in layer.Applied
        where HelmRelease.Installs(CoreDnsNames.Chart, resource, cluster.FindBody) && resource.Body.At("spec", "kubeConfig") is null
        let helm = HelmRelease.Of(resource, cluster.FindBody)
        let chart = helm.Chart
        where chart is not null
        select new CoreDnsRelease { Layer = layer, Helm = helm, Chart = chart };

    /// <summary>The text of a value; null if it is missing, null or empty.</summary>
    public string? Text(params ReadOnlySpan<string> path) => Values.At(path) is Scalar { Value.Length: > 0, IsNull: false } scalar
        ? scalar.Value : null;

    /// <summary>The value of a switch, or the chart's default if it is not set.</summary>
    public bool Switch(bool whenUnset, params ReadOnlySpan<string> path) => Text(path) is { } text ? PlainScalars.Canonical(text) == "true"
        : whenUnset;

    /// <summary>
    /// The minimum number of pods; null if the value is not a number, or if a patch leaves only one pod, which is a separate finding.
    /// </summary>
    public int? Fewest => IsPatched("replicas", "minReplicas")
        ? !Switch(false, "autoscaler", "enabled") && DnsObjects.Patched(this).Fewest is { } many and > 1 ? many : null
        : Switch(false, "hpa", "enabled") ? Number("hpa", "minReplicas") ?? 1
        : Switch(false, "autoscaler", "enabled") ? Number("autoscaler", "min")
        : Values["replicaCount"] is null ? 1 : Number("replicaCount");

    public int? Number(params ReadOnlySpan<string> path) => int.TryParse(Text(path), CultureInfo.InvariantCulture, out var number) ? number
        : null;

    internal Finding Report(string rule, string message, string fix, params ReadOnlySpan<string> path) =>
        Manifest.Body.At("spec", "valuesFrom") is null
            ? Flux.Report.At(Manifest, ["spec", "values", .. path], rule, message, fix)
            : Flux.Report.At(Values, Manifest.File, path, rule, message, fix);
}
