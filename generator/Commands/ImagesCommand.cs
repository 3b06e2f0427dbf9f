using System.CommandLine;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>images</c>: lists the charts and images of the tree, for a mirror.</summary>
internal static class ImagesCommand
{
    public static Command Create(TreeOptions tree)
    {
        var clusters = TreeOptions.Clusters("Only this cluster.");
        var command = new Command("images", "Lists the charts and images that the clusters pull, for a mirror or a scanner.")
        {
            clusters, tree.Format,
        };
        command.SetAction((result, cancellationToken) => Task.Run(
            () => Run(tree.Context(result), result.GetValue(clusters) ?? [], cancellationToken), cancellationToken)
            .WaitAsync(cancellationToken));
        return command;
    }

    private static int Run(CommandContext context, string[] requested, CancellationToken cancellationToken)
    {
        if (context.ReadDefinition() is not { Platform: { } platform } || context.ReadTree() is not { } files)
        {
            return ExitCode.Unusable;
        }

        context.BeginStep("reading the tree", platform);
        var tree = new FluxTree(files);
        if (context.SelectClusters([.. tree.Clusters()], requested) is not { } clusters)
        {
            return ExitCode.Unusable;
        }

        var options = LintOptions.Of(platform);
        var built = clusters.Select(name => (Name: name, Cluster: tree.Cluster(name, options.In(name).StrictSubstitution))).ToArray();

        // What Flux or this program cannot build is not in the list, and a mirror without it is not whole.
        Finding[] left =
        [
            .. built.SelectMany(pair => pair.Cluster.Layers.SelectMany(layer => layer.Findings)).Distinct(),
        ];
        var delivered = built.SelectMany(pair => Delivered.Of(pair.Cluster).Select(item => (Item: item, Cluster: pair.Name)))
            .GroupBy(pair => pair.Item, pair => pair.Cluster)
            .Select(group => (Item: group.Key, Clusters: group.Distinct().ToArray()))
            .Select(row => (row.Item, row.Clusters, Beside: ClustersOutsideMirror(platform, row.Item, row.Clusters)))
            .OrderBy(row => row.Item.Kind, StringComparer.Ordinal).ThenBy(row => row.Item.Reference, StringComparer.Ordinal).ToArray();
        var drift = DriftCheck.Run(context.Request(platform), cancellationToken);
        if (drift.Files.Any(file => file.Cause is not (DriftCause.Foreign or DriftCause.Lock)))
        {
            context.Error.WriteLine($"{Layout.Root}/ is not as {Path.GetFileName(context.DefinitionPath)} says now, and this is what the "
                + "files have: run generate first, or check to see what differs.");
        }

        var code = left.Length > 0 ? ExitCode.Findings : ExitCode.Success;
        if (context.Format != OutputFormat.Text)
        {
            context.Report(left, json => json.WriteList("delivered", delivered, row =>
            {
                json.WriteString("kind", row.Item.Kind);
                json.WriteString("reference", row.Item.Reference);
                json.WriteString("digest", row.Item.Digest);
                json.WriteBoolean("pinned", row.Item.IsPinned);
                json.WriteString("digestCommand", row.Item.DigestCommand);
                json.WriteTexts("clusters", row.Clusters);
                json.WriteTexts("besideImageRegistry", row.Beside);
            }));
            return code;
        }

        foreach (var (item, names, beside) in delivered)
        {
            context.Output.WriteLine(
                $"{item.Kind} {item.Reference}{(names.Length == clusters.Count ? "" : $"  ({string.Join(", ", names)})")}");
            if (!item.IsPinned)
            {
                context.Output.WriteLine(item.Digest is { } digest ? $"      published as {digest}"
                    : $"      digest not known; ask for it: {item.DigestCommand}");
            }

            if (beside.Length > 0)
            {
                context.Output.WriteLine(
                    $"      not from imageRegistry in {string.Join(", ", beside)}: another repository stays as it is written");
            }
        }

        context.Write(left, context.Error);
        if (left.Length > 0)
        {
            context.Error.WriteLine("The list is not whole: it lacks what cannot be built. Correct that, and run this again.");
        }

        return code;
    }

    /// <summary>The clusters that have a mirror but pull this image from elsewhere.</summary>
    private static string[] ClustersOutsideMirror(Platform platform, Delivered item, string[] clusters)
    {
        string[] beside = item.Kind != Delivered.Image ? []
            : [.. platform.Clusters.Where(cluster => cluster.Workloads.BypassesMirror(item.Reference))
                .Select(cluster => cluster.Name.Text)];
        return beside.Length == 0 ? [] : [.. beside.Intersect(clusters, StringComparer.Ordinal)];
    }
}
