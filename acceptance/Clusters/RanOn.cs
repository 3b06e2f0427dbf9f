namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>The clusters that a run used, or why it used none.</summary>
internal static class RanOn
{
    /// <summary>The fact's label in the evidence.</summary>
    public const string Label = "Clusters";

    /// <param name="machine">The capabilities of this machine.</param>
    /// <param name="live">True if a check of the run needs a cluster.</param>
    /// <param name="asked">The requested clusters.</param>
    /// <param name="up">The requested clusters that were created.</param>
    public static string Text(MachineReport machine, bool live, IReadOnlyCollection<string> asked, IReadOnlyCollection<string> up)
    {
        var kind = machine.Clusters.ToString().ToLowerInvariant();
        var can = machine.Clusters == ClusterChoice.None ? $"this machine can have none: {machine.WhyNone}"
            : $"this machine can have {kind}";
        var why = !live && asked.Count == 0 ? $"no check of this run looks at one; {can}"
            : asked.Count == 0 ? can
            : $"{string.Join(", ", asked)} of {kind} did not come up";
        return up.Count == 0 ? $"none ran ({why})" : $"{kind} ({string.Join(", ", up)})";
    }
}

public sealed class RanOnTests
{
    [TestCase(true, new[] { "infra", "apps" }, new[] { "infra", "apps" }, "kind (infra, apps)")]
    [TestCase(true, new[] { "infra", "apps" }, new[] { "apps" }, "kind (apps)")]
    [TestCase(false, new string[0], new string[0], "none ran (no check of this run looks at one; this machine can have kind)")]
    [TestCase(true, new[] { "infra" }, new string[0], "none ran (infra of kind did not come up)")]
    public void What_ran_is_said_and_not_what_could_have_run(bool live, string[] asked, string[] up, string says) =>
        RanOn.Text(Machine(ClusterChoice.Kind, ""), live, asked, up).ShouldBe(says);

    [TestCase(true, "none ran (this machine can have none: helm is missing)")]
    [TestCase(false, "none ran (no check of this run looks at one; this machine can have none: helm is missing)")]
    public void Without_clusters_the_reason_is_the_machine_s_where_a_check_wants_one(bool live, string says) =>
        RanOn.Text(Machine(ClusterChoice.None, "helm is missing"), live, [], []).ShouldBe(says);

    [Test]
    public void The_line_at_the_start_says_what_the_machine_can_have() =>
        Machine(ClusterChoice.Kind, "").ToString().ShouldStartWith("this machine can have clusters of kind; ");

    private static MachineReport Machine(ClusterChoice clusters, string why) =>
        new() { Clusters = clusters, WhyNone = why, Programs = new Dictionary<string, string>(), Engine = null };
}
