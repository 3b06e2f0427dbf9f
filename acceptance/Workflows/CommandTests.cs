using System.Reflection;
using PlatformGitOps.Acceptance.Evidence.Page;

namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>Commands in workflows and documents are valid: projects, properties, programs and categories exist.</summary>
public sealed partial class CommandTests
{
    // Properties of the SDK on command lines.
    private static readonly string[] OfTheSdk = [
        "PublishAot", "CopyOutputSymbolsToPublishDirectory", "CreateRidSpecificToolPackages", "ContainerRegistry", "ContainerRepository",
        "ContainerImageTag",
    ];

    private static readonly string[] OfTheCatalog =
    [
        "Check", "Static", "Live", "Story", "ZeroLoss", "LiveSabotage", "HealthSabotage", "NodeLocalSabotage", "ScalingSabotage",
        "GeoSabotage", "DnsCheckSabotage", "RecordsSabotage", "NoticesSabotage", "SecretsSabotage", "KeysSabotage", "Sabotage",
        // In the generator's tests.
        "OwnTree",
    ];

    private static IEnumerable<TestCaseData> Texts()
    {
        foreach (var workflow in Workflow.All)
        {
            yield return new TestCaseData(string.Join('\n', workflow.Scripts)).SetName($"Commands of {workflow}");
        }

        var documents = Directory.GetFiles(Path.Combine(Repository.Root, "docs"), "*.md")
            .Concat(Directory.GetFiles(Repository.Root, "*.md"));
        foreach (var document in documents.Order(StringComparer.Ordinal))
        {
            yield return new TestCaseData(string.Join('\n', WithoutOutputs(File.ReadLines(document))))
                .SetName($"Commands of {Path.GetRelativePath(Repository.Root, document)}");
        }
    }

    /// <summary>The commands of a "console" block, which begin with "$ "; other lines are output.</summary>
    private static IEnumerable<string> WithoutOutputs(IEnumerable<string> lines)
    {
        var isConsole = false;
        foreach (var line in lines)
        {
            var isFence = line.StartsWith("```", StringComparison.Ordinal);
            isConsole = isFence ? line.EndsWith("console", StringComparison.Ordinal) : isConsole;
            if (isFence || !isConsole || line.StartsWith("$ ", StringComparison.Ordinal))
            {
                yield return line;
            }
        }
    }

    private static IEnumerable<string> ShellScripts() =>
        new[] { "platform", ".ci/run", ".ci/tool", ".ci/first-hour", ".ci/release", ".ci/reproducible", ".ci/programs" }
            .Concat(["acceptance/prober/build-images", "acceptance/host/build-image", "acceptance/tools"])
            .Concat(Directory.GetFiles(Path.Combine(Repository.Root, "benchmarks"), "*.sh")
                .Select(file => Path.GetRelativePath(Repository.Root, file)));

    [TestCaseSource(nameof(Texts))]
    public void Can_be_typed(string text)
    {
        foreach (var command in DotnetCommands().Matches(text).Select(match => match.Groups[1].Value))
        {
            var project = ProjectOption().Match(command) is { Success: true } option ? option.Groups[1].Value
                : FirstArgument().Match(command) is { Success: true } argument ? argument.Groups[1].Value
                : ".";
            var place = Path.Combine(Repository.Root, project);
            (File.Exists(place) || (Directory.Exists(place) && Directory.GetFiles(place)
                .Any(file => file.EndsWith("proj", StringComparison.Ordinal) || file.EndsWith(".sln", StringComparison.Ordinal))))
                .ShouldBeTrue($"'dotnet {command}': the project {project} does not exist");
        }

        Properties().Matches(text).Select(match => match.Groups[1].Value).Except(OfTheSdk)
            .Where(property => !KnownProperties.Value.Contains(property))
            .ShouldBeEmpty("properties that no project reads");
        Categories().Matches(text).Select(match => match.Groups[1].Value)
            .Except(Catalog.Checks.Select(check => check.Criterion.Id), StringComparer.OrdinalIgnoreCase)
            .Except(OfTheCatalog.Concat(Attributed.Value), StringComparer.OrdinalIgnoreCase)
            .ShouldBeEmpty("categories that no test has");
        OwnPrograms().Matches(text).Select(match => match.Groups[1].Value)
            .Where(program => !File.Exists(Path.Combine(Repository.Root, program)))
            .ShouldBeEmpty("programs of this repository that are not there");
    }

    [TestCaseSource(nameof(ShellScripts))]
    [Platform(Exclude = "Win", Reason = "bash and file modes")]
    public async Task Shell_scripts_can_be_read_by_bash_and_executed(string script)
    {
        var file = Path.Combine(Repository.Root, script);
        (OperatingSystem.IsWindows() || File.GetUnixFileMode(file).HasFlag(UnixFileMode.UserExecute)).ShouldBeTrue("may not be executed");
        await Cli.Wrap("bash").WithArguments(["-n", file]).ExecuteBufferedAsync(TestContext.CurrentContext.CancellationToken);
    }

