using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Commands;

public class OtherVerbsTests
{
    private static string Committed => Sample.Definition;

    [Test]
    public async Task Graph_draws_what_CoreDNS_waits_for() =>
        (await Verb.Run("graph", "-f", Committed)).Output
            .ShouldContain("cluster_infra_coredns -. depends on .-> k_infra__cluster_infra_crds");

    [Test]
    public async Task Schema_prints_the_committed_schema() =>
        (await Verb.Run("schema")).Output.ShouldBe(await File.ReadAllTextAsync(RepositoryRoot.File("docs", "platform.schema.json")));

    [Test]
    public async Task Init_prints_a_definition_that_generates()
    {
        var folder = Directory.CreateTempSubdirectory("platform-gitops-").FullName;
        var definition = Path.Combine(folder, "platform.yaml");
        await File.WriteAllTextAsync(definition, (await Verb.Run("init")).Output);

        (await Verb.Run("generate", "-f", definition)).ExitCode.ShouldBe(0);

        Directory.Delete(folder, recursive: true);
    }

    private static IEnumerable<string> Rules() => ExplainCommand.Rules;

    [TestCaseSource(nameof(Rules))]
    public async Task Explain_has_a_text_for_every_rule(string rule)
    {
        var run = await Verb.Run("explain", rule);
        run.ExitCode.ShouldBe(0);
        run.Output.Split('\n')[1].Trim().Length.ShouldBeGreaterThan(10);
    }

    [Test]
    public void Explain_knows_the_rules_of_the_definition_and_of_lint() =>
        Definition.FixtureTests.EveryRule().Concat(Generator.Lint.LintRules.About.Keys).Except(ExplainCommand.Rules).ShouldBeEmpty();

