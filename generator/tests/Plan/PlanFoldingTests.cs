namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>What a reader of a plan for many clusters sees: each change once, an insertion as an insertion, versions of charts.</summary>
public sealed class PlanFoldingTests
{
    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    [Test]
    public void A_change_of_five_clusters_is_said_once_and_the_one_that_differs_apart()
    {
        static string Map(string cluster, string value) => $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {cluster}-settings}}, "
            + $"data: {{address: '{(int)cluster[0]}', key: '{value}'}}}}";
        var before = new EditedTree(Names.ToDictionary(Path, name => Map(name, "old")));
        var after = new EditedTree(Names.ToDictionary(Path, name => Map(name, name == "d" ? "its own" : "new")));

        var plan = before.To(after);
        plan.Clusters.Count(cluster => cluster.Changes.Length == 1).ShouldBe(5);
        Planned.Text(plan).ShouldStartWith(
            "cluster a:\n  ~ change   ConfigMap a-settings  (bootstrap)\n      data.key: old -> new\n"
            + "      and in 3 more clusters: b, c, e\n"
            + "cluster d:\n  ~ change   ConfigMap d-settings  (bootstrap)\n      data.key: old -> its own\n0 to create, 5 to change");

        var all = Planned.Text(plan, verbose: true);
        Names.ShouldAllBe(name => all.Contains($"cluster {name}:\n"));

        var objects = new ObjectDiff(before.Source(), after.Source());
        var diffs = ObjectDiff.Folded(Names.SelectMany(name => objects.Of(name, strict: true).Select(diff => (name, diff)))).ToArray();
        diffs.Length.ShouldBe(2);
        diffs[0].ShouldStartWith("# and in 3 more clusters: b, c, e\n--- a/a/ConfigMap a-settings\n");
    }

    [Test]
    public void Two_clusters_keep_their_own_lines_and_waves_are_not_mixed()
    {
        var plan = new PlanResult
        {
            Clusters = [.. Names.Select(name => new ClusterPlan(name)
            {
                Group = name == "e" ? "late" : "early",
                Changes = [new Change(ChangeKind.Create, new("", "it", "", "ConfigMap"), new("", "o", "", "Kustomization"))],
            })],
        };

        Planned.Text(plan).ShouldContain("cluster a (group early):\n  + create   ConfigMap it  o\n      and in 3 more clusters: b, c, d\n"
            + "cluster e (group late):\n  + create   ConfigMap it  o\n5 to create");
        Planned.Text(plan with { Clusters = plan.Clusters[..2] }).ShouldContain("cluster b (group early):");
    }

    [Test]
    public void Many_new_clusters_are_named_in_one_line()
    {
        var plan = new PlanResult { Clusters = [.. Names.Select(name => new ClusterPlan(name) { Note = "is new." })] };

        Planned.Text(plan).ShouldStartWith("cluster a is new. The same holds for 4 more clusters: b, c, d ...\n");
    }

    [TestCase("[a, b, c]", "[new, a, b, c]", "spec.list[0]: inserted new")]
    [TestCase("[a, b, c]", "[a, c]", "spec.list[1]: removed, was b")]
    [TestCase("[a, b, c]", "[a, x, c]", "spec.list[1]: b -> x")]
    [TestCase("[{name: a, n: 1}, {name: b, n: 1}]", "[{name: x, n: 1}, {name: a, n: 1}, {name: b, n: 2}]",
        "spec.list[0]: inserted {name: x, n: 1}|spec.list[2].n: 1 -> 2")]
    [TestCase("[{name: a, n: 1}]", "[{name: b, n: 1}]",
        "spec.list[0]: removed, was {name: a, n: 1}|spec.list[0]: inserted {name: b, n: 1}")]
    [TestCase("[{alert: a, n: 1}, {record: b, n: 1}]", "[{alert: x, n: 1}, {alert: a, n: 2}, {record: b, n: 2}]",
        "spec.list[0]: inserted {alert: x, n: 1}|spec.list[1].n: 1 -> 2|spec.list[2].n: 1 -> 2")]
    [TestCase("[{port: 53}, {port: 54}]", "[{port: 53}, {port: 55}, {port: 54}]", "spec.list[1]: inserted {port: 55}")]
    [TestCase("[1, 1, 2]", "[1, 2]", "spec.list[1]: removed, was 1")]
    [TestCase("[]", "[a]", "spec.list[0]: inserted a")]
    public void An_inserted_item_is_one_change(string before, string after, string lines)
    {
        static EditedTree Tree(string list) => new(new Dictionary<string, string>
        {
            [Path("a")] = $"{{apiVersion: example.com/v1, kind: Thing, metadata: {{name: it}}, spec: {{list: {list}}}}}",
        });

        var text = Planned.Text(Tree(before).To(Tree(after)));

        text.Split('\n').Where(line => line.StartsWith("      ", StringComparison.Ordinal)).Select(line => line.Trim())
            .ShouldBe(lines.Split('|'));
    }

    [Test]
    public void A_chart_that_comes_from_another_source_shows_both_versions()
    {
        var platform = Given.Platform(Given.Infra, Given.Apps);
        var newer = platform with
        {
            Charts = platform.Charts.SetItem("coredns", platform.Charts["coredns"] with { Version = new(1, 43, 2) }),
        };

        var plan = EditedTree.Of(platform).To(EditedTree.Of(newer));

        Planned.Text(plan).ShouldContain("chart: coredns 1.38.0 (CoreDNS 1.11.4) -> coredns 1.43.2 (CoreDNS 1.12.3)");
    }

    private static string Path(string cluster) => $"kubernetes/clusters/{cluster}/object.yaml";
}
