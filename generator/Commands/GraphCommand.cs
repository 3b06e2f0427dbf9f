using System.CommandLine;
using PlatformGitOps.Generator.Graph;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>graph</c>: the order in which Flux applies a cluster.</summary>
internal static class GraphCommand
{
    public static Command Create(TreeOptions tree)
    {
        var command = new Command("graph", "Prints the graph of Flux Kustomizations as Mermaid.");
        command.SetAction((result, cancellationToken) =>
            Task.Run(() => Run(tree.Context(result)), cancellationToken).WaitAsync(cancellationToken));
        return command;
    }

    private static int Run(CommandContext context)
    {
        if (context.ReadPlatform() is null || context.ReadTree() is not { } files)
        {
            return ExitCode.Unusable;
        }

        context.Output.Write(KustomizationGraph.Mermaid(files));
        return ExitCode.Fine;
    }
}
