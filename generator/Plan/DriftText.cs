namespace PlatformGitOps.Generator.Plan;

/// <summary>Prints the differences between the disk and the definition, below a plan.</summary>
internal static class DriftText
{
    private const int MostFiles = 20;

    /// <summary>Prints the files and their changes; nothing if the disk is as generated.</summary>
    /// <param name="drift">The differences.</param>
    /// <param name="plan">The plan above, which is not repeated.</param>
    /// <param name="output">The output.</param>
    /// <param name="ink">Colours the paths.</param>
    /// <param name="quiet">True omits changes that only generate must make.</param>
    /// <param name="verbose">True prints every file.</param>
    public static void Render(
        TreeDrift drift, IReadOnlyCollection<ClusterPlan> plan, TextWriter output, Ink ink, bool quiet, bool verbose)
    {
        if (drift.IsEmpty || (quiet && drift.ByHand.IsEmpty && drift.Obstacles.IsEmpty))
        {
            return;
        }

        if (drift.ByHand.IsEmpty && drift.Obstacles.IsEmpty && drift.Effects.IsEmpty)
        {
            output.WriteLine(OutOfDate(drift));
            return;
        }

        output.WriteLine(ink.Bold("The tree on disk differs from platform.yaml:"));
        foreach (var obstacle in drift.Obstacles)
        {
            output.WriteLine($"  {obstacle.Painted(ink)}");
        }

        foreach (var file in verbose ? drift.ByHand : drift.ByHand.Take(MostFiles))
        {
            output.WriteLine($"  {ink.Bold(file.Path)} {file.Sentence}");
        }

        if (!verbose && drift.ByHand.Length > MostFiles)
        {
            output.WriteLine($"  ... and {drift.ByHand.Length - MostFiles} more files; --verbose prints all.");
        }

        if (drift.OutOfDate > 0 && !quiet)
        {
            output.WriteLine($"  {OutOfDate(drift)}");
        }

        if (drift.Effects.IsEmpty || quiet)
        {
            return;
        }

        var above = plan.SelectMany(cluster => cluster.Changes.Select(change => PlanText.Identity(cluster, change))).ToHashSet();
        var others = drift.Effects.Select(cluster => cluster with
        {
            Changes = [.. cluster.Changes.Where(change => !above.Contains(PlanText.Identity(cluster, change)))],
        }).Where(cluster => !cluster.Changes.IsEmpty).ToArray();
        if (others.Length == 0)
        {
            output.WriteLine("  What that changes is part of the plan above.");
        }
        else
        {
            output.WriteLine(ink.Bold($"What {(drift.AsOnDisk ? "the files on disk change" : "the edits, which generate keeps, change")} "
                + "in comparison with platform.yaml:"));
            PlanText.RenderClusters(others, output, ink, quiet, verbose);
        }
    }

    private static string OutOfDate(TreeDrift drift) =>
        $"{(drift.OutOfDate == 1 ? "1 file is" : $"{drift.OutOfDate} files are")} not generated yet: "
        + (drift.AsOnDisk ? "this is the old content." : "this is what generate will write; --disk shows what is there now.");
}
