namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>Prints the lost records for the terminal.</summary>
internal static class LossText
{
    private const int MostNames = 20;

    /// <summary>Prints a paragraph for each reason; nothing if no record is lost.</summary>
    /// <param name="plan">The lost records.</param>
    /// <param name="output">The output.</param>
    /// <param name="ink">Colours the marks.</param>
    /// <param name="verbose">True prints every name.</param>
    public static void Render(RecordPlan plan, TextWriter output, Ink ink, bool verbose)
    {
        foreach (var instance in plan.Losses.GroupBy(loss => (loss.Cluster, loss.Instance)))
        {
            output.WriteLine(ink.Bold($"records of External-DNS '{instance.Key.Instance}' in cluster {instance.Key.Cluster}:"));
            foreach (var loss in instance)
            {
                var (sign, word) = loss.Fate == RecordFate.Removed ? ('-', "DELETE") : ('?', "leave");
                output.WriteLine($"  {ink.Red($"{sign} {word,-8}")} {Count(loss)}: {loss.Why}. {loss.Fix}");
                foreach (var name in verbose ? loss.Names : loss.Names.Take(MostNames))
                {
                    output.WriteLine($"      {name}");
                }

                if (!verbose && loss.Names.Length > MostNames)
                {
                    output.WriteLine($"      and {loss.Names.Length - MostNames} more; --verbose shows them");
                }
            }
        }
    }

    /// <summary>Why the plan is refused.</summary>
    public static string Refusal(RecordPlan plan)
    {
        var names = (plan.Vanishing, plan.MayBeMore) switch
        {
            (0, true) => "an unknown number of names leaves",
            (1, true) => "1 name, and others that are not known, leave",
            (var count, true) => $"{count} names, and others that are not known, leave",
            (1, false) => "1 name leaves",
            (var count, false) => $"{count} names leave",
        };
        return $"Refused: {names} External-DNS, and --max-vanishing allows {plan.Most}. Do what is said above. {Allowing(plan)}";
    }

    private static string Allowing(RecordPlan plan)
    {
        var unknown = plan.Losses.Where(loss => !loss.IsCounted).ToArray();
        return unknown.Length == 0 ? $"To allow them, add --max-vanishing {plan.Vanishing}."
            : unknown.Any(loss => loss.IsCountable) ? "Count them with --backup FOLDER, or add --max-vanishing any."
            : unknown.All(loss => loss.Cause == RecordCause.FormerOwner) ? "No backup counts them: delete the former owner's TXT records "
                + $"({Docs.Page("external-dns.md")}), then add --max-vanishing any."
            : "No backup counts them: to allow them, add --max-vanishing any.";
    }

    /// <summary>The number of names, and some of them.</summary>
    public static string Count(RecordLoss loss) => (loss.IsCounted, loss.Names.Length) switch
    {
        (true, 1) => $"1 of the {loss.Which}",
        (true, var count) => $"{count} of the {loss.Which}",
        (false, 0) => $"an unknown number of {loss.Which}",
        (false, var count) => $"{count} or more of the {loss.Which}",
    };
}

/// <summary>The words for losses.</summary>
internal static class RecordWords
{
    private const string Stay = "their records stay, and nobody changes or deletes them";

