using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Plan;

/// <summary>Prints a plan for the terminal.</summary>
public static class PlanText
{
    private const int MostFields = 12;

    /// <summary>
    /// Prints a table for each cluster with changes, then the findings, then the differences between disk and definition.
    /// </summary>
    /// <param name="result">The plan.</param>
    /// <param name="output">The output.</param>
    /// <param name="ink">Colours the marks.</param>
    /// <param name="quiet">True omits every change that does not endanger DNS.</param>
    /// <param name="verbose">True shows every change of every cluster and every field.</param>
    public static void Render(PlanResult result, TextWriter output, Ink ink = default, bool quiet = false, bool verbose = false)
    {
        if (result.Problem is { } problem)
        {
            output.WriteLine(problem);
            return;
        }

        RenderClusters(result.Clusters, output, ink, quiet, verbose);
        foreach (var substrate in result.Substrates
            .Where(substrate => quiet ? substrate.EndangersDns : !substrate.Changes.IsEmpty || substrate.Note is not null))
        {
            Render(substrate, output, ink, quiet);
        }

        if (!quiet || result.Records.IsRefused)
        {
            LossText.Render(result.Records, output, ink, verbose);
        }

        foreach (var finding in result.Findings)
        {
            output.WriteLine(finding.Painted(ink));
        }

        if (!quiet)
        {
            output.WriteLine(Sums(result));
        }

        DriftText.Render(result.Drift, result.Clusters, output, ink, quiet, verbose);
        if (result.EndangersDns)
        {
            output.WriteLine(
                "Refused: a change marked [DNS] would interrupt DNS that runs. If that is intended, add --allow-prune.");
        }

        if (result.Records.IsRefused)
        {
            output.WriteLine(LossText.Refusal(result.Records));
        }
    }

    /// <summary>Prints each change of a cluster with its fields; equal changes of many clusters once.</summary>
    internal static void RenderClusters(
        IReadOnlyCollection<ClusterPlan> clusters, TextWriter output, Ink ink, bool quiet, bool verbose)
    {
        var shown = clusters.SelectMany(plan => plan.Changes.Where(change => !quiet || change.EndangersDns)
            .Select(change => (Plan: plan, Change: change)));
        var folded = verbose ? [.. shown.Select(pair => new Folded<(ClusterPlan Plan, Change Change)>(pair, []))]
            : PlanFolding.Of(shown, pair => pair.Plan.Cluster, pair => Identity(pair.Plan, pair.Change));
        var byCluster = folded.ToLookup(change => change.Item.Plan.Cluster);
        foreach (var plan in clusters.Where(plan => byCluster.Contains(plan.Cluster)))
        {
            Render(plan, [.. byCluster[plan.Cluster]], output, ink, verbose);
        }

        var only = quiet ? [] : clusters.Where(plan => plan.Note is not null && !byCluster.Contains(plan.Cluster)).ToArray();
        foreach (var note in PlanFolding.Of(only, plan => plan.Cluster, plan => plan.Note!))
        {
            output.WriteLine(ink.Bold($"cluster {note.Item.Cluster} {note.Item.Note}")
                + (note.AlsoIn.IsEmpty ? "" : $" The same holds for {PlanFolding.NamesOf(note.AlsoIn)}"));
        }
    }

    /// <summary>The text that is equal for equal changes, in one cluster or in two.</summary>
    internal static string Identity(ClusterPlan plan, Change change) => string.Join('\n',
    [
        $"{plan.Group} {change.Kind} {change.Id} {change.Owner} {change.EndangersDns} {change.Reason}",
        .. change.Fields.Select(field => $"{field.Path}: {Text(field)}"),
    ]);

