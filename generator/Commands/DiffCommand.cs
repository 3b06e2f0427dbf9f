using System.CommandLine;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>diff</c>: the objects of each cluster before and after, as a unified diff.</summary>
internal static class DiffCommand
{
    public static Command Create(TreeOptions tree)
    {
        var against = TreeOptions.Against();
        var clusters = TreeOptions.Clusters("Only this cluster.");
        var most = new Option<int>("--most")
        {
            Description = "The most characters to print, whole lines; a comment on GitHub takes 65536.",
            DefaultValueFactory = _ => int.MaxValue,
            HelpName = "characters",
        };
        var command = new Command("diff", "Shows what each cluster receives as a unified diff, after kustomize and substitution.")
        {
            against, clusters, most,
        };
        command.SetAction((result, cancellationToken) => RunAsync(
            tree.Context(result), result.GetValue(against)!, result.GetValue(clusters) ?? [], result.GetValue(most), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context, string against, string[] asked, int most, CancellationToken cancellationToken)
    {
        if (context.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        try
        {
            context.Begin($"comparing the tree with {against}, the objects", platform);
            var before = await GitTree.ReadAsync(context.Root, against, cancellationToken).ConfigureAwait(false);
            var after = TargetTree.Of(context.Root, Tree.Build(platform));
            var known = FluxTree.ClustersOf(before).Union(FluxTree.ClustersOf(after), StringComparer.Ordinal).Order(StringComparer.Ordinal);
            if (context.ClustersAmong([.. known], asked) is not { } clusters)
            {
                return ExitCode.Unusable;
            }

            var lines = clusters.SelectMany(cluster => ObjectDiff.Of(cluster, before, after, platform.Flux.StrictSubstitution));
            Write(lines, most, context);
            return ExitCode.Fine;
        }
        catch (GitException exception)
        {
            context.Error.WriteLine(exception.Message);
            return ExitCode.Unusable;
        }
    }

    private static void Write(IEnumerable<string> diffs, int most, CommandContext context)
    {
        var left = most;
        foreach (var line in diffs.SelectMany(diff => diff.Split('\n', StringSplitOptions.RemoveEmptyEntries)))
        {
            if ((left -= line.Length + 1) < 0)
            {
                context.Output.WriteLine("... and more: run diff in the repository.");
                return;
            }

            context.Output.WriteLine(context.Ink.Diff(line));
        }
    }
}
