using System.Net;
using PlatformGitOps.Generator.Values;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>A cluster as far as it could be read: null is what has a finding already, or was never told.</summary>
internal sealed record ClusterDraft
{
    public required Position Position { get; init; }

    /// <summary>As it was written, also where it is no label.</summary>
    public required Located<string>? WrittenName { get; init; }

    public required Located<DnsLabel>? Name { get; init; }

    public required Located<DnsName>? Domain { get; init; }

    public required Located<Cidr>? Pods { get; init; }

    public required Located<Cidr>? Services { get; init; }

    public required Located<Cidr>? Nodes { get; init; }

    public required bool Isolated { get; init; }

    /// <summary>True where the definition gives the DNS address instead of leaving it to the service range.</summary>
    public required bool HasClusterIP { get; init; }

    public required Located<IPAddress>? ClusterIP { get; init; }

    public required Located<int>? Replicas { get; init; }

    public required Located<int>? MinAvailable { get; init; }

    public required IReadOnlyList<Located<Upstream>> Upstreams { get; init; }

    public required ResourceDraft Resources { get; init; }

    public required View Autoscaling { get; init; }

    public required Located<string>? Log { get; init; }

    public required Located<string>? NetworkPolicy { get; init; }

    public required View Monitoring { get; init; }

    /// <summary>True where the definition switches the DNS health controller on.</summary>
    public required bool HasHealthController { get; init; }

    public required View HealthController { get; init; }

    public required IReadOnlyList<Located<DnsLabel>> DependsOn { get; init; }

    /// <summary>For findings that name another cluster.</summary>
    public string Label => WrittenName?.Value ?? $"in line {Position.Line}";
}
