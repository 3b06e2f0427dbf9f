namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>A faulty migration to the substrate, which Adoption.3 must detect.</summary>
/// <param name="ExpectedMessage">The expected part of the check's message.</param>
public sealed record MigrationSabotage(string Name, string ExpectedMessage)
{
    public const string Check = "Adoption.3";

    public AdoptionGuide Guide { get; init; } = AdoptionGuide.OfSubstrate;

    /// <summary>True if the delivered Corefile has the substrate, as in "Hand over" of docs/migration.md.</summary>
    public bool DeliversSubstrate { get; init; } = true;

    public static IReadOnlyList<MigrationSabotage> All { get; } =
    [
        new("the zone in place of the Corefile", SubstrateAdoption.WhileLearning) { Guide = WithBlock("cat Corefile.before; echo; ", "") },
        new("the zone at the pod's own loopback", "it does not know the zone")
        {
            Guide = WithBlock(
                "cat substrate/main/dns/coredns.server", "sed 's/forward .*{/forward . 127.0.0.1:53 {/' substrate/main/dns/coredns.server"),
        },
        new("a release without the substrate", AdoptionCriterion.WhileTakingOver) { DeliversSubstrate = false },
    ];

    public override string ToString() => Name;

    private static AdoptionGuide WithBlock(string part, string other) => AdoptionGuide.OfSubstrate.With(SubstrateAdoption.AddZone, script =>
        script.Contains(part)
            ? script.Replace(part, other)
            : throw new InvalidOperationException($"docs/migration.md has no '{part}' under '{SubstrateAdoption.AddZone}'"));
}
