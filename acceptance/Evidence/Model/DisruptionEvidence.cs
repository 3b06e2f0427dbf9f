using System.Text.Json.Serialization;
using PlatformGitOps.Acceptance.Disruption;

namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>What was measured while the cluster was disturbed. The questions one by one are in the attached logs.</summary>
public sealed record DisruptionEvidence
{
    private DisruptionEvidence(Timeline timeline) => Timeline = timeline;

    [JsonIgnore]
    public Timeline Timeline { get; }

    public IReadOnlyList<ClusterEvent> Events => Timeline.Events;

    public required LossReport Report { get; init; }

    public required LossBudget Budget { get; init; }

    public required BudgetVerdict Verdict { get; init; }

    public static DisruptionEvidence Of(Timeline timeline, LossBudget budget)
    {
        var report = LossAnalysis.Of(timeline);
        return new DisruptionEvidence(timeline) { Report = report, Budget = budget, Verdict = budget.Judge(report) };
    }
}
