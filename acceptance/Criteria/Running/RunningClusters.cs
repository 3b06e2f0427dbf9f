using NUnit.Framework.Interfaces;
using NUnit.Framework.Internal;
using NUnit.Framework.Internal.Builders;

namespace PlatformGitOps.Acceptance.Criteria.Running;

/// <summary>
/// Around the live checks. NUnit gives a fixture that is not parallel queues of its own, so that nothing else of the suite runs while
/// clusters are measured; <see cref="RunningClusterTests"/>, one for each cluster, are in these queues.
/// </summary>
[SetUpFixture]
public sealed class RunningClusters
{
    /// <summary>NUnit's workers. Each cluster holds one for its checks in turn; the others are for checks that only look.</summary>
    private const int Workers = 8;

    private static readonly SemaphoreSlim Turns = new(SuiteSettings.Current.ClustersAtOnce);

    [OneTimeSetUp]
    public void SayHowManyAreCheckedAtOnce() => EvidenceLog.Fact(
        "Clusters at once", Math.Min(Repository.Roles.Count, AtOnce ? SuiteSettings.Current.ClustersAtOnce : 1)
            .ToString(CultureInfo.InvariantCulture));

    /// <summary>Two workers at least are left to look. With more clusters, every check runs in turn.</summary>
    public static bool AtOnce { get; } = Repository.Roles.Count <= Workers - 2;

    public static IEnumerable<TestFixtureData> Clusters() => Repository.Roles.Select((role, index) =>
    {
        var fixture = new TestFixtureData(role);
        fixture.Properties.Set(PropertyNames.Order, index);
        Mark(fixture);
        return fixture;
    });

    /// <summary>The checks of one cluster may begin: no more than the setting clusters-at-once are under way.</summary>
    public static Task Take() => Turns.WaitAsync();

    public static void Release() => Turns.Release();

    /// <summary>May run beside others of its queue.</summary>
    internal static void Mark(NUnit.Framework.Internal.TestParameters parameters)
    {
        if (AtOnce)
        {
            parameters.Properties.Set(PropertyNames.ParallelScope, ParallelScope.Self);
        }
    }
}

/// <summary>The live checks of the fixture's cluster: those that only look, or the others.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChecksOfTheClusterAttribute(bool onlyLooking) : NUnitAttribute, ITestBuilder, IImplyFixture
{
    private readonly NUnitTestCaseBuilder builder = new();

    public bool OnlyLooking { get; } = onlyLooking;

    public IEnumerable<TestMethod> BuildFrom(IMethodInfo method, Test? suite) =>
        from check in Catalog.Checks
        where check.Live is not null && check.OnlyLooks == OnlyLooking
        select builder.BuildTestMethod(method, suite, Case(check, (string)suite!.Arguments[0]!));

    private TestCaseData Case(Check check, string role)
    {
        var test = CriteriaTests.Case(check, role, CheckMode.Live);
        if (OnlyLooking)
        {
            RunningClusters.Mark(test);
        }

        return test;
    }
}

/// <summary>Around the checks that only look: they begin first, and the others of their cluster wait for the last of them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LookedAtFirstAttribute : Attribute, ITestAction, IApplyToTest
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

    /// <summary>Returns at once where no such check was chosen.</summary>
    public static Task Done(string role, CancellationToken cancellationToken)
    {
        lock (Looking)
        {
            return Looking.TryGetValue(role, out var looking) ? looking.Task.WaitAsync(cancellationToken) : Task.CompletedTask;
        }
    }

    private static string RoleOf(ITest suite) => (string)suite.Tests[0].Arguments[1]!;
}
