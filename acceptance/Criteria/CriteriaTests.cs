using PlatformGitOps.Acceptance.Criteria.Health;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Evidence;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>Every row of the story's matrix, for every cluster.</summary>
public sealed class CriteriaTests
{
    private static IEnumerable<TestCaseData> StaticHalves() =>
        from row in Catalog.Rows
        where row.Static is not null
        from role in Repository.Roles
        select new TestCaseData(row, role).SetName($"{row} [{role}, rendered]").SetCategory(row.Criterion).SetCategory("Static");

    [TestCaseSource(nameof(StaticHalves))]
    public void Holds_in_the_rendered_tree(Row row, string role) => row.Static!(RenderedCluster.From(Repository.TreeOf(row.Criterion), role));

    private static IEnumerable<TestCaseData> LiveHalves() =>
        from role in Repository.Roles
        from row in Catalog.Rows
        where row.Live is not null
        select new TestCaseData(row, role).SetName($"{row} [{role}, live]").SetCategory(row.Criterion).SetCategory("Live");

    [TestCaseSource(nameof(LiveHalves))]
    [CancelAfter(900_000)]
    public async Task Holds_in_the_running_cluster(Row row, string role, CancellationToken cancellationToken) =>
        await row.Look(await LiveClusters.Get(role, cancellationToken), cancellationToken);

    [TearDown]
    public async Task KeepWhatARedTestLeavesBehind()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed
            && TestContext.CurrentContext.Test.Arguments is [Row row, string role, ..]
            && row.Live is not null
            && LiveClusters.Running(role) is { } cluster)
        {
            await Diagnostics.Collect(cluster, $"{role}-{row.Id}", CancellationToken.None);
        }
    }

    [OneTimeTearDown]
    public Task TakeTheHealthControllerAway() => CheckedCluster.GiveBack(CancellationToken.None);

    [Test]
    public void Every_criterion_of_the_story_has_rows() =>
        new[] { "AC1", "AC2", "AC3", "AC4", "AC5", "AC6" }.ShouldBeSubsetOf(Catalog.Rows.Select(row => row.Criterion));

    [Test]
    public void Every_row_has_one_id() => Catalog.Rows.Select(row => row.Id).ShouldBeUnique();
}
