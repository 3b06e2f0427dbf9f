using System.CommandLine;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>lint</c>: finds what Flux, Helm or Kubernetes would refuse.</summary>
internal static class LintCommand
{
    public static Command Create(TreeOptions tree)
    {
        var clusters = TreeOptions.Clusters("Only this cluster.");
        var watch = new Option<bool>("--watch") { Description = "Go on, and check again what each change concerns." };
        var command = new Command("lint", "Checks the tree on disk, manual edits included, without a cluster.")
        {
            clusters, watch, tree.Format,
        };
        command.SetAction((result, cancellationToken) => Task.Run(
            () => result.GetValue(watch)
                ? LintWatch.Run(tree.Context(result), result.GetValue(clusters) ?? [], cancellationToken)
                : Task.FromResult(Run(tree.Context(result), result.GetValue(clusters) ?? [])),
            cancellationToken).WaitAsync(cancellationToken));
        return command;
    }

    private static int Run(CommandContext context, string[] requested)
    {
        if (LintInput.Read(context, requested) is not { } input)
        {
            return ExitCode.Unusable;
        }

        context.BeginStep("checking the tree", input.Platform);
        return Report(context, input, Linter.Check(input.Files, LintOptions.Of(input.Platform), LintRules.All, input.Clusters));
    }

    /// <summary>Prints the findings that are not ignored, and returns the exit code.</summary>
    internal static int Report(CommandContext context, LintInput input, ImmutableArray<Finding> found)
    {
        var (platform, files, clusters) = (input.Platform, input.Files, input.Clusters);
        found = input.IsWhole
            ? [.. DefinitionWarnings.Of(context, input.Definition, found), .. Linter.Missing(platform, files, clusters), .. found] : found;
        var (left, ignored) = IgnoredFindings.Split(files, found,
            platform.Lint, input.IsWhole ? index => Unused(context, input.Definition, index) : null);
        var findings = Folding.Fold(left, clusters.ToHashSet(StringComparer.Ordinal));
        if (context.Format != OutputFormat.Text)
        {
            context.Report(findings, json =>
            {
                json.WriteNumber("rules", LintRules.About.Count);
                json.WriteList("ignored", ignored, kept =>
                {
                    json.WriteString("rule", kept.Finding.Rule);
                    json.WriteString("file", kept.Finding.File);
                    json.WriteNumber("line", kept.Finding.Position.Line);
                    json.WriteString("reason", kept.Reason);
                });
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

        return findings.Any(finding => finding.Rule == Finding.InternalError) ? ExitCode.InternalError
            : findings.Any(finding => finding.Severity == Severity.Error) ? ExitCode.Findings
            : ExitCode.Success;
    }

    /// <summary>
    /// An entry of <c>lint.ignore</c> that matches no finding, at its place in the file; null if this clone cannot decide it.
    /// </summary>
    private static Finding? Unused(CommandContext context, PlatformReading.Valid definition, int index)
    {
        var (platform, root) = definition;
        var entry = platform.Lint.Ignore[index];
        if (DefinitionWarnings.DependsOnTheClone(context, platform, entry.Rule))
        {
            return null;
        }

        return new Finding
        {
            Rule = IgnoredFindings.RuleUnused,
            File = Path.GetFileName(context.DefinitionPath),
            Position = root.ItemsAt(LintSettings.Key, LintSettings.IgnoreKey).ElementAtOrDefault(index)?.Position ?? Position.None,
            Message = $"This entry keeps no finding of {entry.Rule} back{(entry.Path is { } path ? $" in {Printable.Of(path)}" : "")}.",
            Fix = "Delete it, or fix its path.",
        };
    }
}

/// <summary>What is checked: clusters of a tree; <c>IsWhole</c> if these are all of them.</summary>
internal sealed record LintInput(
    PlatformReading.Valid Definition, SourceTree Files, IReadOnlyCollection<string> Clusters, bool IsWhole)
{
    public Platform Platform => Definition.Platform;

    /// <summary>Prints what to do and returns null if there is nothing to check.</summary>
    public static LintInput? Read(CommandContext context, string[] requested) =>
        context.ReadConsistentDefinition() is { } definition ? Read(context, definition, requested) : null;

    /// <inheritdoc cref="Read(CommandContext, string[])"/>
    public static LintInput? Read(CommandContext context, PlatformReading.Valid definition, string[] requested) =>
        context.ReadTree() is { } files && context.SelectClusters([.. FluxTree.ClustersOf(files)], requested) is { } clusters
            ? new LintInput(definition, files, clusters, requested.Length == 0)
            : null;
}
