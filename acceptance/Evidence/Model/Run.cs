namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>One run of the suite; all that the evidence is made from.</summary>
public sealed record Run
{
    /// <summary>Names the run's folder.</summary>
    public required string Id { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required TimeSpan Duration { get; init; }

    /// <summary>The clusters' roles, in the order of the matrix's columns.</summary>
    public IReadOnlyList<string> Clusters { get; init; } = ["infra", "apps"];

    public IReadOnlyList<Fact> Facts { get; init; } = [];

    public required IReadOnlyList<CriterionResult> Results { get; init; }

    public int Count(ResultOutcome outcome) => Results.Count(r => r.Outcome == outcome);
}
