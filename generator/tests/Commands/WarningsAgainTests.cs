using System.Text.Json;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>Warnings of a fleet are said once for all of its clusters, and again in each run.</summary>
public sealed class WarningsAgainTests
{
    private const string Repository = "repository: { url: https://github.com/example/platform.git }\n";
    private const string Rule = "network-nodes-unknown";

    private static readonly string[] Names = ["one", "two", "three", "four", "five", "six"];

    [Test]
    public async Task A_fleet_has_one_warning_about_nodes()
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Fleet("", Names));
        const string More = "And in 5 more clusters: two, three, four ...";
        var generated = await Verb.Run("generate", "-f", folder.Path);
        Lines(generated.Error).ShouldHaveSingleItem().ShouldEndWith(More);
        Lines((await Verb.Run("plan", "-f", folder.Path)).Error).ShouldHaveSingleItem().ShouldEndWith(More);
        Lines((await Verb.Run("check", "-f", folder.Path)).Output).ShouldHaveSingleItem().ShouldEndWith(More);
        Lines((await Verb.Run("lint", "-f", folder.Path)).Output).ShouldHaveSingleItem().ShouldEndWith(More);
        using var report = JsonDocument.Parse((await Verb.Run("check", "-f", folder.Path, "--output", "json")).Output);
        report.RootElement.GetProperty("findings").EnumerateArray().Single().GetProperty("alsoIn").GetArrayLength().ShouldBe(5);

        folder.Write("platform.yaml", Fleet($"lint: {{ ignore: [{{ rule: {Rule}, reason: No pod asks from a host. }}] }}\n", Names));
        (await Verb.Run("generate", "-f", folder.Path)).Error.ShouldBeEmpty();
    }

    [Test]
    [Platform("Linux")]
    public async Task A_warning_is_said_in_each_run_that_has_nothing_to_write()
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", Fleet("", Names[..3]));
        Directory.CreateDirectory(Path.Combine(folder.Path, "kubernetes", "overlays", "two"));
        var first = "";
        foreach (var run in Enumerable.Range(1, 4))
        {
            var generated = await Verb.At(TimeProvider.System.GetUtcNow().AddDays(run), "generate", "-f", definition);
            generated.ExitCode.ShouldBe(0, generated.Error);
            first = run == 1 ? generated.Error : first;
            generated.Error.ShouldBe(first, $"run {run}");
            generated.Output.Contains(" 0 changed, ", StringComparison.Ordinal).ShouldBe(true, generated.Output);
        }

        first.ShouldContain($"{Rule}: warning:");
        first.ShouldContain("overlay-empty: warning:");
        UnchangedTree.Look(definition, folder.Path, TimeProvider.System)!.Recall().ShouldNotBeNull("the last runs read no file");

        folder.Write("platform.yaml", Fleet("", Names[..3]).Replace("networkPolicy: kubernetes, ", "", StringComparison.Ordinal));
        Directory.Delete(Path.Combine(folder.Path, "kubernetes", "overlays", "two"));
        (await Verb.At(TimeProvider.System.GetUtcNow().AddDays(9), "generate", "-f", definition)).Error.ShouldBeEmpty();
    }

    /// <summary>The files of the tree do not tell of these.</summary>
    [Test]
    [Platform("Linux")]
    public async Task What_is_not_in_the_tree_is_looked_at_in_each_run()
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("repository/infra/platform.yaml", Fleet("", Names[..2]).Replace("networkPolicy: kubernetes, ", "",
            StringComparison.Ordinal));
        foreach (var run in Enumerable.Range(1, 3))
        {
            (await Verb.At(TimeProvider.System.GetUtcNow().AddDays(run), "generate", "-f", definition)).Error.ShouldBeEmpty();
        }

        folder.Write("repository/.git/HEAD", "");
        (await Verb.At(TimeProvider.System.GetUtcNow().AddDays(4), "generate", "-f", definition)).Error.ShouldContain("repository-root");
        folder.Write("repository/infra/kubernetes/clusters/gone/own.yaml", "");
        foreach (var run in Enumerable.Range(5, 3))
        {
            (await Verb.At(TimeProvider.System.GetUtcNow().AddDays(run), "generate", "-f", definition)).Error
                .ShouldContain("cluster-folder-left");
        }

        File.Delete(Path.Combine(folder.Path, "repository", "infra", "kubernetes", "clusters", "gone", "own.yaml"));
        var last = await Verb.At(TimeProvider.System.GetUtcNow().AddDays(8), "generate", "-f", definition);
        last.Error.ShouldNotContain("cluster-folder-left");
        last.Error.ShouldContain("repository-root");
    }

    private static string[] Lines(string text) => [.. text.Split('\n').Where(line => line.Contains(Rule, StringComparison.Ordinal))];

    private static string Fleet(string more, string[] names) => Repository + more + "clusters:\n" + string.Concat(names.Select(
        (name, index) => $"  - {{ name: {name}, networkPolicy: kubernetes, network: {{ pods: 10.{index + 10}.0.0/16, "
            + $"services: 10.{index + 100}.0.0/16 }} }}\n"));
}
