using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Tests.Plan.Records;

/// <summary>What a patch makes of an instance.</summary>
[TestFixture]
public sealed class PatchedInstanceTests
{
    private const string Folder = "kubernetes/infrastructure/external-dns/infra";
    private const string Overlay = $"{Folder}/kustomization.yaml";

    [TestCase("--annotation-filter=foo=bar", true)]
    [TestCase("--namespace=other", true)]
    [TestCase("--managed-record-types=TXT", true)]
    [TestCase("--log-level=debug", false)]
    public void An_argument_that_may_leave_names_out_makes_their_number_unknown(string argument, bool loses)
    {
        var patch = $"{{op: add, path: /spec/template/spec/containers/0/args/-, value: {argument}}}";
        foreach (var (before, after) in new[] { (Tree(), Tree(patch)), (Tree(patch), Tree()) })
        {
            var result = Published.Compare(before, after, Published.Backup());
            var loss = result.Records.Losses.FirstOrDefault(one => one.Cause == RecordCause.Arguments);
            (loss is { IsCounted: false, IsCountable: false, Fate: RecordFate.Removed }).ShouldBe(loses);
            (result.ExitCode == 3).ShouldBe(loses);
            if (loses)
            {
                Planned.Text(result).ShouldContain($"what {argument} does to the names is not known: their records are deleted where");
            }
        }
    }

    [Test]
    public void A_variable_stands_for_an_argument() => Published.Compare(Tree(), Tree(
            "{op: add, path: /spec/template/spec/containers/0/env/-, value: {name: EXTERNAL_DNS_LABEL_FILTER, value: a=b}}"))
        .Records.Losses.ShouldHaveSingleItem().Cause.ShouldBe(RecordCause.Arguments);

    [Test]
    public void An_instance_without_a_pod_writes_nothing()
    {
        const string Stopped = "{op: replace, path: /spec/replicas, value: 0}";
        var result = Published.Compare(Tree(), Tree(Stopped), Published.Backup());
        var loss = result.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate, loss.Names.Length).ShouldBe((RecordCause.Instance, RecordFate.Left, 2));
        result.ExitCode.ShouldBe(3);

        Published.Compare(Tree(Stopped), Tree(Stopped), Published.Backup()).Records.Losses.ShouldBeEmpty();
        var started = Published.Compare(Tree(Stopped), Tree(), Published.Backup(Published.Stale)).Records.Losses.ShouldHaveSingleItem();
        (started.Cause, started.Fate).ShouldBe((RecordCause.Deletion, RecordFate.Removed));
        started.Names.ShouldBe(["old.example.com"]);
        started.Why.ShouldStartWith("the Deployment has a pod again");
    }

    private static EditedTree Tree(string? patch = null)
    {
        var tree = Published.Tree(instance => [instance]);
        return patch is null ? tree : tree.With(Overlay, $"""
            {tree.Files[Overlay].TrimEnd()}
            patches:
              - target: {"{"} kind: Deployment, name: external-dns-shared {"}"}
                patch: |-
                  - {patch}

            """);
    }
}
