using CliWrap.Builders;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>A run whose definition or settings cannot be used fails and says why: a green run without a check proves nothing.</summary>
[Platform(Exclude = "Win", Reason = "the suite does not run there")]
public sealed class UnusableRunTests
{
    private const string Missing = "no-such-definition.yaml";

    private static string Program => Path.Combine(CommandTests.BuiltTool(), "PlatformGitOps.Acceptance.Tool.dll");

    [Test]
    [CancelAfter(120_000)]
    public async Task A_filtered_run_without_a_definition_fails_with_the_message_of_the_generator(CancellationToken cancellationToken)
    {
        var built = Path.GetFileName(Path.GetDirectoryName(typeof(UnusableRunTests).Assembly.Location)!);
        var run = await Run(
            ["test", "acceptance", "--no-build", "--configuration", built, "--filter", "TestCategory=Check&Name~infra"],
            ("ACCEPTANCE_DEFINITION", Missing), cancellationToken);

        run.ExitCode.ShouldBe(1, run.StandardOutput);
        run.StandardOutput.ShouldContain($"The file '{Missing}' does not exist.");
    }

    [TestCase("--definition", Missing, $"{Missing}' does not exist.")]
    [TestCase("--context", "infar=other", "the definition has no cluster 'infar'. Did you mean 'infra'?")]
    [TestCase("--cluster", "minikube", "the setting cluster is 'minikube'; it can be: auto, kind, k3s, existing, none")]
    [TestCase("--clustre", "none", "'--clustre'")]
    [CancelAfter(60_000)]
    public async Task The_tool_refuses_an_option_that_it_cannot_use(
        string option, string value, string says, CancellationToken cancellationToken)
    {
        var run = await Tool([option, value], ("ACCEPTANCE_PREFIX", "unused-"), cancellationToken);

        run.ExitCode.ShouldBe(2, run.StandardOutput);
        run.StandardError.ShouldContain(says);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_tool_refuses_a_variable_that_no_setting_has(CancellationToken cancellationToken)
    {
        var run = await Tool(["--category", "Static"], ("ACCEPTANCE_CLUSTRE", "none"), cancellationToken);

        run.ExitCode.ShouldBe(2, run.StandardOutput);
        run.StandardError.ShouldBe($"The suite has no setting ACCEPTANCE_CLUSTRE. Did you mean 'ACCEPTANCE_CLUSTER'?{Environment.NewLine}");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_tool_names_the_images_of_its_own_version(CancellationToken cancellationToken)
    {
        var run = await Run([Program, "images"], ("ACCEPTANCE_SMALL_IMAGE", "mirror.example/busybox:1"), cancellationToken);

        var images = run.StandardOutput.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        images.ShouldContain(PublishedImage.Of("prober-glibc"));
        images.ShouldContain(PublishedImage.Of("prober-musl"));
        images.ShouldContain("mirror.example/busybox:1");
    }

    /// <summary>With the story's definition: users change platform.yaml.</summary>
    private static Task<BufferedCommandResult> Tool(
        string[] options, (string, string) variable, CancellationToken cancellationToken) => Run(
        [
            Program, .. options,
            .. options[0] == "--definition" ? Array.Empty<string>() : ["--definition", Path.Combine(StorySample.Folder, "sample.yaml")],
        ],
        variable, cancellationToken);

    private static async Task<BufferedCommandResult> Run(
        string[] command, (string Name, string Value) variable, CancellationToken cancellationToken) =>
        await Cli.Wrap("dotnet").WithWorkingDirectory(Repository.Root).WithArguments(command)
            .WithEnvironmentVariables(set => WithoutSettings(set).Set(variable.Name, variable.Value).Set("MSBUILDDISABLENODEREUSE", "1"))
            .WithValidation(CommandResultValidation.None)
            .ExecuteBufferedAsync(cancellationToken);

    private static EnvironmentVariablesBuilder WithoutSettings(EnvironmentVariablesBuilder set)
    {
        foreach (var name in SettingSource.Names)
        {
            set.Set(name, null);
        }

        return set;
    }
}
