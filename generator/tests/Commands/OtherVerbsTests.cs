namespace PlatformGitOps.Generator.Tests.Commands;

public class OtherVerbsTests
{
    private static readonly string Committed = RepositoryRoot.File("platform.yaml");

    [Test]
    public async Task The_committed_tree_has_not_drifted() => (await Verb.Run("check", "-f", Committed)).ExitCode.ShouldBe(0);

    [Test]
    public async Task The_committed_tree_has_no_finding()
    {
        var lint = await Verb.Run("lint", "-f", Committed);
        lint.Output.ShouldStartWith("No findings");
        lint.ExitCode.ShouldBe(0);
    }

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

    [TestCase("lint")]
    [TestCase("graph")]
    public async Task A_verb_that_needs_the_tree_says_so_where_there_is_none(string verb)
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
        var plan = await Verb.Run("plan", "-f", Committed, "--against", "no-such-commit");
        plan.ExitCode.ShouldBe(2);
        plan.Error.ShouldContain("no-such-commit");
    }

    [TestCase("generate")]
    [TestCase("check")]
    [TestCase("lint")]
    [TestCase("graph")]
    [TestCase("render")]
    [TestCase("plan")]
    [TestCase("schema")]
    [TestCase("init")]
    [TestCase("diff")]
    [TestCase("doctor")]
    [TestCase("versions")]
    public async Task The_help_of_every_verb_has_an_example(string verb)
    {
        var help = await Verb.Run(verb, "--help");
        help.ExitCode.ShouldBe(0);
        help.Output.ShouldContain("Examples");
        help.Output.ShouldContain("dotnet run --project generator");
        help.Output.ShouldContain("4  internal error");
    }
}