    [TestCase(typeof(Generator.Backup.RestoreCheck))]
    [TestCase(typeof(Generator.Takeover.TakeoverCheck))]
    [TestCase(typeof(Generator.Takeover.DefinitionComparison))]
    [TestCase(typeof(Generator.Takeover.OldPods))]
    public void Explain_knows_the_rules_of_the_commands_that_read_a_cluster(Type check) => check.GetFields()
        .Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!).Except(ExplainCommand.Rules).ShouldBeEmpty();

    [Test]
    public void Explain_knows_the_rules_about_files()
    {
        var named = Directory.GetFiles(RepositoryRoot.File("generator", "Output"), "*.cs").SelectMany(file =>
            System.Text.RegularExpressions.Regex.Matches(File.ReadAllText(file), @"Of\(\s*[^,""()]*,\s*""([a-z-]+)""")
                .Select(match => match.Groups[1].Value)).Append(Generator.Output.Refusal.Edited)
            .Append(Generator.Output.Refusal.FileUnreadable).Append(Generator.Output.Refusal.FolderUnreadable).Distinct().ToList();
        named.Count.ShouldBeGreaterThan(15);
        // Obstacles have their own rule, which is one of those.
        named.Append(Generator.Output.OtherDefinition.Rule).Append(StaleDigest.Rule)
            .Concat(Enum.GetValues<Generator.Output.DriftCause>().Select(cause => new Generator.Output.DriftedFile("x", cause))
                .Where(file => file.Cause is not (Generator.Output.DriftCause.None or Generator.Output.DriftCause.Foreign
                    or Generator.Output.DriftCause.InTheWay))
                .Select(file => file.AsFinding().Rule))
            .Except(ExplainCommand.Rules).ShouldBeEmpty();
    }

    [TestCase("version-unknown", "  Warned of: A chart coredns ")]
    [TestCase("overlap-across-clusters", "  Refused: Ranges ")]
    public async Task Explain_says_whether_a_rule_refuses(string rule, string begin) =>
        (await Verb.Run("explain", rule)).Output.Split('\n')[1].ShouldStartWith(begin);

    [Test]
    public async Task Explain_knows_what_kustomize_refuses() =>
        (await Verb.Run("explain", "kustomize-patch")).Output.ShouldBe($"kustomize-patch, a rule of lint ({Docs.Page("lint.md")})\n"
            + "  A patch, or another change of a kustomization.yaml, cannot be read or applied.\n");

    [Test]
    public void Explain_knows_every_warning() => Generator.Lint.WarningRules.All.Except(ExplainCommand.Rules).ShouldBeEmpty();

    [Test]
    public async Task Explain_suggests_a_rule_that_is_near()
    {
        var run = await Verb.Run("explain", "variable-undefind");
        run.ExitCode.ShouldBe(2);
        run.Error.ShouldBe("'variable-undefind' is not a rule. Did you mean 'variable-undefined'?\n");
    }

    [TestCase("[suggest:2]", "li", "lint")]
    [TestCase("[suggest:12]", "lint --clust", "--cluster")]
    [TestCase("[suggest:19]", "explain variable-un", "variable-undefined")]
    public async Task A_shell_gets_words_to_complete(string directive, string line, string word) =>
        (await Verb.Run(directive, line)).Output.Split('\n').ShouldContain(word);

    [TestCaseSource(typeof(CompletionCommand), nameof(CompletionCommand.Shells))]
    public async Task A_shell_accepts_its_script(string shell)
    {
        if (!(Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, shell))))
        {
            Assert.Ignore($"{shell} is not on the search path");
        }

        using var folder = new TemporaryFolder();
        var script = folder.Write("completion", (await Verb.Run("completion", shell)).Output);
        (await Generator.Tools.ToolProcess.RunAsync("/usr/bin/env", [shell, "-n", script], new Generator.Tools.ToolOptions(),
            CancellationToken.None)).ShouldSucceed();
    }

    [TestCase("lint")]
    [TestCase("graph")]
    [TestCase("images")]
    public async Task A_command_that_needs_the_tree_reports_a_missing_one(string verb)
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", await File.ReadAllTextAsync(Committed));

        var run = await Verb.Run(verb, "-f", definition);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("Run generate first.");
    }

    [Test]
    public async Task A_plan_against_an_unknown_commit_ends_with_2_and_names_it()
    {
        var plan = await Verb.Run("plan", "-f", RepositoryRoot.Directory, "--against", "no-such-commit");
        plan.ExitCode.ShouldBe(2);
        plan.Error.ShouldContain("no-such-commit");
    }

    [Test]
    public async Task Restore_names_the_cluster_of_a_backup_that_the_definition_does_not_have()
    {
        using var folder = new TemporaryFolder();
        folder.Write("backup/backup.yaml", "format: \"1\"\ncluster: other\nobjects: 0\nzones: []\n");
        folder.Write("backup/platform.yaml", "clusters: []\n");
        var backup = Path.Combine(folder.Path, "backup");

        var run = await Verb.Run("restore", backup, "--check", "-f", Sample.Definition);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldBe($"The backup in '{backup}' is of cluster 'other', which platform.yaml does not have: it has infra, apps. Name "
            + "the definition of that cluster (-f), or a backup of one of these.\n");
    }

    [TestCase("generate")]
    [TestCase("check")]
    [TestCase("lint")]
    [TestCase("graph")]
    [TestCase("images")]
    [TestCase("render")]
    [TestCase("plan")]
    [TestCase("schema")]
    [TestCase("init")]
    [TestCase("diff")]
    [TestCase("doctor")]
    [TestCase("versions")]
    [TestCase("backup")]
    [TestCase("restore")]
    [TestCase("takeover")]
    public async Task The_help_of_every_verb_has_an_example(string verb)
    {
        var help = await Verb.Run(verb, "--help");
        help.ExitCode.ShouldBe(0);
        help.Output.ShouldContain("Examples");
        help.Output.ShouldContain("dotnet run --project generator");
        help.Output.ShouldContain("4  internal error");
    }
}
