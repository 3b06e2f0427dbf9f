namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>One line of the story's validation matrix, or one that its tasks and this suite add to it.</summary>
/// <param name="Id">What a <see cref="CriterionResult"/> names in its <see cref="CriterionResult.Row"/>.</param>
/// <param name="Criterion">AC1 to AC6, Bootstrap, Adoption or Disruption.</param>
/// <param name="Check">What is looked at.</param>
/// <param name="Expected">What the story expects to see.</param>
/// <param name="OnlyCluster">The one cluster the line is about; null for all.</param>
public sealed record MatrixRow(string Id, string Criterion, string Check, string Expected, string? OnlyCluster = null)
{
    public bool AppliesTo(string cluster) => OnlyCluster is null || OnlyCluster == cluster;
}
