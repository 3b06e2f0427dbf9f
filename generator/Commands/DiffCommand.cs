using System.CommandLine;
using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>diff</c>: shows the objects of each cluster before and after, as a unified diff.</summary>
internal static class DiffCommand
{
    public static Command Create(TreeOptions tree)
    {
        var clusters = TreeOptions.Clusters("Only this cluster.");
        var most = new Option<int>("--most")
        {
            Description = "The most characters to print, whole lines; a comment on GitHub takes 65536.",
            DefaultValueFactory = _ => int.MaxValue,
            HelpName = "characters",
        };
        most.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number < 1)
            {
                result.AddError("--most takes a number of characters from 1 on.");
            }
        });
        var command = new Command("diff", "Shows what each cluster receives as a unified diff, after kustomize and substitution.")
        {
            clusters, most,
        };
        var trees = new ComparedTrees(command);
        command.SetAction((result, cancellationToken) => RunAsync(
            tree.Context(result), trees.Selection(result), result.GetValue(clusters) ?? [], result.GetValue(most), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(
        CommandContext context, TreeSelection trees, string[] requested, int most, CancellationToken cancellationToken)
    {
        if (context.ReadConsistentDefinition() is not { Platform: { } platform })
        {
            return ExitCode.Unusable;
        }

        try
        {
            var before = await GitTree.ReadAsync(context.Root, trees.Against, cancellationToken);
            var (after, drift) = await trees.AfterAsync(context, platform, cancellationToken);
            context.BeginStep($"comparing the tree with {trees.Against}, the objects", platform);
            var known = FluxTree.ClustersOf(before).Union(FluxTree.ClustersOf(after), StringComparer.Ordinal).Order(StringComparer.Ordinal);
            if (context.SelectClusters([.. known], requested) is not { } clusters)
            {
                return ExitCode.Unusable;
            }

            var isStrict = TreeSelection.IsStrict(platform);
            var objects = new ObjectDiff(before, after);
            var diffs = clusters.AsParallel().AsOrdered().WithCancellation(cancellationToken)
                // PLINQ's own SelectMany does not compile with native AOT.
                .Select(cluster => objects.Of(cluster, isStrict(cluster)).Select(diff => (cluster, diff)).ToArray())
                .AsSequential().SelectMany(several => several);
            Write(context.Verbose ? diffs.Select(pair => pair.diff) : ObjectDiff.Folded(diffs), most, context);
            DriftText.Render(drift with { Effects = [] }, [], context.Error, default, context.Quiet, context.Verbose);
            return ExitCode.Success;
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
