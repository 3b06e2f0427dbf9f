using PlatformGitOps.Generator.Plan;
using PlatformGitOps.Generator.Tests.Emission;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>What a reviewer reads: the objects of a cluster as unified diffs.</summary>
public sealed class ObjectDiffTests
{
    private const string Folder = "kubernetes/clusters/one";

    [Test]
    public void A_changed_object_is_a_diff_of_its_lines_and_the_others_are_not_there()
    {
        var before = PlanTree.Of(Given.Platform(Given.Infra, Given.Apps)).Source();
        var after = PlanTree.Of(Given.Platform(Given.Infra with { Dns = Given.Infra.Dns with { Replicas = 3 } }, Given.Apps)).Source();

        ObjectDiff.Of("apps", before, after, strict: true).ShouldBeEmpty();
        var diffs = ObjectDiff.Of("infra", before, after, strict: true).ToArray();

        diffs.Length.ShouldBe(2);
        diffs.ShouldContain(diff => diff.StartsWith("--- a/infra/HelmRelease kube-system/coredns\n", StringComparison.Ordinal)
            && diff.Contains("\n-    replicaCount: 2\n+    replicaCount: 3\n", StringComparison.Ordinal));
    }

    [Test]
    public void A_new_object_is_added_and_one_that_leaves_is_removed()
    {
        static string Map(string name) => $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: {name}}}}}";

        var diffs = Of(Map("old"), Map("new"));

        diffs.ShouldContain("+  name: new");
        diffs.ShouldContain("-  name: old");
    }

    [Test]
    public void The_data_of_a_Secret_is_never_shown_and_a_change_of_it_is()
    {
        static string Secret(string value) => $"{{apiVersion: v1, kind: Secret, metadata: {{name: it}}, stringData: {{key: {value}}}}}";

        var diff = Of(Secret("hidden1"), Secret("hidden2"));

        diff.ShouldContain("(another secret)");
        diff.ShouldNotContain("hidden");
        Of("", Secret("hidden1")).ShouldNotContain("hidden");
        Of(Secret("hidden1"), Secret("hidden1")).ShouldBeEmpty();
    }

    private static string Of(string before, string after) =>
        string.Join('\n', ObjectDiff.Of("one", Tree(before).Source(), Tree(after).Source(), strict: true));

    private static PlanTree Tree(string text) => new(new Dictionary<string, string>
    {
        [$"{Folder}/object.yaml"] = text,
        [$"{Folder}/other.yaml"] = "{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}",
    });
}
