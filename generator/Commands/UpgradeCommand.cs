using System.CommandLine;
using System.CommandLine.Completions;
using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Plan;
using PlatformGitOps.Generator.Render;
using PlatformGitOps.Generator.Upgrade;

namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// <c>upgrade coredns</c>: writes another version of the chart into the definition, and shows what changes in the clusters.
/// </summary>
internal static class UpgradeCommand
{
    public static Command Create(TreeOptions tree)
    {
        var to = new Option<string>("--to") { Description = "The version of the chart.", HelpName = "version", Required = true };
        to.CompletionSources.Add(_ => CoreDnsChart.Delivered.Select(version => new CompletionItem(version.ToString())));
        var write = new Option<bool>("--write") { Description = "Write the definition. Without it, only the differences are shown." };
        var force = new Option<bool>("--force") { Description = "Allow what is refused: an unknown version, live DNS in danger." };
        var unseen = new Option<bool>("--without-objects") { Description = "Write although the charts' own objects were not compared." };
        var charts = new Option<string?>("--charts")
        {
            Description = "A folder with archives such as coredns-1.38.0.tgz: helm renders both versions, and their objects are compared.",
            HelpName = "folder",
        };
        var coreDns = new Command("coredns", "Another version of the coredns chart.") { to, write, force, unseen, charts };
        coreDns.SetAction((result, cancellationToken) => RunAsync(
            tree.Context(result), result.GetValue(to)!,
            new Allowed(result.GetValue(write), result.GetValue(force), result.GetValue(unseen) || result.GetValue(charts) is not null),
            result.GetValue(charts), cancellationToken));
        return new Command("upgrade", "Changes a version in the definition and shows what that changes in the clusters.") { coreDns };
    }

    private static async Task<int> RunAsync(
        CommandContext context, string to, Allowed allowed, string? charts, CancellationToken cancellationToken)
    {
        if (!SemVer.TryParse(to, out var target, out var problem))
        {
            context.Error.WriteLine($"--to '{Printable.Of(to)}' {problem}.");
            return ExitCode.Unusable;
        }

        if (charts is "")
        {
            context.Error.WriteLine(
                "The name of the folder behind --charts is empty. Write the folder with the archives, '.' for this one.");
            return ExitCode.Unusable;
        }

        if (context.ReadDefinition() is not { Platform: { } before })
        {
            return ExitCode.Unusable;
        }

        var from = before.Charts[CoreDnsApp.ChartKey].Version;
        if (from == target)
        {
            context.Output.WriteLine($"The definition has chart coredns {target} already. Nothing is written.");
            return ExitCode.Success;
        }

        if (charts is not null && ChartArchives.Problems(charts, from, target).ToArray() is { Length: > 0 } problems)
        {
            foreach (var line in problems.Append("Nothing was written."))
            {
                context.Error.WriteLine(Printable.Of(line));
            }

            return ExitCode.Unusable;
        }

        if (Edit(context, before.Charts[CoreDnsApp.ChartKey], target) is not var (after, edited))
        {
            return ExitCode.Unusable;
        }

        context.BeginStep($"comparing chart coredns {from} with {target}, the objects", after);
        var plan = UpgradePlan.Of(before, after, context.Root, cancellationToken);
        Show(context, plan, allowed.Force);
        if (charts is null)
        {
            context.Output.WriteLine("The chart's own objects were not compared: name a folder of archives with --charts (needs helm).");
        }
        else if (await WithObjectsAsync(context, plan, charts, cancellationToken) is { } whole)
        {
            plan = whole;
        }
        else
        {
            return ExitCode.Unusable;
        }

        return End(context, plan, allowed, edited);
    }

    /// <summary>The definition with the other version; prints the reason and returns null if that is not possible.</summary>
    private static (Platform After, Edited Edited)? Edit(CommandContext context, ChartPin pin, SemVer target)
    {
        var seen = ContentHash.OfFile(context.DefinitionPath);
        var old = Encoding.UTF8.GetString(File.ReadAllBytes(context.DefinitionPath));
        // Flux pulls the digest and ignores the version beside it.
        if (DefinitionEdit.WithChartVersion(old, CoreDnsApp.ChartKey, target) is not { } versioned
            || DefinitionEdit.WithoutChartDigest(versioned, CoreDnsApp.ChartKey) is not { } text)
        {
            return Refuse(ByHand(context, target, pin.Digest));
        }

        var reading = PlatformText.Read(context.DefinitionPath, Encoding.UTF8.GetBytes(text),
            PlatformFile.FileReader(context.DefinitionPath), PlatformFile.ManifestFolderTest(context.DefinitionPath));
        if (reading is PlatformReading.Invalid { Findings: var findings })
        {
            context.Write(findings, context.Error);
            return Refuse($"With chart coredns {target} the definition would be refused. Nothing was written.");
        }

        if (reading is not PlatformReading.Valid { Platform: var after }
            || after.Charts[CoreDnsApp.ChartKey] is not { Digest: null } now || now.Version != target)
        {
            return Refuse(ByHand(context, target, pin.Digest));
        }

        return after.Clusters.All(cluster => cluster.Pins.Charts.ContainsKey(CoreDnsApp.ChartKey))
            ? Refuse("Each cluster has a version of its own (charts.coredns.version in clusters, groups or defaults), so the key "
                + $"charts.coredns.version would change none of them. Write {target} there. Nothing was written.")
            : (after, new Edited(text, seen, Deleted(now, pin.Version, pin.Digest)));

        (Platform, Edited)? Refuse(string message)
        {
            context.Error.WriteLine(message);
            return null;
        }
    }

