using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Plan;

/// <summary>A plan as the terminal shows it.</summary>
public static class PlanText
{
    private const int MostFields = 12;

    /// <summary>A table for each cluster with changes, then the findings.</summary>
    /// <param name="result">The plan.</param>
    /// <param name="output">Where it goes.</param>
    /// <param name="ink">Colours the marks.</param>
    /// <param name="quiet">True leaves out every change that does not endanger DNS.</param>
    public static void Render(PlanResult result, TextWriter output, Ink ink = default, bool quiet = false)
    {
        if (result.Problem is { } problem)
        {
            output.WriteLine(problem);
            return;
        }

        foreach (var cluster in result.Clusters
            .Where(cluster => quiet ? cluster.EndangersDns : !cluster.Changes.IsEmpty || cluster.Note is not null))
        {
            Render(cluster, output, ink, quiet);
        }

        foreach (var substrate in result.Substrates
            .Where(substrate => quiet ? substrate.EndangersDns : !substrate.Changes.IsEmpty || substrate.Note is not null))
        {
            Render(substrate, output, ink, quiet);
        }

        foreach (var finding in result.Findings)
        {
            output.WriteLine(finding.Painted(ink));
        }

        if (!quiet)
        {
            output.WriteLine(Sums(result));
        }

        if (result.Refused)
        {
            output.WriteLine(
                "Refused: a change marked [DNS] would interrupt DNS that runs. If that is intended, add --allow-prune.");
        }
    }

    private static void Render(ClusterPlan cluster, TextWriter output, Ink ink, bool quiet)
    {
        var name = cluster.Group is null ? cluster.Cluster : $"{cluster.Cluster} (group {cluster.Group})";
        output.WriteLine(ink.Bold($"cluster {name}{(cluster.Note is null ? ":" : $" {cluster.Note}")}"));
        var width = cluster.Changes.Select(change => change.Id.Spoken.Length).DefaultIfEmpty().Max();
        foreach (var change in cluster.Changes.Where(change => !quiet || change.EndangersDns))
        {
            var (sign, word) = Words(change.Kind);
            var remark = (change.Reason is null ? "" : $": {change.Reason}") + (change.EndangersDns ? $" {ink.Red("[DNS]")}" : "");
            var mark = Painted($"{sign} {word,-8}", change.Kind, change.EndangersDns, ink);
            output.WriteLine($"  {mark} {change.Id.Spoken.PadRight(width)}  {change.Owner.Name}{remark}");
            foreach (var field in change.Fields.Take(MostFields))
            {
                output.WriteLine($"      {field.Path}: {Text(field)}");
            }

            if (change.Fields.Length > MostFields)
            {
                output.WriteLine($"      and {change.Fields.Length - MostFields} more");
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
