using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.Reflection;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Flux.Definitions;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Commands;

/// <summary>Exit codes; scripts and CI rely on these numbers.</summary>
public static class ExitCode
{
    public const int Success = 0;

    /// <summary>Lint findings, or a tree that differs from its definition.</summary>
    public const int Findings = 1;

    /// <summary>A bad definition, bad usage or a missing program.</summary>
    public const int Unusable = 2;

    /// <summary>The command refused to destroy something.</summary>
    public const int Refused = 3;

    /// <summary>A fault of this program: its output says nothing about the tree.</summary>
    public const int InternalError = 4;

    /// <summary>Ctrl-C; shells report the same number.</summary>
    public const int Cancelled = 130;
}

/// <summary>All commands, and the handler of unexpected exceptions.</summary>
public static class CommandLine
{
    private const string Program = "platform-gitops";
    private const string About = "Writes the Flux repository kubernetes/ from platform.yaml and checks it. Without a command: generate.";

    internal static readonly string[] ExitCodes =
    [
        "0  success", "1  findings, or the tree differs from its definition", "2  bad definition, bad usage or a missing program",
        "3  refused to destroy something", "4  internal error: report it", "130  cancelled with Ctrl-C",
    ];

    private static readonly Dictionary<string, string[]> Examples = new()
    {
        ["generate"] = [Program, $"{Program} generate --force"],
        ["check"] = [$"{Program} check"],
        ["lint"] = [$"{Program} lint", $"{Program} lint --cluster infra --output github"],
        ["render"] = [$"{Program} render infra", $"{Program} render apps --helm"],
        ["plan"] = [$"{Program} plan", $"{Program} plan --against origin/main --backup dns-backup --max-vanishing 3"],
        ["diff"] = [$"{Program} diff", $"{Program} diff --against origin/main --cluster infra"],
        ["schema"] = [$"{Program} schema > docs/platform.schema.json"],
        ["graph"] = [$"{Program} graph --cluster infra"],
        ["images"] = [$"{Program} images", $"{Program} images --cluster infra --output json"],
        ["init"] = [$"{Program} init my-platform", $"{Program} init > platform.yaml"],
        ["versions"] = [$"{Program} versions", $"{Program} versions --output json"],
        ["upgrade"] = [$"{Program} upgrade coredns --to 1.39.0", $"{Program} upgrade coredns --to 1.39.0 --charts charts --write"],
        ["backup"] = [$"{Program} backup dns-backup --cluster infra --tsig-file tsig-secret"],
        ["restore"] = [$"{Program} restore dns-backup --tsig-file tsig-secret"],
        ["takeover"] = [$"{Program} takeover --cluster infra"],
        ["accept"] = [$"{Program} accept --cluster none", $"{Program} accept --context infra=my-cluster --category AC2"],
        ["doctor"] = [$"{Program} doctor"],
        ["explain"] = [$"{Program} explain variable-undefined"],
        ["completion"] = [$"source <({Program} completion bash)"],
    };

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">The arguments, as the shell split them.</param>
    /// <param name="configuration">The writers of output and errors.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends a running command and every program that it started.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(
        string[] arguments, InvocationConfiguration configuration, TimeProvider time, CancellationToken cancellationToken)
    {
        configuration.EnableDefaultExceptionHandler = false;
        configuration.Output = new CheckedOutput(configuration.Output);
        try
        {
            using var tree = new TreeOptions { Time = time };
            var parsed = Build(tree).Parse(arguments);
            if (parsed.Errors.Count == 0 || parsed.Action is not ParseErrorAction)
            {
                return await parsed.InvokeAsync(configuration, cancellationToken);
            }

            WriteUsageErrors(parsed, configuration.Error);
            return ExitCode.Unusable;
        }
        catch (OperationCanceledException)
        {
            configuration.Error.WriteLine("Cancelled.");
            return ExitCode.Cancelled;
        }
        catch (Exception exception) when (UnreadableFileException.In(exception) is { } unreadable)
        {
            configuration.Error.WriteLine(Printable.Of(unreadable.Message));
            return ExitCode.Unusable;
        }
        catch (OutputException full)
        {
            configuration.Error.WriteLine(Printable.Of(full.Message));
            return ExitCode.Unusable;
        }
        catch (Exception exception)
        {
            configuration.Error.WriteLine(InternalError(exception, arguments));
            return ExitCode.InternalError;
        }
    }

    /// <summary>One line: what failed and where, and what to do.</summary>
    internal static string InternalError(Exception exception, IEnumerable<string> arguments)
    {
        var cause = exception;
        while (cause is AggregateException && cause.InnerException is { } inner)
        {
            cause = inner;
        }

        // "   at Namespace.Type.Method(...) in /folder/File.cs:line 12", without the folder of the machine that built this program.
        var frame = (cause.StackTrace ?? "").Split('\n')
            .FirstOrDefault(line => line.Contains(nameof(PlatformGitOps)));
        var place = frame is null ? "" : frame.Trim().Split(" in ") is [var method, var file]
            ? $" {method.Split('(')[0]} ({file[(file.LastIndexOfAny(['/', '\\']) + 1)..]})"
            : $" {frame.Trim().Split('(')[0]}";
        return Printable.Of(
            $"Internal error: {cause.GetType().Name}{place}: {cause.Message.ReplaceLineEndings(" ")} "
            + "This is a fault of platform-gitops, and its output is not a verdict on your files. "
            + $"Report it with this line, the command 'platform-gitops {string.Join(' ', arguments)}' and the files it read.");
    }

    private static RootCommand Build(TreeOptions tree)
    {
        var root = new RootCommand(About)
        {
            tree.Definition,
            tree.Verbose,
            tree.Quiet,
            tree.Color,
            GenerateCommand.Create(tree),
            CheckCommand.Create(tree),
            LintCommand.Create(tree),
            RenderCommand.Create(tree),
            PlanCommand.Create(tree),
            DiffCommand.Create(tree),
            GraphCommand.Create(tree),
            ImagesCommand.Create(tree),
            SchemaCommand.Create(),
            InitCommand.Create(),
            VersionsCommand.Create(tree),
            UpgradeCommand.Create(tree),
            BackupCommand.Create(tree),
            RestoreCommand.Create(tree),
            TakeoverCommand.Create(tree),
            AcceptCommand.Create(tree),
            DoctorCommand.Create(tree),
            ExplainCommand.Create(),
            CompletionCommand.Create(),
            ChartDataCommand.Create(tree.Time),
        };
        root.SetAction((result, cancellationToken) => GenerateCommand.RunAsync(tree.Context(result), force: false, cancellationToken));
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        root.Options.OfType<VersionOption>().Single().Action = new VersionWithData();
        return root;
    }

    private static void WriteUsageErrors(ParseResult parsed, TextWriter error)
    {
        foreach (var problem in parsed.Errors.Select(problem => problem.Message).Distinct())
        {
            // The library writes a list of choices over several lines.
            error.WriteLine(Printable.Of(string.Join(' ', problem.Split([' ', '\t', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries))));
        }

        var unknown = parsed.UnmatchedTokens is [var first, ..] ? first : null;
        var near = unknown == "--force" ? "generate --force" : unknown is null ? null : Suggestion.For(unknown, Examples.Keys);
        error.WriteLine(near is null
            ? $"Commands: {string.Join(", ", Examples.Keys)}. --help describes them."
            : $"Did you mean '{near}'? --help describes all commands.");
    }

    /// <summary>The program's version, its commit, and the date of each of its data files.</summary>
    private sealed class VersionWithData : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override int Invoke(ParseResult parseResult)
        {
            var version = typeof(CommandLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
            var parts = version.Split('+');
            var data = CoreDnsChart.ReadOn.Prepend(("versions and faults", KnownVersions.Instance.ReadOn))
                .Append(("objects of Flux", FluxDefinitions.ReadOn));
            parseResult.InvocationConfiguration.Output.WriteLine($"{parts[0]}, commit {parts.ElementAtOrDefault(1) ?? "unknown"}, data of "
                + string.Join(", ", data.Select(file => $"{file.Item2} ({file.Item1})")));
            return ExitCode.Success;
        }
    }

    /// <summary>The library's help, followed by examples and exit codes.</summary>
    private sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool Terminating => true;

        public override int Invoke(ParseResult parseResult)
        {
            var code = help.Invoke(parseResult);
            var output = parseResult.InvocationConfiguration.Output;
            var own = Examples.GetValueOrDefault(parseResult.CommandResult.Command.Name);
            WriteSection(output, "Examples (in a checkout of platform-gitops: dotnet run --project generator -- ...):",
                own ?? [.. Examples.Values.SelectMany(all => all)]);
            WriteSection(output, "Exit codes:", ExitCodes);
            return code;
        }

        private static void WriteSection(TextWriter output, string title, string[] lines)
        {
            output.WriteLine(title);
            foreach (var line in lines)
            {
                output.WriteLine("  " + line);
            }

            output.WriteLine();
        }
    }
}