    /// <summary>Prints what the charts' data, lint and the Flux simulation report.</summary>
    private static void Show(CommandContext context, UpgradePlan plan, bool force)
    {
        var (old, now) = (plan.Old, plan.New);
        context.Output.WriteLine(context.Ink.Bold($"chart coredns {plan.From} -> {plan.To}, "
            + (plan.IsKnown && old.CoreDns == now.CoreDns ? $"both with CoreDNS {now.CoreDns}"
                : $"CoreDNS {old.CoreDns} -> {(plan.IsKnown ? now.CoreDns.ToString() : "unknown")}")));
        foreach (var line in ChartDifference.Lines(old, now))
        {
            context.Output.WriteLine("  " + line);
        }

        foreach (var pinned in plan.Pinned)
        {
            context.Output.WriteLine($"  cluster {pinned.Name} keeps its own version {pinned.Pins.Charts[CoreDnsApp.ChartKey]}");
        }

        foreach (var (cluster, version) in plan.WithOwnCoreDns)
        {
            context.Output.WriteLine($"  cluster {cluster.Name} keeps CoreDNS {version}: its image.tag decides");
        }

        PlanText.Render(plan.Plan with { AllowPrune = force }, context.Output, context.Ink, context.Quiet);
    }

    /// <summary>The plan with the changes of the charts' own objects, which are printed; null if they could not be compared.</summary>
    private static async Task<UpgradePlan?> WithObjectsAsync(
        CommandContext context, UpgradePlan plan, string charts, CancellationToken cancellationToken)
    {
        try
        {
            plan = await plan.WithObjectsAsync(charts, context.Time, cancellationToken);
        }
        catch (RenderException failure)
        {
            context.Error.WriteLine($"{failure.Message} Nothing was written.");
            return null;
        }

        foreach (var change in plan.ObjectChanges)
        {
            context.Output.WriteLine((change.Unsafe ? context.Ink.Red("  ! ") : "  ~ ") + change.Text);
        }

        return plan;
    }

    private static int End(CommandContext context, UpgradePlan plan, Allowed allowed, Edited edited)
    {
        var (target, unsafeChanges) = (plan.To, plan.Unsafe.ToArray());
        if (edited.Deleted is { } deleted)
        {
            context.Output.WriteLine(deleted);
        }

        foreach (var change in unsafeChanges)
        {
            context.Output.WriteLine(context.Ink.Red("unsafe: ") + change);
        }

        if (unsafeChanges.Length > 0 && !allowed.Force)
        {
            context.Error.WriteLine("Refused, and nothing was written. Correct what is unsafe, or add --force.");
            return ExitCode.Refused;
        }

        if (!allowed.Write)
        {
            context.Output.WriteLine($"Nothing was written. Add --write to set charts.coredns.version to {target}"
                + (edited.Deleted is null ? "." : " and to delete charts.coredns.digest."));
            return ExitCode.Success;
        }

        if (!allowed.Objects && !allowed.Force)
        {
            context.Error.WriteLine("Refused, and nothing was written: the charts' objects were not compared, their names, selectors "
                + "and ports among them. Name a folder with both archives with --charts, or add --without-objects.");
            return ExitCode.Refused;
        }

        try
        {
            // Replaces the file behind a symbolic link, not the link.
            var file = new FileInfo(context.DefinitionPath);
            AtomicFile.Replace(file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName, edited.Text, edited.Seen,
                keepsMode: true);
        }
        catch (FileChangedException)
        {
            context.Error.WriteLine($"{context.DefinitionPath} was changed meanwhile. Nothing was written: run this again.");
            return ExitCode.Refused;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            context.Error.WriteLine($"{context.DefinitionPath} cannot be written: "
                + $"{Printable.Of(Refusal.ReasonOf(exception))}. It is as it was: correct the cause and run this again.");
            return ExitCode.Unusable;
        }

        context.Output.WriteLine($"written   {context.DefinitionPath}: charts.coredns.version is {target}"
            + (edited.Deleted is null ? "" : ", and charts.coredns.digest is deleted") + ". Run generate, and commit both.");
        return ExitCode.Success;
    }

    private static string ByHand(CommandContext context, SemVer target, string? digest) =>
        $"{context.DefinitionPath}: charts.coredns cannot be edited in place. Write 'version: {target}' there by hand"
            + (digest is null ? "." : ", and delete the digest, which is that of another version.");

    /// <summary>
    /// The message about the digest: this program knows only those of chart archives, but Flux compares that of the OCI manifest.
    /// </summary>
    private static string? Deleted(ChartPin now, SemVer from, string? digest) => digest is null ? null
        : $"charts.coredns.digest is that of chart {from} and has to go: Flux would go on with the old chart. To pin {now.Version}, ask "
            + $"'crane digest {now.Url["oci://".Length..]}:{now.Version}' and write what it prints.";

    /// <param name="Text">The new definition.</param>
    /// <param name="Seen">The hash of the old definition.</param>
    /// <param name="Deleted">The message about the removed digest; null if there was none.</param>
    private sealed record Edited(string Text, string Seen, string? Deleted);

    /// <param name="Write">True to write the definition.</param>
    /// <param name="Force">True to write unsafe changes too.</param>
    /// <param name="Objects">True if the charts' objects were compared, or need not be.</param>
    private sealed record Allowed(bool Write, bool Force, bool Objects);
}
