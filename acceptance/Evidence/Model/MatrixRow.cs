namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>One line of the story's validation matrix, or one that its tasks and this suite add to it.</summary>
/// <param name="Id">The line's own name on the page.</param>
/// <param name="Criterion">AC1 to AC6, Bootstrap, Adoption or Disruption.</param>
/// <param name="Check">What is looked at.</param>
/// <param name="Expected">What the story expects to see.</param>
public sealed record MatrixRow(string Id, string Criterion, string Check, string Expected)
{
    /// <summary>The row of the criteria that answers this line; its own id where none is named.</summary>
    public string AnsweredBy { get; init; } = Id;

    /// <summary>The one cluster the line is about; null for all.</summary>
    public string? OnlyCluster { get; init; }

    /// <summary>The one half that answers it; null for both.</summary>
    public RowHalf? OnlyHalf { get; init; }

    public bool AppliesTo(string cluster) => OnlyCluster is null || OnlyCluster == cluster;

    public bool IsAnsweredBy(CriterionResult result) => result.Row == AnsweredBy && (OnlyHalf ?? result.Half) == result.Half;
}
