using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Evidence.Model;
using PlatformGitOps.Acceptance.Settings;

namespace PlatformGitOps.Acceptance.Disruption.Live;

/// <summary>
/// DNS is asked every 20 ms on three transports while the cluster is disturbed. What is planned must cost no client an answer;
/// what is not has a budget of lost time.
/// </summary>
[NonParallelizable]
[CancelAfter(900_000)]
[Category("Live")]
[Category("Disruption")]
[TestFixtureSource(typeof(Repository), nameof(Repository.Roles))]
public sealed class DisruptionTests(string role)
{
    private static readonly LossBudget None = LossBudget.Zero;

    [Test, Order(1)]
    public Task Rolling_restart(CancellationToken cancellationToken) =>
        Measure("Disruption.restart", None, Disturbances.Restart, cancellationToken);

    [Test, Order(2)]
    public Task Replicas_up_and_down(CancellationToken cancellationToken) =>
        Measure("Disruption.scale", None, Disturbances.Scale, cancellationToken);

    [Test, Order(3)]
    public Task Drain_of_each_node_in_turn(CancellationToken cancellationToken) =>
        Measure("Disruption.drain", None, Disturbances.Drain, cancellationToken);

    [Test, Order(4)]
    public Task Evictions_against_the_budget(CancellationToken cancellationToken) =>
        Measure("Disruption.evictions", None, Disturbances.EvictAll, cancellationToken);

    [Test, Order(5)]
    public Task Corefile_change(CancellationToken cancellationToken) =>
        Measure("Disruption.corefile", None, Disturbances.ChangeCorefile, cancellationToken);

    [Test, Order(6)]
    public Task Pod_deleted_by_force(CancellationToken cancellationToken) =>
        Measure("Disruption.forcedelete", Lost(5), Disturbances.ForceDelete, cancellationToken);

    [Test, Order(7)]
    public Task CoreDNS_process_killed(CancellationToken cancellationToken) =>
        Measure("Disruption.processkill", Lost(10), NodeFailures.KillProcess, cancellationToken, needsNodes: true);

    [Test, Order(8)]
    public Task API_server_down(CancellationToken cancellationToken) =>
        Measure("Disruption.apiserver", None, NodeFailures.StopApiServer, cancellationToken, needsNodes: true);

    /// <summary>A node is lost for 40 to 50 s before its endpoints are (kube-controller-manager's node-monitor-grace-period).</summary>
    [Test, Order(9)]
    public Task Node_stopped(CancellationToken cancellationToken) =>
        Measure("Disruption.nodestop", Lost(65), NodeFailures.StopNode, cancellationToken, needsNodes: true);

    [Test, Order(10)]
    public Task Node_killed(CancellationToken cancellationToken) =>
        Measure("Disruption.nodekill", Lost(65), NodeFailures.KillNode, cancellationToken, needsNodes: true);

    private static LossBudget Lost(double seconds) => new() { LostTime = TimeSpan.FromSeconds(seconds) * SuiteSettings.Current.BudgetScale };

    private async Task Measure(
        string row, LossBudget budget, Func<LiveCluster, Measurement, CancellationToken, Task> disturb, CancellationToken cancellationToken, bool needsNodes = false)
    {
        var line = ValidationMatrix.Story.Single(l => l.Id == row);
        EvidenceLog.Begin(new CriterionResult
        {
            Id = line.Criterion,
            Row = row,
            Cluster = role,
            Test = line.Check,
            Expected = line.Expected,
            Outcome = ResultOutcome.Skipped,
        });
        var cluster = await LiveClusters.Get(role, cancellationToken);
        cluster.Needs(!needsNodes || cluster.Cluster.Capabilities.NodesAreContainers, "its nodes cannot be stopped from here");
        await Rollout.Done(cluster, cancellationToken);
        await using var measurement = await Measurement.Start(cluster, row.ToLowerInvariant().Replace('.', '-'), cancellationToken);
        await disturb(cluster, measurement, cancellationToken);
        var (timeline, log) = await measurement.Stop(TimeSpan.FromSeconds(15), cancellationToken);
        var evidence = EvidenceLog.Measured(timeline, budget);
        EvidenceLog.Observed(
            $"{evidence.Report.Queries} questions, {evidence.Report.LostPackets} packets lost, {evidence.Report.Retried} answered after a retry, "
            + $"{evidence.Report.Failures} failures");
        await EvidenceLog.KeepAsync($"{role}/{row}.jsonl", "Every attempt, one line each", log, cancellationToken);
        await TestContext.Progress.WriteLineAsync($"acceptance: {role}: {line.Check}: {evidence.Report.Queries} questions, "
            + $"{evidence.Report.LostPackets} lost, {evidence.Report.Retried} retried, {evidence.Report.Failures} failed; {evidence.Verdict}");
        evidence.Verdict.Breaches.ShouldBeEmpty();
    }
}
