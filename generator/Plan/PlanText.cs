namespace PlatformGitOps.Generator.Plan;

/// <summary>A plan as the terminal shows it.</summary>
public static class PlanText
{
    private const int MostFields = 12;

    /// <summary>A table for each cluster with changes, then the findings.</summary>
    public static void Render(PlanResult result, TextWriter output)
    {
        if (result.Problem is { } problem)
        {
            output.WriteLine(problem);
            return;
        }

        foreach (var cluster in result.Clusters.Where(cluster => !cluster.Changes.IsEmpty || cluster.Note is not null))
        {
            Render(cluster, output);
        }

        foreach (var finding in result.Findings)
        {
            output.WriteLine(finding);
        }

        output.WriteLine(Sums(result));
        if (result.Refused)
        {
            output.WriteLine(
                "Refused: a change marked [DNS] would interrupt DNS in a running cluster. If that is intended, add --allow-prune.");
        }
    }

    private static void Render(ClusterPlan cluster, TextWriter output)
    {
        output.WriteLine($"cluster {cluster.Cluster}{(cluster.Note is null ? ":" : $" {cluster.Note}")}");
        var width = cluster.Changes.Select(change => change.Id.Spoken.Length).DefaultIfEmpty().Max();
        foreach (var change in cluster.Changes)
        {
            var (sign, word) = Words(change.Kind);
            var remark = (change.Reason is null ? "" : $": {change.Reason}") + (change.EndangersDns ? " [DNS]" : "");
            output.WriteLine($"  {sign} {word,-8} {change.Id.Spoken.PadRight(width)}  {change.Owner.Name}{remark}");
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
        var same = result.Clusters.Count(cluster => cluster.Changes.IsEmpty && cluster.Note is null);
        return $"{string.Join(", ", sums)}; {same} of {result.Clusters.Length} clusters are unchanged.";
    }
}
