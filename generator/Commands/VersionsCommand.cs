using System.CommandLine;
using System.Text.Json;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Commands;

/// <summary><c>versions</c>: shows the definition's versions, newer ones, and the known faults in between.</summary>
internal static class VersionsCommand
{
    private const string Rule = "known-fault";

    public static Command Create(TreeOptions tree)
    {
        var accept = new Option<string[]>("--accept")
        {
            Description = "A fault that you know of. May be given several times; 'accepted' in the definition keeps it.",
            HelpName = "id",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("versions", "Compares charts, programs and images with the newest known ones and lists the known faults.")
        {
            accept, tree.Format,
        };
        command.SetAction(result => Run(tree.Context(result), result.GetValue(accept) ?? []));
        return command;
    }

    private static int Run(CommandContext context, string[] accepted)
    {
        if (context.ReadDefinition() is not { Platform: { } platform })
        {
            return ExitCode.Unusable;
        }

        var today = DateOnly.FromDateTime(context.Time.GetUtcNow().UtcDateTime);
        var rows = DeliveredVersions.Of(platform);
        DeliveredFault[] faults = [.. rows.SelectMany(row => DeliveredFault.Of(row, platform, accepted, today))];
        var open = faults.Where(fault => fault.IsOpen).ToArray();
        foreach (var unknown in accepted.Distinct().Where(id => KnownVersions.Instance.Faults.All(fault => fault.Id != id)))
        {
            context.Error.WriteLine($"--accept '{Printable.Of(unknown)}' is not the id of a fault that this program knows, and accepts "
                + "nothing. Write an id as versions prints it, or leave it away.");
        }

        if (context.Format == OutputFormat.Text)
        {
            Write(context, platform, rows, faults, today);
        }
        else
        {
            context.Report(open.Select(fault => Finding(fault, context)), json => Write(json, platform, rows, faults, today),
                LintRules.About.Add(Rule, "A known fault affects what is delivered, and the definition does not accept it."));
        }

        return open.Length > 0 ? ExitCode.Findings : ExitCode.Success;
    }

    private static void Write(
        CommandContext context, Platform platform, IReadOnlyList<DeliveredVersion> rows, DeliveredFault[] faults, DateOnly today)
    {
        var (output, known) = (context.Output, KnownVersions.Instance);
        if (!context.Quiet)
        {
            var width = rows.Max(row => row.Name.Length);
            output.WriteLine($"{"".PadRight(width)}  {"pinned",-12} newest known on {known.ReadOn}");
            foreach (var row in rows)
            {
                var line = $"{row.Name.PadRight(width)}  {row.Pinned,-12} {row.Product?.Newest?.ToString() ?? "unknown",-10}"
                    + (row.Clusters.Length == platform.Clusters.Length ? "" : $" {string.Join(", ", row.Clusters)}")
                    + string.Concat(row.Remarks(platform, today).Select(remark => "  " + context.Ink.Yellow(remark)));
                output.WriteLine(line.TrimEnd());
            }
        }

        foreach (var same in faults.Where(fault => !context.Quiet || fault.IsOpen).GroupBy(fault => (fault.Fault.Id, fault.State)))
        {
            var (fault, states) = (same.First(), string.Join(", ", same.Select(one => $"{one.In.Name} {one.In.Pinned}").Distinct()));
            output.WriteLine($"{fault.Fault.Id} in {states}, {fault.Fault.Fix}: {State(fault, context.Ink)}: "
                + $"{fault.Fault.What}.");
            if (fault.IsOpen)
            {
                output.WriteLine($"  {fault.Fault.Source}");
            }
        }

        foreach (var pinned in rows.Where(row => row is { Name: "CoreDNS", Version: null }).Select(row => row.Pinned).Distinct())
        {
            output.WriteLine(pinned == DeliveredVersions.Unknown
                ? "The chart is newer than what this program knows: the faults of its CoreDNS are unknown."
                : $"The image tag '{pinned}' of CoreDNS is not a version, so its faults are unknown. Write the tag of a release.");
        }

        foreach (var idle in platform.Accepted
            .Where(one => faults.All(fault => fault.Fault.Id != one.Id || fault.State == FaultState.NotAffected)))
        {
            output.WriteLine($"{idle.Id} is accepted in the definition and affects nothing that is delivered. Delete it there.");
        }

        var open = faults.Where(fault => fault.IsOpen).Select(fault => fault.Fault.Id).Distinct().Count();
        if (open > 0)
        {
            output.WriteLine($"{open} known fault{(open == 1 ? " affects" : "s affect")} what is delivered. {Docs.Page("upgrades.md")} "
                + "shows how to move to newer versions. To accept one, write 'accepted: [{id, reason, until}]' in the definition.");
        }
    }

    private static string State(DeliveredFault fault, Ink ink) => fault.State switch
    {
        FaultState.NotAffected => $"not affected, needs {fault.Fault.Needs}",
        FaultState.Accepted when fault.Accepted is { } own => $"accepted until {own.Until:O}, {own.Reason.TrimEnd('.')}",
        FaultState.Accepted => "accepted",
        FaultState.Expired => ink.Red($"affected, accepted until {fault.Accepted!.Until:O} only"),
        _ => ink.Red(fault.Fault.Only is { } only ? $"affected where {only}" : "affected"),
    };

    private static Finding Finding(DeliveredFault fault, CommandContext context) => new()
    {
        Rule = Rule,
        File = Path.GetFileName(context.DefinitionPath),
        Message = $"{fault.Fault.Id} affects {fault.In.Name} {fault.In.Pinned}"
            + (fault.State == FaultState.Expired ? $", accepted until {fault.Accepted!.Until:O} only" : "") + $": {fault.Fault.What}.",
        Fix = (fault.Fault.FixedIn.IsEmpty ? "No version with a fix is known: accept it"
                : $"Take {fault.Fault.Product} {string.Join(", ", fault.Fault.FixedIn)} or later, or accept it")
            + $" with a reason and a day. {fault.Fault.Source}",
    };

    private static void Write(
        Utf8JsonWriter json, Platform platform, IReadOnlyList<DeliveredVersion> rows, DeliveredFault[] faults, DateOnly today)
    {
        json.WriteString("read", KnownVersions.Instance.ReadOn);
        json.WriteList("versions", rows, row =>
        {
            json.WriteString("name", row.Name);
            json.WriteString("image", row.Image);
            json.WriteString("pinned", row.Pinned);
            json.WriteString("newest", row.Product?.Newest?.ToString());
            json.WriteString("source", row.Product?.Source.ToString());
            json.WriteTexts("clusters", row.Clusters);
            json.WriteTexts("remarks", row.Remarks(platform, today));
        });
        json.WriteList("faults", faults, fault =>
        {
            json.WriteString("id", fault.Fault.Id);
            json.WriteString("in", fault.In.Name);
            json.WriteString("pinned", fault.In.Pinned);
            json.WriteString("product", fault.Fault.Product);
            json.WriteString("fixedIn", fault.Fault.FixedIn.IsEmpty ? null : string.Join(", ", fault.Fault.FixedIn));
            json.WriteString("state", fault.Word);
            json.WriteString("what", fault.Fault.What);
            json.WriteString("source", fault.Fault.Source.ToString());
            json.WriteString("reason", fault.Accepted?.Reason);
            json.WriteString("until", fault.Accepted is { } own ? $"{own.Until:O}" : null);
            json.WriteTexts("clusters", fault.In.Clusters);
        });
    }
}
