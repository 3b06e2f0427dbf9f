using System.Text.Json;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary><c>plan</c> and <c>diff</c> see what Flux would read: manual edits, on disk or committed, and any two commits.</summary>
[TestFixture]
public sealed class HandEditTests
{
    private const string Release = "kubernetes/bases/coredns/helmrelease.yaml";

    private const string Definition = """
        repository: { kind: git, url: "https://git.example.com/platform.git", branch: main }
        clusters:
          - name: infra
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
            dns: { clusterIP: 10.245.0.10 }
          - name: apps
            network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 }
            dns: { clusterIP: 10.247.0.10 }
        """;

    private const string Five = "\ndefaults: { dns: { replicas: 5 } }\n";

    private TemporaryTree _repository = null!;

    [SetUp]
    public async Task Generate_and_commit()
    {
        _repository = new TemporaryTree();
        Git("init", "--quiet", "--initial-branch=main");
        _repository.Put("platform.yaml", Definition);
        (await Run("generate")).ExitCode.ShouldBe(0);
        Commit("generated");
    }

    [TearDown]
    public void Remove_the_repository() => _repository.Dispose();

    [Test]
    public async Task An_uncommitted_edit_is_planned_because_generate_keeps_it_and_named()
    {
        Edit();

        var plan = await Run("plan");

        plan.ExitCode.ShouldBe(0);
        plan.Output.ShouldContain("cluster infra:\n  ~ change   HelmRelease kube-system/coredns  cluster-infra-coredns\n"
            + "      spec.values.replicaCount: 2 -> 1\n");
        plan.Output.ShouldContain($"The tree on disk differs from platform.yaml:\n  {Release} was edited by hand.");
        plan.Output.ShouldContain("What that changes is part of the plan above.");
        (await Run("diff")).Output.ShouldContain("-    replicaCount: 2\n+    replicaCount: 1\n");
        (await Run("diff")).Error.ShouldContain($"{Release} was edited by hand.");
    }

    [Test]
    public async Task A_committed_edit_is_in_no_plan_against_its_own_commit_and_said_all_the_same()
    {
        Edit();
        Commit("edited");

        var plan = await Run("plan");
        plan.Output.ShouldContain("2 of 2 clusters are unchanged.\nThe tree on disk differs from platform.yaml:\n"
            + $"  {Release} was edited by hand. Put the change into the definition, or undo it (generate --force).\n"
            + "What the edits, which generate keeps, change in comparison with platform.yaml:\ncluster apps:\n");
        plan.Output.ShouldEndWith("      spec.values.replicaCount: 2 -> 1\n");

        (await Run("plan", "--against", "HEAD~1")).Output.ShouldContain("0 to create, 2 to change");
        (await Run("plan", "--quiet")).Output.ShouldBe("The tree on disk differs from platform.yaml:\n"
            + $"  {Release} was edited by hand. Put the change into the definition, or undo it (generate --force).\n");
    }

    [Test]
    public async Task Two_commits_are_compared_whatever_is_on_disk()
    {
        Edit();
        Commit("edited");
        _repository.Put("platform.yaml", Definition + Five);
        (await Run("generate", "--force")).ExitCode.ShouldBe(0);

        var plan = await Run("plan", "--against", "HEAD~1", "--to", "HEAD");
        plan.Output.ShouldContain("spec.values.replicaCount: 2 -> 1");
        plan.Output.ShouldNotContain("5");
        plan.Output.ShouldNotContain("differs from platform.yaml");

        (await Run("plan", "--to", "HEAD~1")).Output.ShouldContain("spec.values.replicaCount: 1 -> 2");
        (await Run("diff", "--to", "HEAD~1")).Output.ShouldContain("+    replicaCount: 2\n");
        var unknown = await Run("plan", "--to", "no-such-branch");
        (unknown.ExitCode, unknown.Output).ShouldBe((2, ""));
        unknown.Error.ShouldContain("git knows no commit 'no-such-branch'");
        (await Run("plan", "--to", "HEAD", "--disk")).ExitCode.ShouldBe(2);
    }

    [Test]
    public async Task Before_generate_the_plan_shows_what_the_definition_changes_and_disk_what_is_there()
    {
        _repository.Put("platform.yaml", Definition + Five);

        var plan = await Run("plan");
        plan.Output.ShouldContain("spec.values.replicaCount: 2 -> 5");
        plan.Output.ShouldContain("not generated yet: this is what generate will write; --disk shows what is there now.\n");
        plan.Output.ShouldNotContain("What the");

        var disk = await Run("plan", "--disk");
        disk.Output.ShouldContain("2 of 2 clusters are unchanged.");
        disk.Output.ShouldContain("not generated yet: this is the old content.");
        disk.Output.ShouldContain("What the files on disk change in comparison with platform.yaml:");
        disk.Output.ShouldContain("spec.values.replicaCount: 5 -> 2");
        (await Run("diff", "--disk")).Output.ShouldBeEmpty();
    }

