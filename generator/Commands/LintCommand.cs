using System.CommandLine;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>lint</c>: what Flux, Helm or Kubernetes would refuse.</summary>
internal static class LintCommand
{
    public static Command Create(TreeOptions tree)
    {
        var clusters = TreeOptions.Clusters("Only this cluster.");
        var command = new Command("lint", "Checks the tree on disk, manual edits included, without a cluster.") { clusters, tree.Format };
        command.SetAction((result, cancellationToken) => Task.Run(
            () => Run(tree.Context(result), result.GetValue(clusters) ?? []), cancellationToken).WaitAsync(cancellationToken));
        return command;
    }

    private static int Run(CommandContext context, string[] asked)
    {
        if (context.ReadPlatform() is not { } platform || context.ReadTree() is not { } files)
        {
            return ExitCode.Unusable;
        }

        if (context.ClustersAmong([.. FluxTree.ClustersOf(files)], asked) is not { } clusters)
        {
            return ExitCode.Unusable;
        }

        context.Begin("checking the tree", platform);
        var (findings, ignored) = IgnoredFindings.Split(
            files, Linter.Check(files, LintOptions.Of(platform), LintRules.All, clusters));
        if (context.Format != OutputFormat.Text)
        {
            context.Report(findings, json =>
            {
                json.WriteNumber("rules", LintRules.About.Count);
                json.WriteStartArray("ignored");
                foreach (var (finding, reason) in ignored)
                {
                    json.WriteStartObject();
                    json.WriteString("rule", finding.Rule);
                    json.WriteString("file", finding.File);
                    json.WriteNumber("line", finding.Position.Line);
                    json.WriteString("reason", reason);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            });
        }
        else
        {
            context.Write(findings, context.Output);
            if (!context.Quiet)
            {
                foreach (var (finding, reason) in context.Verbose ? ignored : [])
                {
                    context.Output.WriteLine($"{finding.File}:{finding.Position}: {finding.Rule} is ignored: {Printable.Of(reason)}");
                }

                context.Output.WriteLine(findings.Length switch
                {
                    0 => $"No findings under {LintRules.About.Count} rules",
                    1 => "1 finding",
                    var count => $"{count} findings",
                } + (ignored.IsEmpty ? "." : $", {ignored.Length} ignored with a reason (--verbose lists them)."));
            }
        }

        return findings.IsEmpty ? ExitCode.Fine
            : findings.Any(finding => finding.Rule == Linter.RuleInternalError) ? ExitCode.InternalError
            : ExitCode.Findings;
    }
}
