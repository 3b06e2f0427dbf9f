using System.Collections.Immutable;
using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Generator.Tests.Emission;

/// <summary>The two clusters of the story, for tests that vary one thing.</summary>
internal static class Given
{
    private static readonly Platform Read = ((PlatformReading.Sound)PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes("""
        repository: { url: https://github.com/example/platform-gitops.git }
        flux: { version: 2.5.1 }
        charts:
          coredns: { version: 1.38.0 }
          monitoringCrds: { version: 16.0.0 }
        defaults:
          monitoring: { release: monitoring }
        clusters:
          - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
          - { name: apps, network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 } }
        """))).Platform;

    public static readonly Cluster Infra = Read.Clusters[0];

    public static readonly Cluster Apps = Read.Clusters[1];

    public static readonly HealthControllerSettings HealthController = new() { Image = "registry.example.com/dns-health-controller:1.0.0" };

    public static Platform Platform(params ImmutableArray<Cluster> clusters) => Read with { Clusters = clusters };
}
