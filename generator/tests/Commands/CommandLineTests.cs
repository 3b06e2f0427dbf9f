using System.CommandLine;
using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Commands;

public class CommandLineTests
{
    private static string Committed => Sample.Definition;

    [TestCase("lnt", "Did you mean 'lint'?")]
    [TestCase("--force", "Did you mean 'generate --force'?")]
    [TestCase("xyzzy",
        "Commands: generate, check, lint, render, plan, diff, schema, graph, images, init, versions, upgrade, backup, restore, "
        + "takeover, accept, doctor, explain, completion.")]
    public async Task An_unknown_word_is_named_with_what_was_probably_meant(string word, string advice)
    {
        var run = await Verb.Run(word);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain(word);
        run.Error.ShouldContain(advice);
        run.Error.Split('\n').Length.ShouldBeLessThan(5, "the help is not printed");
    }

    [TestCase("README.md")]
    [TestCase("docs", "commands.md")]
    public void Pages_have_the_exit_codes_of_the_help(params string[] page)
    {
        var codes = string.Join("; ", CommandLine.ExitCodes.Select(code => code.Replace("  ", " ")));

        File.ReadAllText(RepositoryRoot.File(page)).ReplaceLineEndings(" ").ShouldContain($"Exit codes: {codes}.");
    }

    [Test]
    public async Task An_empty_path_of_the_definition_is_wrong_usage()
    {
        var run = await Verb.Run("check", "-f", "");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("-f needs the path of platform.yaml");
    }

    [TestCase("init", "")]
    [TestCase("backup", "")]
    [TestCase("restore", "")]
    public async Task An_empty_name_of_a_folder_is_wrong_usage(params string[] arguments)
    {
        var run = await Verb.Run(arguments[0] == "init" ? arguments : [.. arguments, "-f", Committed]);

        run.ExitCode.ShouldBe(2, run.Error);
        run.Error.ShouldContain("is empty");
    }

    [Test]
    public async Task A_folder_stands_for_the_platform_yaml_in_it() =>
        (await Verb.Run("check", "-f", RepositoryRoot.Directory)).ExitCode.ShouldBe(0);

    [TestCase("coredns", "--chart needs name=path")]
    [TestCase("coredns=a", "--chart is given twice for 'coredns'", "coredns=b")]
    public async Task A_bad_chart_option_is_reported_once_however_often_the_commands_were_built(
        string chart, string message, string? second = null)
    {
        await Verb.Run("schema");

        var run = await Verb.Run(["render", "infra", "--chart", chart, .. second is null ? Array.Empty<string>() : ["--chart", second]]);

        run.ExitCode.ShouldBe(2);
        run.Error.Split(message).Length.ShouldBe(2, run.Error);
    }

    [Test]
    public async Task An_unexpected_exception_ends_with_4_and_one_line_that_says_where_and_what_to_do()
    {
        var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = new FailingWriter(), Error = error };

        var code = await CommandLine.RunAsync(["schema"], configuration, TimeProvider.System, CancellationToken.None);

        code.ShouldBe(4);
        error.ToString().Trim().Split('\n').ShouldHaveSingleItem();
        error.ToString().ShouldStartWith("Internal error: NotSupportedException at PlatformGitOps.");
        error.ToString().ShouldContain("the cause");
        error.ToString().ShouldContain("Report it with this line, the command 'platform-gitops schema'");
    }

    [TestCase("generate")]
    [TestCase("check")]
    [TestCase("lint")]
    [TestCase("graph")]
    [TestCase("plan")]
    public async Task Cancelling_ends_a_command_with_130(string verb)
    {
        using var error = new StringWriter();
        var configuration = new InvocationConfiguration { Output = new StringWriter(), Error = error };

        var cancelled = new CancellationToken(canceled: true);
        var code = await CommandLine.RunAsync([verb, "-f", Committed], configuration, TimeProvider.System, cancelled);

        code.ShouldBe(130, error.ToString());
        error.ToString().Trim().ShouldBe("Cancelled.");
    }

    [Test]
    public async Task A_hundred_findings_are_printed_and_the_others_counted()
    {
        using var folder = new TemporaryFolder();
        var keys = string.Concat(Enumerable.Range(0, 150).Select(index => $"unknown{index}: 1\n"));
        var definition = folder.Write("platform.yaml", await File.ReadAllTextAsync(Committed) + keys);

        var run = await Verb.Run("generate", "-f", definition);
        var verbose = await Verb.Run("generate", "-f", definition, "--verbose");

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("... and 50 more; --verbose prints all.");
        run.Error.ShouldContain("150 violations in the definition. Nothing was written.");
        run.Error.Trim().Split('\n').Length.ShouldBe(102);
        verbose.Error.Trim().Split('\n').Length.ShouldBe(151);
    }

    [Test]
    public async Task Render_writes_the_objects_of_a_cluster_to_its_output()
    {
        var path = Environment.GetEnvironmentVariable("PATH");
        if ((Tool.Kustomize.Find(path) ?? Tool.Kubectl.Find(path)) is null)
        {
            Assert.Ignore($"Neither kustomize nor kubectl is on the search path. {Tool.Kubectl.HowToGet}");
        }

        var run = await Verb.Run("render", "apps", "-f", Committed);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Error.ShouldBeEmpty();
        run.Output.ShouldContain("# Flux Kustomization cluster-apps-coredns: ./kubernetes/infrastructure/networking/coredns");
    }

    private sealed class FailingWriter : StringWriter
    {
        public override void Write(string? value) => throw new NotSupportedException("the\ncause");
    }
}