    public static string Why(RecordCause cause, RecordFate fate, RecordWriter old, RecordWriter? now)
    {
        var effect = fate switch
        {
            RecordFate.Removed => "their records are deleted",
            RecordFate.Left => Stay,
            _ => "their records stay and follow no object any more",
        };
        return cause switch
        {
            RecordCause.Instance => $"no instance writes to {old.Place} any more: {effect}",
            RecordCause.Place when now is { Reads: false } =>
                $"the instance no longer transfers its zones and sees no record: {effect}",
            RecordCause.Place when now?.Place == old.Place =>
                $"the instance now writes to {now.ZoneKind} zones of {old.Place} only: {effect}",
            RecordCause.Place => $"the instance writes to {now?.Place} and no longer to {old.Place}{Kinds(old, now)}: {effect}",
            RecordCause.Zones => $"zoneIds no longer has all zones that it had: in the missing ones {effect}",
            RecordCause.Domains => $"no instance has these names in its filters and zones any more: {effect}",
            RecordCause.TxtPrefix => $"txtPrefix changes from '{old.TxtPrefix}' to '{now?.TxtPrefix}', and the ownership records are not "
                + $"found there: {effect}",
            RecordCause.Owner => $"the owner changes from '{old.Owner}' to '{now?.Owner}': {effect}",
            RecordCause.FormerOwner => $"migrateFromOwner no longer names '{old.FormerOwner}': where a TXT record still does, {effect}",
            RecordCause.Cluster => $"the instance '{now?.Name}' of cluster {now?.Cluster} takes them over and does not see the objects of "
                + $"cluster {old.Cluster}: {effect}",
            RecordCause.AnnotationPrefix => $"annotationPrefix changes from {old.AnnotationPrefix} to {now?.AnnotationPrefix}, and objects "
                + $"that have the old one alone ask for nothing: {effect}",
            RecordCause.Sources => $"the source {string.Join(", ", old.Sources.Except(now?.Sources ?? []))} is not read any more: {effect}",
            RecordCause.Arguments => $"what {string.Join(", ", Differing(old, now))} does to the names is not known: "
                + $"{effect} where it leaves them out",
            RecordCause.Deletion => (old.IsStopped ? "the Deployment has a pod again"
                    : old.Policy == "sync" ? "dryRun ends" : $"the policy changes from {old.Policy} to sync")
                + $", and no object asks for these names of the owner '{old.Owner}': {effect}",
            _ => $"no object asks for them any more: {effect}",
        };
    }

    public static string Fix(RecordCause cause, RecordWriter old, RecordWriter? now) => cause switch
    {
        RecordCause.Instance or RecordCause.Domains or RecordCause.Zones =>
            "To have them deleted, first take the names from the objects while the policy is sync, and change the definition afterwards.",
        RecordCause.Place when now is { Reads: false } => "Keep 'transfers: true', or delete the records that nothing needs by hand.",
        RecordCause.Place when now?.Place == old.Place => "Keep the kind of zones, or delete the old records in the others afterwards.",
        RecordCause.Place => "If these are the same zones under another address, allow it. Else delete the old records there afterwards.",
        RecordCause.TxtPrefix => old.TxtPrefix.Length == 0 ? "Delete txtPrefix." : $"Keep 'txtPrefix: \"{old.TxtPrefix}\"'.",
        RecordCause.Owner => $"Add 'migrateFromOwner: {old.Owner}'.",
        RecordCause.FormerOwner =>
            $"Keep 'migrateFromOwner: {old.FormerOwner}' until the TXT records of that owner are deleted ({Docs.Page("external-dns.md")}).",
        RecordCause.Cluster => "Move the objects first, or give the other cluster an owner of its own.",
        RecordCause.AnnotationPrefix => "Give every object both annotations first.",
        RecordCause.Sources => "Keep the source, or write 'policy: upsert-only' first.",
        RecordCause.Arguments => "Take the argument out of the patch, or try it with --dry-run first.",
        RecordCause.Deletion => $"Write 'dryRun: true' and read the log of the instance first ({Docs.Page("external-dns.md")}).",
        _ => "Keep the objects where the names are needed.",
    };

    private static IEnumerable<string> Differing(RecordWriter old, RecordWriter? now) =>
        (now?.Others ?? []).Except(old.Others).Concat(old.Others.Except(now?.Others ?? [])).DefaultIfEmpty("the order of the arguments");

    private static string Kinds(RecordWriter old, RecordWriter? now) =>
        old.ZoneKind == now?.ZoneKind ? "" : $" ({old.ZoneKind ?? "all"} -> {now?.ZoneKind ?? "all"} zones)";
}