    [Test]
    public async Task A_file_that_was_removed_comes_back_with_generate_and_is_gone_for_disk()
    {
        File.Delete(_repository.OnDisk("kubernetes/infrastructure/networking/coredns/poddisruptionbudget.yaml"));
        _repository.Put("kubernetes/infrastructure/networking/coredns/kustomization.yaml",
            _repository.Read("kubernetes/infrastructure/networking/coredns/kustomization.yaml")
                .Replace("  - poddisruptionbudget.yaml\n", ""));

        var disk = await Run("plan", "--disk");
        disk.ExitCode.ShouldBe(3);
        disk.Output.ShouldContain("- PRUNE    PodDisruptionBudget kube-system/coredns-pdb");
        disk.Output.ShouldContain("poddisruptionbudget.yaml was removed by hand.");
        (await Run("plan")).ExitCode.ShouldBe(3, "generate restores the file and keeps the edit that leaves it out");
    }

    [Test]
    public async Task Programs_get_the_files_and_what_they_change()
    {
        Edit();
        Commit("edited");

        using var report = JsonDocument.Parse((await Run("plan", "--output", "json")).Output);

        var finding = report.RootElement.GetProperty("findings").EnumerateArray().ShouldHaveSingleItem();
        finding.GetProperty("rule").GetString().ShouldBe("hand-edited");
        finding.GetProperty("severity").GetString().ShouldBe("warning");
        var drift = report.RootElement.GetProperty("drift");
        drift.GetProperty("files")[0].GetProperty("path").GetString().ShouldBe(Release);
        drift.GetProperty("files")[0].GetProperty("kept").GetBoolean().ShouldBeTrue();
        drift.GetProperty("clusters").GetArrayLength().ShouldBe(2);
        drift.GetProperty("clusters")[0].GetProperty("changes")[0].GetProperty("fields")[0].GetProperty("after").GetString().ShouldBe("1");
    }

    [TestCase(400)]
    [TestCase(1)]
    [TestCase(1_000_000)]
    public async Task A_difference_keeps_within_the_characters_that_a_comment_has_for_it(int most)
    {
        Edit();
        const string More = "... and more: run diff in the repository.\n";

        var all = (await Run("diff")).Output;
        var some = (await Run("diff", "--most", $"{most}")).Output;

        some.Replace(More, "").Length.ShouldBeLessThanOrEqualTo(most);
        all.ShouldStartWith(some.Replace(More, ""));
        some.EndsWith(More, StringComparison.Ordinal).ShouldBe(most < all.Length);
    }

    /// <summary>The release is shared: both clusters get it.</summary>
    [Test]
    public async Task A_definition_in_a_folder_of_its_repository_is_linted_and_planned()
    {
        const string Folder = "teams/dns";
        var text = Definition.Replace("branch: main", $"branch: main, path: {Folder}");
        _repository.Put($"{Folder}/platform.yaml", text);
        (await In("generate")).ExitCode.ShouldBe(0);
        Commit("in a folder");

        _repository.Read($"{Folder}/kubernetes/clusters/infra/coredns.yaml").ShouldContain(
            $"path: ./{Folder}/kubernetes/infrastructure/networking/coredns\n  components:\n    - ../../../components/coredns/");
        (await In("lint")).Output.ShouldStartWith("No findings");
        (await In("plan")).Output.ShouldStartWith("0 to create, 0 to change");
        _repository.Put($"{Folder}/platform.yaml", text + Five);
        (await In("plan")).Output.ShouldContain("spec.values.replicaCount: 2 -> 5");

        Task<Verb> In(string verb) => Verb.Run(verb, "-f", Path.Combine(_repository.Root, Folder));
    }

    private void Edit()
    {
        const string Replicas = "replicaCount: ${COREDNS_REPLICAS}\n";
        _repository.Read(Release).ShouldContain(Replicas);
        _repository.Put(Release, _repository.Read(Release).Replace(Replicas, "replicaCount: 1\n"));
    }

    private async Task<Verb> Run(string verb, params string[] options)
    {
        var result = await Verb.Run([verb, "-f", _repository.Root, .. options]);
        return result with { Output = result.Output.ReplaceLineEndings("\n"), Error = result.Error.ReplaceLineEndings("\n") };
    }

    private void Commit(string message)
    {
        Git("add", ".");
        Git("commit", "--quiet", $"--message={message}");
    }

    private void Git(params string[] arguments) => _repository.Git(arguments);
}
