using PlatformGitOps.Acceptance.Criteria;

namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>Another way from a CoreDNS of the cluster to the substrate, which Adoption.3 has to notice.</summary>
/// <param name="ExpectedMessage">A part of the check's message, so that it fails for this reason.</param>
public sealed record MigrationSabotage(string Name, string ExpectedMessage)
{
    public AdoptionGuide Guide { get; init; } = AdoptionGuide.OfSubstrate;

    /// <summary>Whether the delivered Corefile has the substrate.</summary>
    public bool HandedOver { get; init; } = true;

    public static IReadOnlyList<MigrationSabotage> All { get; } =
    [
        new("the zone in place of the Corefile", "clients saw") { Guide = Taught("cat Corefile.before; echo; ", "") },
        new("the zone at the pod's own loopback", "it does not know the zone")
        {
            Guide = Taught(
                "cat substrate/main/dns/coredns.server", "sed 's/forward .*{/forward . 127.0.0.1:53 {/' substrate/main/dns/coredns.server"),
        },
        new("a release without the substrate", "clients saw") { HandedOver = false },
    ];

    public override string ToString() => Name;

    private static AdoptionGuide Taught(string part, string other) => AdoptionGuide.OfSubstrate.With(AdoptionCriterion.Teach, script =>
        script.Contains(part, StringComparison.Ordinal)
            ? script.Replace(part, other, StringComparison.Ordinal)
            : throw new InvalidOperationException($"docs/migration.md has no '{part}' under '{AdoptionCriterion.Teach}'"));
}
