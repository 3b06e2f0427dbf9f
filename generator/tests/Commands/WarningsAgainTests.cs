using System.CommandLine;
using System.Text.Json;
using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>Warnings of many clusters are printed once for all of them, and again in each run.</summary>
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
    public async Task Each_run_without_changes_repeats_the_warnings()
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
            generated.Output.Contains(" 0 changed, ").ShouldBe(true, generated.Output);
        }

        first.ShouldContain($"{Rule}: warning:");
        first.ShouldContain("overlay-empty: warning:");
        UnchangedTree.ReadStatus(definition, folder.Path, TimeProvider.System)!.Recall().ShouldNotBeNull("the last runs read no file");

        folder.Write("platform.yaml", Fleet("", Names[..3]).Replace("networkPolicy: kubernetes, ", ""));
        Directory.Delete(Path.Combine(folder.Path, "kubernetes", "overlays", "two"));
        (await Verb.At(TimeProvider.System.GetUtcNow().AddDays(9), "generate", "-f", definition)).Error.ShouldBeEmpty();
    }

    /// <summary>More than the hundred that are printed without --verbose.</summary>
    [Test]
    [Platform("Linux")]
    public async Task A_verbose_run_leaves_what_a_later_one_prints()
    {
        using var folder = new TemporaryFolder();
        string[] names = [.. Enumerable.Range(0, 101).Select(number => $"c{number}")];
        var definition = folder.Write("platform.yaml", Repository + "clusters:\n" + string.Concat(names.Select((name, index) =>
            $"  - {{ name: {name}, network: {{ pods: 10.{index}.0.0/17, services: 10.{index}.128.0/17 }} }}\n")));
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.Combine(folder.Path, "kubernetes", "overlays", name));
        }

        var now = TimeProvider.System.GetUtcNow();
        var first = await Verb.At(now.AddDays(1), "generate", "-f", definition);
        first.Error.ShouldContain("... and 1 more; --verbose prints all.");
        (await Verb.At(now.AddDays(2), "generate", "-f", definition)).Error.ShouldBe(first.Error);
        var verbose = await Verb.At(now.AddDays(3), "generate", "-f", definition, "--verbose");
        verbose.Error.Split('\n').Count(line => line.Contains("overlay-empty")).ShouldBe(names.Length);

        (await Verb.At(now.AddDays(4), "generate", "-f", definition)).Error.ShouldBe(first.Error);
    }

    /// <summary>The search for warnings may fail: changes are printed before.</summary>
    [Test]
    public async Task Written_files_are_reported_before_the_folder_is_checked()
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", Fleet("", Names[..1]));
        using var output = new Watched("created", () =>
            Directory.CreateDirectory(Path.Combine(folder.Path, "kubernetes", "overlays", Names[0])));
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = output, Error = error };

        string[] arguments = ["generate", "-f", definition];
        (await CommandLine.RunAsync(arguments, configuration, TimeProvider.System, CancellationToken.None)).ShouldBe(0);

        error.ToString().ShouldContain("overlay-empty");
    }

    /// <summary>These are not visible in the files of the tree.</summary>
    [Test]
    [Platform("Linux")]
    public async Task Files_outside_of_the_tree_are_checked_in_each_run()
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("repository/infra/platform.yaml", Fleet("", Names[..2]).Replace("networkPolicy: kubernetes, ", ""));
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

    private static string[] Lines(string text) => [.. text.Split('\n').Where(line => line.Contains(Rule))];

    private static string Fleet(string more, string[] names) => Repository + more + "clusters:\n" + string.Concat(names.Select(
        (name, index) => $"  - {{ name: {name}, networkPolicy: kubernetes, network: {{ pods: 10.{index + 10}.0.0/16, "
            + $"services: 10.{index + 100}.0.0/16 }} }}\n"));

    /// <summary>Runs an action when a word is printed.</summary>
    private sealed class Watched(string word, Action then) : StringWriter(CultureInfo.InvariantCulture)
    {
        public override void Write(string? value) => Seen(value, base.Write);

        public override void WriteLine(string? value) => Seen(value, base.WriteLine);

        private void Seen(string? value, Action<string?> write)
        {
            write(value);
            if (value?.Contains(word) == true)
            {
                then();
            }
        }
    }
}
