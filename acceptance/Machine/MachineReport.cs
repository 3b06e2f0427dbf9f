using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Machine;

/// <summary>What this machine can do for the suite; found out once a run, and told once.</summary>
public sealed record MachineReport
{
    /// <summary>kind, k3s, existing or none.</summary>
    public required ClusterChoice Clusters { get; init; }

    /// <summary>Why there are no clusters and what would change it; empty where there are.</summary>
    public required string WhyNone { get; init; }

    /// <summary>Program to where PATH finds it, for those that it finds.</summary>
    public required IReadOnlyDictionary<string, string> Programs { get; init; }

    public required string? Engine { get; init; }

    public bool Has(string program) => Programs.ContainsKey(program);

    public override string ToString() =>
        $"clusters: {Clusters.ToString().ToLowerInvariant()}{(WhyNone.Length > 0 ? $" ({WhyNone})" : "")}; "
        + $"container engine: {Engine ?? "none"}; programs: {(Programs.Count == 0 ? "none" : string.Join(", ", Programs.Keys.Order()))}";
}
