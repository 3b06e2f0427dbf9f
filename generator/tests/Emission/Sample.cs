using System.Collections.Immutable;
using System.Net;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>The two clusters of the story as records, for tests that vary one thing.</summary>
internal static class Sample
{
    public static readonly Cluster Infra = Cluster("infra", "10.244.0.0/16", "10.245.0.0/16");

    public static readonly Cluster Apps = Cluster("apps", "10.246.0.0/16", "10.247.0.0/16");

    public static readonly HealthControllerSettings HealthController = new() { Image = "registry.example.com/dns-health-controller:1.0.0" };

    public static Platform Platform(params ImmutableArray<Cluster> clusters) => new()
    {
        Repository = new SourceRepository
        {
            Kind = SourceKind.Git,
            Url = "https://github.com/example/platform-gitops.git",
            Branch = "main",
            Interval = Duration.Parse("1m"),
        },
        Flux = new FluxSettings { Version = SemVer.Parse("2.5.1"), StrictSubstitution = false },
        CoreDns = new ChartPin { Version = SemVer.Parse("1.38.0"), Source = ChartSource.Http, Url = "https://coredns.github.io/helm" },
        MonitoringCrds = new ChartPin
        {
            Version = SemVer.Parse("16.0.0"),
            Source = ChartSource.Oci,
            Url = "oci://ghcr.io/prometheus-community/charts/prometheus-operator-crds",
        },
        Clusters = clusters,
    };

    private static Cluster Cluster(string name, string pods, string services) => new()
    {
        Name = DnsLabel.Parse(name),
        Domain = DnsName.Parse("cluster.local"),
        Pods = Cidr.Parse(pods),
        Services = Cidr.Parse(services),
        Dns = new DnsSettings
        {
            ClusterIP = Cidr.Parse(services).AddressAt(10)!,
            Replicas = 2,
            MinAvailable = 1,
            Upstreams = [new Upstream(IPAddress.Parse("1.1.1.1")), new Upstream(IPAddress.Parse("1.0.0.1"))],
            Resources = new ResourceSettings
            {
                CpuRequest = Quantity.Parse("100m"),
                MemoryRequest = Quantity.Parse("128Mi"),
                CpuLimit = Quantity.Parse("200m"),
                MemoryLimit = Quantity.Parse("256Mi"),
            },
            Autoscaling = new Autoscaling.Off(),
            Log = LogClass.Error,
        },
        NetworkPolicy = NetworkPolicyFlavour.Cilium,
        Monitoring = new MonitoringSettings
        {
            Flavour = MonitoringFlavour.VictoriaMetrics,
            Namespace = DnsLabel.Parse("observability"),
            Release = DnsLabel.Parse("monitoring"),
            ManageCrds = true,
        },
    };
}
