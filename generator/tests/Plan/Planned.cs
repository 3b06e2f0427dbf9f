namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>The plan from one tree to another, and its text.</summary>
internal static class Planned
{
    public static PlanResult To(this EditedTree before, EditedTree after) =>
        PlanRun.Compare(before.Source(), after.Source(), _ => true, CancellationToken.None);

    /// <summary>A plan as <c>plan</c> prints it.</summary>
    public static string Text(PlanResult result, bool verbose = false)
    {
        using var text = new StringWriter { NewLine = "\n" };
        PlanText.Render(result, text, verbose: verbose);
        return text.ToString();
    }
}
