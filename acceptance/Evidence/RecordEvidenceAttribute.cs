using NUnit.Framework.Interfaces;

[assembly: PlatformGitOps.Acceptance.Evidence.RecordEvidence]

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>Runs before and after every test of the suite: a test that runs a check on a cluster becomes a result of the run.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class RecordEvidenceAttribute : Attribute, ITestAction
{
    public ActionTargets Targets => ActionTargets.Test;

    public void BeforeTest(ITest test)
    {
        if (test.Arguments is [Check check, string cluster, CheckMode mode, ..])
        {
            EvidenceLog.Current.Begin(new CheckResult
            {
                Check = check.Id,
                Criterion = check.Criterion.Id,
                Cluster = cluster,
                Title = check.Title,
                Mode = mode,
                Reads = check.Reads(mode),
                Outcome = ResultOutcome.Skipped,
            });
        }
    }

    public void AfterTest(ITest test)
    {
        if (test.Arguments is not [Check check, string cluster, CheckMode mode, ..])
        {
            return;
        }

        var result = TestContext.CurrentContext.Result;
        var outcome = result.Outcome.Status switch
        {
            TestStatus.Passed or TestStatus.Warning => ResultOutcome.Passed,
            TestStatus.Failed => ResultOutcome.Failed,
            _ => ResultOutcome.Skipped,
        };
        var expectation = Expectation.Of(check, cluster, mode);
        EvidenceLog.Current.Close(entry => entry with
        {
            Title = expectation.Title,
            Outcome = outcome == ResultOutcome.Skipped ? entry.Outcome : outcome,
            Reason = outcome == ResultOutcome.Passed ? null : result.Message?.Trim(),
            Expected = expectation.Expected,
            Commands = expectation.Command is { } command ? [command] : [],
        });
    }
}
