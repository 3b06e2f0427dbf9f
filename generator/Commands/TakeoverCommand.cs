using System.CommandLine;
using PlatformGitOps.Generator.Takeover;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>takeover</c>: checks whether the tree's release can replace the DNS of a live cluster.</summary>
internal static class TakeoverCommand
{
    public static Command Create(TreeOptions tree)
    {
        var check = LiveOptions.CheckOption();
        var live = new LiveOptions();
        var command = new Command("takeover",
            "Says whether the tree's CoreDNS can replace the DNS of a live cluster, what to do first, or why it cannot.")
        {
            check, live.Cluster, live.Context, live.KubeConfig, tree.Format,
        };
        command.SetAction((result, cancellationToken) =>
            RunAsync(tree.Context(result), live.Selection(result), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, LiveSelection choice, CancellationToken cancellationToken)
    {
        if (context.ReadDefinition() is not { Platform: { } platform } || choice.FindCluster(platform, context) is not { } cluster)
        {
            return ExitCode.Unusable;
        }

        return await LiveOptions.GuardedAsync(context, async () =>
        {
            context.Progress.Begin($"reading cluster {cluster.Name}");
            var kubectl = choice.Kubectl();
            var objects = ImmutableArray.CreateBuilder<Manifest>();
            foreach (var (kind, @namespace) in TakeoverCheck.Kinds)
            {
                objects.AddRange(await kubectl.ListAsync(kind, @namespace, cancellationToken));
            }

            if (await choice.IdentifyAsync(cluster, platform, context, cancellationToken) is not { } identity)
            {
                return ExitCode.Unusable;
            }

            var result = TakeoverCheck.Of(
                objects.ToImmutable(), cluster, context.DefinitionPath.Replace('\\', '/'), identity.Name == cluster.Name.Text);
            Write(result, context);
            return result.Refused ? ExitCode.Refused : result.Ready ? ExitCode.Success : ExitCode.Findings;
        });
    }

    private static void Write(TakeoverResult result, CommandContext context)
    {
        if (context.Format != OutputFormat.Text)
        {
            var file = Path.GetFullPath(context.DefinitionPath);
            context.Report(result.Findings.Select(finding => finding with { File = file }), json =>
            {
                json.WriteString("distribution", result.Distribution.Name);
                json.WriteBoolean("refused", result.Refused);
                json.WriteBoolean("replaceable", result.Replaceable);
            });
            return;
        }

        context.Write(result.Findings, context.Output);
        if (!context.Quiet)
        {
            context.Output.WriteLine($"{result.Distribution.Name}: {result.State} " + result switch
            {
                { Replaceable: false } => "Refused: this DNS cannot be replaced.",
                { Refused: true } => "Refused: do not deliver the tree before the findings above are settled.",
                { Ready: true } => "The tree can be delivered.",
                _ => $"Follow {result.Distribution.Page} before you deliver the tree.",
            });
        }
    }
}
