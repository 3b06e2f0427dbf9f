using PlatformGitOps.Generator.Apps.MonitoringCrds;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>CoreDNS; every cluster has it.</summary>
internal sealed class CoreDnsApp : App
{
    public const string LayerName = "coredns";

    public const string ChartKey = "coredns";

    public const string BaseFolder = $"{Layout.Bases}/coredns";

    public const string Folder = $"{Layout.Infrastructure}/networking/coredns";

    public const string ComponentsFolder = $"{Layout.Components}/coredns";

    public override string Name => LayerName;

    public override ImmutableArray<string> WaitsFor => [MonitoringCrdsApp.LayerName];

    public override AppChart? Chart { get; } = new(ChartKey, "The CoreDNS chart.", new ChartPublisher
    {
        Version = CoreDnsChart.Default,
        Starter = CoreDnsChart.Driven,
        HttpUrl = "https://coredns.github.io/helm",
        OciUrl = "oci://ghcr.io/coredns/charts/coredns",
        // The publishing job of 1.38.0 had no permission for the registry (coredns/helm#197); 1.38.1 is the first version there.
        FirstInRegistry = SemVer.Parse("1.38.1"),
        Oldest = CoreDnsChart.Default,
    });

    public override IEnumerable<GeneratedFile> Files(Platform platform) => CoreDnsFiles.Files(platform)
        .Concat(CoreDnsComponents.Files(platform));

    public override IEnumerable<string> Roles(Cluster cluster) => [CoreDnsNames.Release, CoreDnsNames.Release + "-autoscaler"];

    public override FluxKustomization? Layer(Cluster cluster) => new()
    {
        Name = NameIn(cluster),
        Path = Folder + cluster.Pins.FolderEnding(ChartKey),
        Components = [.. CoreDnsComponents.Folders(cluster)],
        Patches = [.. ClusterValues.Patches(cluster)],
        DependsOn = [.. cluster.DependsOn.Select(name => name.Text)],
        HealthChecks =
        [
            (FluxApi.HelmRelease, "HelmRelease", CoreDnsNames.Release, CoreDnsNames.Namespace),
            ("apps/v1", "Deployment", CoreDnsNames.Release, CoreDnsNames.Namespace),
        ],
    };

    public override Mapping Settings(Cluster cluster)
    {
        var (dns, most) = (cluster.Dns, Number((cluster.Dns.Autoscaling as Autoscaling.Horizontal)?.MaxReplicas
            ?? (cluster.Dns.Autoscaling as Autoscaling.Proportional)?.MaxReplicas));
        var (horizontal, proportional) = (dns.Autoscaling as Autoscaling.Horizontal, dns.Autoscaling as Autoscaling.Proportional);
        var burn = cluster.Monitoring.BurnRate;
        return new Mapping
        {
            { CoreDnsVariables.Upstreams, string.Join(' ', dns.Upstreams), "The upstream resolvers." },
            { CoreDnsVariables.LogClass, dns.LogWord, "Which answers are logged: error, denial or all." },
            { CoreDnsVariables.CpuRequest, dns.Resources.CpuRequest.Text, "One CoreDNS container; null means no limit." },
            { CoreDnsVariables.CpuLimit, dns.Resources.CpuLimit?.Text ?? "null" },
            { CoreDnsVariables.MemoryRequest, dns.Resources.MemoryRequest.Text },
            { CoreDnsVariables.MemoryLimit, dns.Resources.MemoryLimit.Text },
            { CoreDnsVariables.MinAvailable, dns.BudgetFollows ? null : Number(dns.MinAvailable),
                "How many replicas an eviction must leave." },
            { CoreDnsVariables.ClusterIP, dns.ClusterIP.ToString(), $"Services have {cluster.Services}, pods {cluster.Pods}." },
            { CoreDnsVariables.Replicas, Number(dns.Replicas) },
            { CoreDnsVariables.MaxReplicas, most },
            { CoreDnsVariables.TargetCpuPercent, Number(horizontal?.CpuPercent) },
            { CoreDnsVariables.TargetMemoryPercent, Number(horizontal?.MemoryPercent) },
            { CoreDnsVariables.CoresPerReplica, Number(proportional?.CoresPerReplica) },
            { CoreDnsVariables.NodesPerReplica, Number(proportional?.NodesPerReplica) },
            { CoreDnsVariables.ErrorBudget, burn?.ErrorBudget, "What share of answers may be SERVFAIL, and be slower than the bound." },
            { CoreDnsVariables.LatencyBudget, burn?.LatencyBudget },
            { CoreDnsVariables.LatencyBound, burn?.Within },
            { CoreDnsVariables.HighQueryRate, cluster.Monitoring.Flavour == MonitoringFlavour.None ? null
                : Number(CoreDnsAlerts.HighQueryRate(dns.Resources.CpuLimit)),
                "Queries per second on one replica above which CoreDNSHighQueryRate fires; it follows the CPU limit." },
        };
    }

    public override Shape ValuesAt(SemVer version) => CoreDnsChart.For(version).Values;

    public override IReadOnlyDictionary<string, string> ProtectedValues => ClusterValues.Protected;

    public override Mapping WithRequiredValues(Mapping values) => ContainerVariables.Completed(values);

    public override void Check(Cluster cluster, SectionReader at)
    {
        DnsRules.Check(cluster, at);
        ScalingRules.Check(cluster.Dns, at);
        BurnRateSettings.Check(cluster, at);
        if (cluster.Adjustments.Values.GetValueOrDefault(ChartKey) is { } values)
        {
            ContainerVariables.Check(values, at);
        }
    }

    public override void CheckPlatform(Platform platform, SectionReader at)
    {
        CheckVersion(platform.Charts[ChartKey].Version, at);
        var (servers, substrates) = (new SubstrateServers(platform.Substrates), at.Entries("substrates"));
        foreach (var (cluster, place) in platform.Clusters.Zip(at.Entries("clusters")))
        {
            SubstrateUpstreams.Check(cluster, servers, place, substrates);
            if (cluster.Pins.Charts.TryGetValue(ChartKey, out var own))
            {
                CheckVersion(own, place);
            }

            ServerRules.Check(cluster, ChartOf(platform, cluster), place);
        }
    }

    /// <summary>The facts about a cluster's chart and CoreDNS.</summary>
    public static CoreDnsChart ChartOf(Platform platform, Cluster cluster) => CoreDnsChart.For(
        cluster.Pins.Charts.GetValueOrDefault(ChartKey) ?? platform.Charts[ChartKey].Version,
        cluster.Adjustments.Values.GetValueOrDefault(ChartKey)?.TextAt("image", "tag"));

    public override void CheckFleet(IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters) => DnsRules.CheckRings(clusters);

    private static void CheckVersion(SemVer version, SectionReader at)
    {
        if (CoreDnsChart.WithoutTcp.Contains(version))
        {
            at.Report(DefinitionRules.ChartVersion, $"charts.{ChartKey}.version",
                $"The chart version {version} opens no TCP port for DNS: answers that are larger than a datagram would be lost.",
                $"Write a version before {CoreDnsChart.WithoutTcp.Min()} or after {CoreDnsChart.WithoutTcp.Max()}.");
        }
    }

    private static string? Number(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}
