using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The program's verbs and what they end with.</summary>
public static class CommandLine
{
    private const string About =
        "Writes the Flux repository kubernetes/ from platform.yaml and checks it. Without a verb: generate. "
        + "Exit codes: 0 fine, 1 findings or drift, 2 bad definition or usage, 3 refused to destroy something.";

    /// <summary>Runs one command line.</summary>
    /// <param name="arguments">As the shell split them.</param>
    /// <param name="configuration">Where output goes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends a running verb and every program that it started.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, InvocationConfiguration configuration, TimeProvider time, CancellationToken cancellationToken)
    {
        var result = Build(time).Parse(arguments);
        var code = await result.InvokeAsync(configuration, cancellationToken).ConfigureAwait(false);
        return result.Action is ParseErrorAction ? ExitCode.Unusable : code;
    }

    private static RootCommand Build(TimeProvider time)
    {
        var common = new CommonOptions { Time = time };
        var root = new RootCommand(About)
        {
            common.Definition,
            GenerateCommand.Create(common),
            CheckCommand.Create(common),
            TreeCommands.Lint(common),
            RenderVerb.Create(common),
            PlanCommand.Create(common),
            TreeCommands.Graph(common),
            TextCommands.Schema(),
            TextCommands.Init(),
        };
        root.SetAction((result, cancellationToken) => GenerateCommand.RunAsync(common.Workplace(result), force: false, cancellationToken));
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpWithExamples((HelpAction)help.Action!);
        return root;
    }
}
