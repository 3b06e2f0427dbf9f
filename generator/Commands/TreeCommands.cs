using System.CommandLine;
using PlatformGitOps.Generator.Graph;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The verbs that look at the tree on disk, hand edits included: <c>lint</c> and <c>graph</c>.</summary>
internal static class TreeCommands
{
    public static Command Lint(CommonOptions common) =>
        Look(common, "lint", "Checks the tree on disk, hand edits included, without a cluster.", LintCommand.Run);

    public static Command Graph(CommonOptions common) =>
        Look(common, "graph", "Prints the graph of Flux Kustomizations as Mermaid.", GraphCommand.Run);

    private static Command Look(CommonOptions common, string name, string description, Func<string, LintOptions, TextWriter, TextWriter, int> run)
    {
        var command = new Command(name, description);
        command.SetAction(result =>
        {
            var place = common.Workplace(result);
            return place.ReadPlatform() is { } platform
                ? run(place.Root, LintOptions.Of(platform), place.Output, place.Error)
                : ExitCode.Unusable;
        });
        return command;
    }
}
