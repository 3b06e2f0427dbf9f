using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Sabotage;

/// <summary>A small change to the tree that exactly one criterion has to notice.</summary>
/// <param name="Name">What somebody did, in a few words.</param>
/// <param name="Owner">The row that goes red: it and no row of another criterion.</param>
/// <param name="Says">Words that the row's message must hold, so that it is red for this reason.</param>
public sealed record StaticSabotage(string Name, string Owner, string Says, Action<SabotagedTree> Do)
{
    public string OwningCriterion => Owner.Split('.')[0];

    public override string ToString() => Name;
}