    private static void Render(
        ClusterPlan cluster, Folded<(ClusterPlan Plan, Change Change)>[] changes, TextWriter output, Ink ink, bool verbose)
    {
        var name = cluster.Group is null ? cluster.Cluster : $"{cluster.Cluster} (group {cluster.Group})";
        output.WriteLine(ink.Bold($"cluster {name}{(cluster.Note is null ? ":" : $" {cluster.Note}")}"));
        var width = changes.Select(change => change.Item.Change.Id.Title.Length).DefaultIfEmpty().Max();
        foreach (var ((_, change), alsoIn) in changes)
        {
            var (sign, word) = Words(change.Kind);
            var remark = (change.Reason is null ? "" : $": {change.Reason}") + (change.EndangersDns ? $" {ink.Red("[DNS]")}" : "");
            var mark = Painted($"{sign} {word,-8}", change.Kind, change.EndangersDns, ink);
            output.WriteLine($"  {mark} {change.Id.Title.PadRight(width)}  {change.Owner.Name}{remark}");
            var most = verbose ? int.MaxValue : MostFields;
            foreach (var field in change.Fields.Take(most))
            {
                output.WriteLine($"      {field.Path}: {Text(field)}");
            }

            if (change.Fields.Length > most)
            {
                output.WriteLine($"      and {change.Fields.Length - most} more fields; --verbose shows them");
            }

            if (!alsoIn.IsEmpty)
            {
                output.WriteLine($"      and in {PlanFolding.NamesOf(alsoIn)}");
            }
        }
    }

    private static void Render(SubstratePlan substrate, TextWriter output, Ink ink, bool quiet)
    {
        output.WriteLine(ink.Bold($"substrate {substrate.Substrate}{(substrate.Note is null ? ":" : $" {substrate.Note}")}"));
        foreach (var change in substrate.Changes.Where(change => !quiet || change.EndangersDns))
        {
            var (sign, word) = Words(change.Kind);
            output.WriteLine($"  {Painted($"{sign} {word,-8}", change.Kind, change.EndangersDns, ink)} {change.What}"
                + (change.Reason is null ? "" : $": {change.Reason}") + (change.EndangersDns ? $" {ink.Red("[DNS]")}" : ""));
        }
    }

    private static string Painted(string mark, ChangeKind kind, bool endangersDns, Ink ink) => kind switch
    {
        _ when endangersDns => ink.Red(mark),
        ChangeKind.Create => ink.Green(mark),
        ChangeKind.Change => ink.Yellow(mark),
        _ => ink.Red(mark),
    };

    private static string Text(FieldChange field) => field switch
    {
        { Before: null, Path: [.., ']'] } => $"inserted {field.After}",
        { Before: null } => $"set to {field.After}",
        { After: null } => $"removed, was {field.Before}",
        _ => $"{field.Before} -> {field.After}",
    };

    private static (char Sign, string Word) Words(ChangeKind kind) => kind switch
    {
        ChangeKind.Create => ('+', "create"),
        ChangeKind.Change => ('~', "change"),
        ChangeKind.Replace => ('!', "replace"),
        ChangeKind.Move => ('>', "move"),
        ChangeKind.Abandon => ('?', "abandon"),
        ChangeKind.Prune => ('-', "PRUNE"),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static string Sums(PlanResult result)
    {
        var counts = result.Clusters.SelectMany(cluster => cluster.Changes).CountBy(change => change.Kind).ToDictionary();
        var sums = Enum.GetValues<ChangeKind>().Select(kind => $"{counts.GetValueOrDefault(kind)} to {Words(kind).Word}");
        var groups = result.Clusters.GroupBy(cluster => cluster.Group).Where(group => group.Key is not null)
            .Select(group => $" Group {group.Key}: {Unchanged(group)} of {group.Count()}.");
        return $"{string.Join(", ", sums)}; {Unchanged(result.Clusters)} of {result.Clusters.Length} clusters are unchanged."
            + string.Concat(groups);

        static int Unchanged(IEnumerable<ClusterPlan> clusters) =>
            clusters.Count(cluster => cluster.Changes.IsEmpty && cluster.Note is null);
    }
}
