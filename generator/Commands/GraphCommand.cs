using System.CommandLine;
using PlatformGitOps.Generator.Graph;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>graph</c>: shows the order in which Flux applies a cluster.</summary>
internal static class GraphCommand
{
    public static Command Create(TreeOptions tree)
    {
        var clusters = TreeOptions.Clusters("Only this cluster; GitHub draws about twenty of them at most.");
        var command = new Command("graph", "Prints the graph of Flux Kustomizations as Mermaid.") { clusters };
        command.SetAction((result, cancellationToken) => Task.Run(
            () => Run(tree.Context(result), result.GetValue(clusters) ?? []), cancellationToken).WaitAsync(cancellationToken));
        return command;
    }

    private static int Run(CommandContext context, string[] requested)
    {
        if (context.ReadDefinition() is not { Platform: { } platform } || context.ReadTree() is not { } files)
        {
            return ExitCode.Unusable;
        }

        if (context.SelectClusters([.. FluxTree.ClustersOf(files)], requested) is not { } clusters)
        {
            return ExitCode.Unusable;
        }

        context.BeginStep("drawing the Kustomizations", platform);
        var (tree, options) = (new FluxTree(files), LintOptions.Of(platform));
        FluxCluster[] drawn = [.. clusters.Select(name => tree.Cluster(name, options.In(name).StrictSubstitution))];
        context.Output.Write(KustomizationGraph.Mermaid(drawn));
        Finding[] left = [.. drawn.SelectMany(cluster => cluster.Layers).SelectMany(layer => layer.Findings).Distinct()];
        if (left.Length == 0)
        {
            return ExitCode.Success;
        }

        context.Write(left, context.Error);
        context.Error.WriteLine("The graph is not whole: it lacks what cannot be built. Correct that, and run this again.");
        return ExitCode.Findings;
    }
}
