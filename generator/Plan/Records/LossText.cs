using PlatformGitOps.Generator.Findings;

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
        var names = plan.Vanishing == 1 ? "1 name" : $"{plan.Vanishing} names";
        return $"Refused: {(plan.MayBeMore ? $"{names}, and others that are not known, leave" : $"{names} {(plan.Vanishing == 1
            ? "leaves" : "leave")}")} External-DNS, and --max-vanishing allows {plan.Most}. Do what is said above, or "
            + (plan.MayBeMore ? "count them with --backup FOLDER, or allow any number with --max-vanishing any."
                : $"allow them with --max-vanishing {plan.Vanishing}.");
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
