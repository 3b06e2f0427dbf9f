using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Builders;

namespace PlatformGitOps.Acceptance.Criteria.Running;

/// <summary>
/// Runs before and after all live checks. NUnit gives a non-parallel fixture its own queues, so that nothing else of the suite runs while
/// clusters are measured; the fixtures of <see cref="RunningClusterTests"/>, one for each cluster, are in these queues.
/// </summary>
[SetUpFixture]
public sealed class RunningClusters
{
    /// <summary>The number of NUnit's workers. Each cluster uses one for its serial checks; the others are for reading checks.</summary>
    private const int Workers = 8;

    // Lazy: a setting that cannot be used must fail the tests, and not their discovery, which would find none.
    private static readonly Lazy<SemaphoreSlim> Slots = new(() => new SemaphoreSlim(SuiteSettings.Current.ClustersAtOnce));

    [OneTimeSetUp]
    public void SayHowManyAreCheckedAtOnce() => EvidenceLog.Fact(
        "Clusters at once", Math.Min(Repository.Roles.Count, InParallel ? SuiteSettings.Current.ClustersAtOnce : 1)
            .ToString(CultureInfo.InvariantCulture));

    /// <summary>At least two workers remain for reading checks. With more clusters, all checks run one by one.</summary>
    public static bool InParallel { get; } = Repository.Roles.Count <= Workers - 2;

    public static IEnumerable<TestFixtureData> Clusters() => Repository.Roles.Select((role, index) =>
    {
        var fixture = new TestFixtureData(role);
        fixture.Properties.Set(PropertyNames.Order, index);
        AllowParallel(fixture);
        return fixture;
    });

    /// <summary>Waits until the checks of a cluster may start: the setting clusters-at-once limits their number.</summary>
    public static Task WaitForSlot() => Slots.Value.WaitAsync();

    public static void ReleaseSlot() => Slots.Value.Release();

    /// <summary>Allows a test to run in parallel with others in its queue.</summary>
    internal static void AllowParallel(NUnit.Framework.Internal.TestParameters parameters)
    {
        if (InParallel)
        {
            parameters.Properties.Set(PropertyNames.ParallelScope, ParallelScope.Self);
        }
    }
}

/// <summary>The live checks of the fixture's cluster: either those that only read, or the others.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChecksOfTheClusterAttribute(bool onlyReading) : NUnitAttribute, ITestBuilder, IImplyFixture
{
    private readonly NUnitTestCaseBuilder builder = new();

    public bool OnlyReading { get; } = onlyReading;

    public IEnumerable<TestMethod> BuildFrom(IMethodInfo method, Test? suite) =>
        from check in Catalog.Checks
        where check.Live is not null && check.OnlyReads == OnlyReading
        select builder.BuildTestMethod(method, suite, Case(check, (string)suite!.Arguments[0]!));

    private TestCaseData Case(Check check, string role)
    {
        var test = CriteriaTests.Case(check, role, CheckMode.Live);
        if (OnlyReading)
        {
            RunningClusters.AllowParallel(test);
        }

        return test;
    }
}

/// <summary>For the reading checks: they start first, and the others of their cluster wait for the last of them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RunsFirstAttribute : Attribute, ITestAction, IApplyToTest
{
    private static readonly Dictionary<string, TaskCompletionSource> Looking = [];

    public ActionTargets Targets => ActionTargets.Suite;

    public void ApplyToTest(Test test) => test.Properties.Set(PropertyNames.Order, 0);

    public void BeforeTest(ITest test)
    {
        lock (Looking)
        {
            Looking[RoleOf(test)] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    public void AfterTest(ITest test)
    {
        lock (Looking)
        {
            Looking[RoleOf(test)].SetResult();
        }
    }

    /// <summary>Completes at once if no such check was selected.</summary>
    public static Task Done(string role, CancellationToken cancellationToken)
    {
        lock (Looking)
        {
            return Looking.TryGetValue(role, out var looking) ? looking.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
        }
    }

    private static string RoleOf(ITest suite) => (string)suite.Tests[0].Arguments[1]!;
}
