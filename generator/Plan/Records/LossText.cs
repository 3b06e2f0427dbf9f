namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>The records that leave, as the terminal shows them.</summary>
internal static class LossText
{
    private const int MostNames = 20;

    /// <summary>One paragraph for each reason; nothing where no record leaves.</summary>
    /// <param name="plan">What leaves.</param>
    /// <param name="output">Where it goes.</param>
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

    /// <summary>How many names, and which.</summary>
    public static string Count(RecordLoss loss) => (loss.IsCounted, loss.Names.Length) switch
    {
        (true, 1) => $"1 of the {loss.Which}",
        (true, var count) => $"{count} of the {loss.Which}",
        (false, 0) => $"an unknown number of {loss.Which}",
        (false, var count) => $"{count} or more of the {loss.Which}",
    };
}
