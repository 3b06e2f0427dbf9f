namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>The clusters that a run used, or why it used none.</summary>
internal static class UsedClusters
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
            : machine.Clusters == ClusterChoice.Existing ? "contexts of clusters are given" : $"this machine can have {kind}";
        var why = !live && asked.Count == 0 ? $"no check of this run looks at one; {can}"
            : asked.Count == 0 ? can
            : $"{string.Join(", ", asked)} of {kind} did not come up";
        return up.Count == 0 ? $"none ran ({why})" : $"{kind} ({string.Join(", ", up)})";
    }
}

public sealed class UsedClustersTests
{
    [TestCase(true, new[] { "infra", "apps" }, new[] { "infra", "apps" }, "kind (infra, apps)")]
    [TestCase(true, new[] { "infra", "apps" }, new[] { "apps" }, "kind (apps)")]
    [TestCase(false, new string[0], new string[0], "none ran (no check of this run looks at one; this machine can have kind)")]
    [TestCase(true, new[] { "infra" }, new string[0], "none ran (infra of kind did not come up)")]
    public void The_text_has_the_clusters_that_ran(bool live, string[] asked, string[] up, string says) =>
        UsedClusters.Text(Machine(ClusterChoice.Kind, ""), live, asked, up).ShouldBe(says);

    [TestCase(true, "none ran (this machine can have none: helm is missing)")]
    [TestCase(false, "none ran (no check of this run looks at one; this machine can have none: helm is missing)")]
    public void Without_clusters_the_reason_is_that_of_the_machine_if_a_check_needs_one(bool live, string says) =>
        UsedClusters.Text(Machine(ClusterChoice.None, "helm is missing"), live, [], []).ShouldBe(says);

    [Test]
    public void The_first_line_has_the_capabilities_of_the_machine() =>
        Machine(ClusterChoice.Kind, "").ToString().ShouldStartWith("this machine can have clusters of kind; ");

    private static MachineReport Machine(ClusterChoice clusters, string why) =>
        new() { Clusters = clusters, WhyNone = why, Programs = new Dictionary<string, string>(), Engine = null };
}
