namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>What one check of one criterion found on one cluster.</summary>
public sealed record CriterionResult
{
    /// <summary>The criterion: AC1 to AC6, Bootstrap, Adoption or Disruption.</summary>
    public required string Id { get; init; }

    /// <summary>The cluster's role: infra or apps.</summary>
    public required string Cluster { get; init; }

    /// <summary>The test's name, a sentence.</summary>
    public required string Test { get; init; }

    /// <summary>The row of <see cref="ValidationMatrix"/> that this check answers; null for a check that is in no row.</summary>
    public string? Row { get; init; }

    public RowHalf Half { get; init; } = RowHalf.Live;

    /// <summary>What the check looks at.</summary>
    public string? Sees { get; init; }

    public required ResultOutcome Outcome { get; init; }

    /// <summary>Why it failed or was skipped.</summary>
    public string? Reason { get; init; }

    public string? Expected { get; init; }

    public string? Observed { get; init; }

    public TimeSpan Duration { get; init; }

    /// <summary>What one would type to see the same.</summary>
    public IReadOnlyList<string> Commands { get; init; } = [];

    public IReadOnlyList<Attachment> Attachments { get; init; } = [];

    /// <summary>One for each time the cluster was disturbed: a drain of each of two nodes is two.</summary>
    public IReadOnlyList<DisruptionEvidence> Disruptions { get; init; } = [];
}
