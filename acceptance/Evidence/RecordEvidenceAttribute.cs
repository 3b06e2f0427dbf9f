using NUnit.Framework.Interfaces;
using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Evidence.Model;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>Around every test of the suite: one that answers a row of the criteria on a cluster becomes a result of the run.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class RecordEvidenceAttribute : Attribute, ITestAction
{
    private const string StartedAt = "evidence-started";

    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
        test.Properties.Set(StartedAt, TimeProvider.System.GetTimestamp());
        if (test.Arguments is [Row row, string role, ..])
        {
            var live = test.Properties["Category"].Contains("Live");
            EvidenceLog.Begin(new CriterionResult
            {
                Id = row.Criterion,
                Row = row.Id,
                Cluster = role,
                Test = row.Title,
                Half = live ? RowHalf.Live : RowHalf.Rendered,
                Sees = live ? row.LiveSees : row.StaticSees,
                Outcome = ResultOutcome.Skipped,
            });
        }
    }

    public void AfterTest(ITest test)
    {
        var result = TestContext.CurrentContext.Result;
        var outcome = result.Outcome.Status switch
        {
            TestStatus.Passed or TestStatus.Warning => ResultOutcome.Passed,
            TestStatus.Failed => ResultOutcome.Failed,
            _ => ResultOutcome.Skipped,
        };
        EvidenceLog.Close(
            outcome,
            outcome == ResultOutcome.Passed ? null : result.Message?.Trim(),
            TimeProvider.System.GetElapsedTime((long)test.Properties.Get(StartedAt)!));
    }
}
