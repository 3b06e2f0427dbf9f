using System.CommandLine;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>versions</c>: what the definition pins, what is newer, and the known faults in between.</summary>
internal static class VersionsCommand
{
    public static Command Create(TreeOptions tree)
    {
        var accept = new Option<string[]>("--accept")
        {
            Description = "A fault that you know of. May be given several times.",
            HelpName = "id",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("versions", "Compares the pinned versions with the newest known ones and lists the faults in between.")
        {
            accept,
        };
        command.SetAction(result => Run(tree.Context(result), result.GetValue(accept) ?? []));
        return command;
    }

    private static int Run(CommandContext context, string[] accepted)
    {
        if (context.ReadPlatform() is not { } platform)
        {
            return ExitCode.Unusable;
        }

        var known = KnownVersions.Instance;
        if (!context.Quiet)
        {
            context.Output.WriteLine($"{"",-22} {"pinned",-10} newest known on {known.ReadOn}");
            foreach (var row in known.Of(platform))
            {
                var pinned = row.Pinned?.ToString() ?? "unknown";
                context.Output.WriteLine($"{row.Name,-22} {pinned,-10} {row.Newest?.ToString() ?? "unknown"}"
                    + (row.Supported ? "" : context.Ink.Red("  its authors make no fixes for the pinned version anymore")));
            }
        }

        if (known.FaultsOf(platform) is not { } all)
        {
            context.Output.WriteLine("The chart is newer than what this program knows: its faults are unknown.");
            return ExitCode.Fine;
        }

        var faults = all.ToArray();
        var open = faults.Where(fault => fault.Affects && !accepted.Contains(fault.Id)).ToArray();
        foreach (var fault in context.Quiet ? open : faults)
        {
            var state = !fault.Affects ? "not affected" : accepted.Contains(fault.Id) ? "accepted" : context.Ink.Red("affected");
            context.Output.WriteLine($"{fault.Id}, fixed in CoreDNS {fault.FixedIn}: {state}: {fault.What}.");
        }

        if (open.Length > 0)
        {
            context.Output.WriteLine($"{open.Length} known faults affect what is delivered. docs/version-drift.md has the road to newer "
                + "versions; --accept <id> ends without an error.");
        }

        return open.Length > 0 ? ExitCode.Findings : ExitCode.Fine;
    }
}
