namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>One row on one cluster. <see cref="Outcome"/> is null when no check answered it.</summary>
public sealed record MatrixCell
{
    public required MatrixRow Row { get; init; }

    public required string Cluster { get; init; }

    public required IReadOnlyList<CriterionResult> Results { get; init; }

    public bool Applies => Row.AppliesTo(Cluster);

    /// <summary>The worst of its checks: one failure fails the cell, and one skipped check leaves it open.</summary>
    public ResultOutcome? Outcome => Results.Count == 0 ? null : Results.Max(r => r.Outcome);

    /// <summary>The checks of one half, the worst first.</summary>
    public IReadOnlyList<CriterionResult> Of(RowHalf half) => [.. Results.Where(r => r.Half == half).OrderByDescending(r => r.Outcome)];

    public static MatrixCell Of(Run run, MatrixRow row, string cluster) => new()
    {
        Row = row,
        Cluster = cluster,
        Results = [.. run.Results.Where(r => r.Cluster == cluster && row.IsAnsweredBy(r))],
    };
}