    [Test]
    public void The_native_generator_is_built_when_a_document_that_it_holds_is_newer()
    {
        var script = File.ReadAllText(Path.Combine(Repository.Root, "platform"));
        var documents = Embedded().Matches(File.ReadAllText(Path.Combine(Repository.Root, "generator", "Generator.csproj")))
            .Select(match => match.Groups[1].Value).ToList();

        documents.ShouldNotBeEmpty();
        documents.ShouldAllBe(document => script.Contains($"\"$here/{document}\""));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_documented_command_makes_a_report_of_the_recorded_run(CancellationToken cancellationToken)
    {
        var command = OfTheRecordedRun().Match(await File.ReadAllTextAsync(
            Path.Combine(Repository.Root, "docs", "acceptance.md"), cancellationToken));
        command.Success.ShouldBeTrue("docs/acceptance.md does not say how");
        var tool = BuiltTool();

        var folder = Directory.CreateTempSubdirectory("report-").FullName;
        try
        {
            var printed = await Cli.Wrap("dotnet").WithWorkingDirectory(folder)
                .WithArguments([Path.Combine(tool, "PlatformGitOps.Acceptance.Tool.dll"), command.Groups[1].Value,
                    Path.Combine(Repository.Root, command.Groups[2].Value)])
                .ExecuteBufferedAsync(cancellationToken);

            var report = printed.StandardOutput.Trim();
            Path.GetRelativePath(folder, report).ShouldStartWith(Path.Combine("artifacts", "acceptance"));
            (await File.ReadAllTextAsync(report, cancellationToken)).ShouldBe(ReportPage.Write(RedRun.Recorded));
            (await File.ReadAllTextAsync(Path.ChangeExtension(report, ".md"), cancellationToken))
                .ShouldBe(MarkdownReport.Write(RedRun.Recorded));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [TestCaseSource(typeof(Workflow), nameof(Workflow.All))]
    [Platform(Exclude = "Win", Reason = "bash")]
    public async Task Steps_of_a_workflow_can_be_read_by_bash(Workflow workflow)
    {
        foreach (var script in workflow.Scripts)
        {
            await Cli.Wrap("bash").WithArguments("-n").WithStandardInputPipe(PipeSource.FromString(script))
                .ExecuteBufferedAsync(TestContext.CurrentContext.CancellationToken);
        }
    }

    /// <summary>The build folder of acceptance/Tool, with this suite.</summary>
    internal static string BuiltTool()
    {
        var suite = typeof(CommandTests).Assembly.Location;
        var kind = Path.GetFileName(Path.GetDirectoryName(suite)!);
        var tool = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(suite)!, "..", "..", "Tool", kind));
        var itsSuite = Path.Combine(tool, Path.GetFileName(suite));
        if (!File.Exists(itsSuite) || !File.ReadAllBytes(itsSuite).AsSpan().SequenceEqual(File.ReadAllBytes(suite)))
        {
            Assert.Ignore("acceptance/Tool is not built with this suite; build the solution.");
        }

        return tool;
    }

    private static readonly Lazy<IReadOnlyList<string>> Attributed = new(() =>
        [.. typeof(CommandTests).Assembly.GetTypes().SelectMany(type => type.GetMethods().Prepend<MemberInfo>(type))
            .SelectMany(member => member.GetCustomAttributes<CategoryAttribute>()).Select(category => category.Name)]);

    private static readonly Lazy<string> KnownProperties = new(() => string.Concat(
        new[] { "*.csproj", "*.targets", "*.props" }
            .SelectMany(pattern => Directory.GetFiles(Repository.Root, pattern, SearchOption.AllDirectories))
            .Where(file => !Path.GetRelativePath(Repository.Root, file).StartsWith("artifacts", StringComparison.Ordinal))
            .SelectMany(file => Read().Matches(File.ReadAllText(file)).Select(match => match.Value))));

    [GeneratedRegex(@"<EmbeddedResource Include=""\.\./([^""]+)""")]
    private static partial Regex Embedded();

    [GeneratedRegex(@"\bdotnet ((?:build|test|run|publish)\b[^\n`#|&]*)")]
    private static partial Regex DotnetCommands();

    [GeneratedRegex(@"^dotnet run --project acceptance/Tool -- (\w+) (docs/\S+)", RegexOptions.Multiline)]
    private static partial Regex OfTheRecordedRun();

    [GeneratedRegex(@"--project (\S+)")]
    private static partial Regex ProjectOption();

    [GeneratedRegex(@"^\w+ ([\w./]+)")]
    private static partial Regex FirstArgument();

    [GeneratedRegex(@"-p:(\w+)=")]
    private static partial Regex Properties();

    [GeneratedRegex(@"TestCategory=(\w+)")]
    private static partial Regex Categories();

    [GeneratedRegex(@"^\s*((?:acceptance|benchmarks|generator|controller|\.ci)/[\w./-]+)", RegexOptions.Multiline)]
    private static partial Regex OwnPrograms();

    [GeneratedRegex(@"\$\(\w+\)")]
    private static partial Regex Read();
}
