using System.Collections.Immutable;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition;

/// <summary>One cluster with every default filled in.</summary>
public sealed record Cluster
{
    public required DnsLabel Name { get; init; }

    public required DnsName Domain { get; init; }

    public required Cidr Pods { get; init; }

    public required Cidr Services { get; init; }

    /// <summary>The addresses of the nodes: what hostNetwork pods and the kubelet ask from. Null where they are not told.</summary>
    public Cidr? Nodes { get; init; }

    public required DnsSettings Dns { get; init; }

    public required NetworkPolicyFlavour NetworkPolicy { get; init; }

    public required MonitoringSettings Monitoring { get; init; }

    /// <summary>Null where the cluster has none.</summary>
    public HealthControllerSettings? HealthController { get; init; }

    /// <summary>Flux Kustomizations that must be ready before CoreDNS is delivered, for example the CNI's.</summary>
    public ImmutableArray<DnsLabel> DependsOn { get; init; } = [];
}
