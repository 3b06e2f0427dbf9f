namespace PlatformGitOps.Acceptance.Disruption;

/// <param name="Breaches">Each limit that was passed, with both figures; empty when the budget holds.</param>
public sealed record BudgetVerdict(IReadOnlyList<string> Breaches)
{
    public bool Holds => Breaches.Count == 0;

    public override string ToString() => Holds ? "within budget" : string.Join("; ", Breaches);
}
