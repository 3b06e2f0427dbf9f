using System.CommandLine;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Yaml;

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
        var (left, ignored) = IgnoredFindings.Split(files, Linter.Check(files, LintOptions.Of(platform), LintRules.All, clusters),
            platform.Lint, asked.Length > 0 ? null : index => Unused(context, platform.Lint.Ignore[index], index));
        var findings = Folding.Fold(left, clusters.ToHashSet(StringComparer.Ordinal));
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

                var errors = findings.Count(finding => finding.Severity == Severity.Error);
                context.Output.WriteLine(findings.Count switch
                {
                    0 => $"No findings under {LintRules.About.Count} rules",
                    1 => "1 finding",
                    var count => $"{count} findings",
                } + (errors < findings.Count ? $", {errors} of them {(errors == 1 ? "an error" : "errors")}" : "")
                + (ignored.IsEmpty ? "." : $", {ignored.Length} ignored with a reason (--verbose lists them)."));
            }
        }

        return findings.Any(finding => finding.Rule == Linter.RuleInternalError) ? ExitCode.InternalError
            : findings.Any(finding => finding.Severity == Severity.Error) ? ExitCode.Findings
            : ExitCode.Fine;
    }

    /// <summary>An entry of the definition that keeps nothing back, at its place in the file.</summary>
    private static Finding Unused(CommandContext context, RuleIgnored entry, int index)
    {
        var file = Path.GetFileName(context.DefinitionPath);
        var root = YamlReader.Read(file, File.ReadAllBytes(context.DefinitionPath), YamlOptions.Tree).Documents.FirstOrDefault() as Mapping;
        return new Finding
        {
            Rule = IgnoredFindings.RuleUnused,
            File = file,
            Position = root?.ItemsAt(LintSettings.Key, LintSettings.IgnoreKey).ElementAtOrDefault(index)?.Position ?? Position.None,
            Message = $"This entry keeps no finding of {entry.Rule} back{(entry.Path is { } path ? $" in {Printable.Of(path)}" : "")}.",
            Fix = "Delete it, or fix its path.",
        };
    }
}
