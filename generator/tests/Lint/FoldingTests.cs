namespace PlatformGitOps.Generator.Tests.Lint;

public sealed class FoldingTests
{
    private static readonly string[] Clusters = [.. Enumerable.Range(1, 200).Select(number => $"edge-{number}")];

    [Test]
    public void The_same_in_every_cluster_is_one_finding() => Fold(Clusters.Select(InSettings))
        .ShouldHaveSingleItem().ToString().ShouldBe("kubernetes/clusters/edge-1/settings.yaml:7:3: variable-unused: "
            + "Nothing in cluster edge-1 uses A. Delete it. And in 199 more clusters: edge-2, edge-3, edge-4 ...");

    [Test]
    public void So_is_one_in_a_shared_file_that_names_each_cluster() =>
        Fold(Clusters.Take(2).Select(name =>
            Of("kubernetes/bases/a.yaml", $"${{A}} is not set in cluster {name}: Flux rejects cluster-{name}.")))
            .ShouldHaveSingleItem().Text.ShouldEndWith("And in cluster edge-2.");

    [Test]
    public void Two_alike_in_one_cluster_are_two() => Fold([InSettings("edge-1"), InSettings("edge-1"), InSettings("edge-2")])
        .Select(finding => finding.AlsoIn.Count).ShouldBe([1, 0]);

    [Test]
    public void Another_text_or_another_place_is_another_cause() => Fold(
    [
        InSettings("edge-1"), InSettings("edge-2") with { Message = "Nothing in cluster edge-2 uses B." },
        Of("kubernetes/bases/a.yaml", "cluster edge-1"), Of("kubernetes/bases/b.yaml", "cluster edge-2"), Of("a.yaml", "no name"),
    ]).Count.ShouldBe(5);

    private static Finding InSettings(string cluster) =>
        Of($"kubernetes/clusters/{cluster}/settings.yaml", $"Nothing in cluster {cluster} uses A.");

    private static Finding Of(string file, string message) =>
        new() { Rule = "variable-unused", File = file, Position = new Position(7, 3), Message = message, Fix = "Delete it." };

    private static IReadOnlyList<Finding> Fold(IEnumerable<Finding> findings) => Folding.Fold([.. findings], Clusters.ToHashSet());
}
