using PlatformGitOps.Generator.Plan;
using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Compares <c>plan</c>'s output for a change of settings with the real program's behaviour.</summary>
[TestFixture("Knot")]
[TestFixture("Bind")]
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class PlannedRecordTests(string kind) : ZoneFixture(kind)
{
    private const string First = "192.0.2.1";
    private const string Later = "192.0.2.2";

    private static IEnumerable<TestCaseData> Changes()
    {
        static TestCaseData Case(string about, string also, RecordFate? fate, string policy = "sync", string name = "own") =>
            new TestCaseData(also, fate, policy, name).SetArgDisplayNames(about);

        yield return Case("nothing", "", null);
        yield return Case("another owner", ", ownerId: later", RecordFate.Left);
        yield return Case("another owner that takes over", ", ownerId: later, migrateFromOwner: infra", null);
        yield return Case("another TXT prefix", ", txtPrefix: edns-", RecordFate.Left);
        yield return Case("a domain excluded", $", excludeDomains: [one.{ZoneServer.Zone}]", RecordFate.Left);
        yield return Case("another annotation prefix", $", annotationPrefix: {ExternalDnsNames.NewAnnotationPrefix}", RecordFate.Removed);
        yield return Case("another annotation prefix, upsert-only", $", annotationPrefix: {ExternalDnsNames.NewAnnotationPrefix}",
            RecordFate.Unfollowed, "upsert-only");
        yield return Case("another source", ", sources: [ingress]", RecordFate.Removed);
        yield return Case("another name of the instance", "", null, name: "other");
    }

    [TestCaseSource(nameof(Changes))]
    [CancelAfter(300_000)]
    public async Task A_change_has_the_planned_effect_on_a_record(
        string also, RecordFate? fate, string policy, string name, CancellationToken token)
    {
        var before = Instance("infra", policy: policy);
        var after = Instance("infra", also, policy, own: name);
        await Wants("one", First, token);
        using (await Run(Fast(before), token))
        {
            await Holds("one", RecordType.A, [First], 60, token);
        }

        Fates(before, after).ShouldBe(fate is { } expected ? [expected] : []);
        await Wants("one", Later, token);
        using var instance = await Run(Fast(after), token);
        await instance.Compares(3, token);
        await Holds("one", RecordType.A, fate switch
        {
            null => [Later],
            RecordFate.Removed => [],
            _ => [First],
        }, 60, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task With_sync_records_without_an_object_are_deleted_except_in_a_dry_run(CancellationToken token)
    {
        var (upsert, dry, sync) = (Instance("infra", policy: "upsert-only"), Instance("infra", ", dryRun: true"), Instance("infra"));
        await Wants("one", First, token);
        using (var instance = await Run(Fast(upsert), token))
        {
            await Holds("one", RecordType.A, [First], 60, token);
            await Unwanted("one", token);
            await instance.Compares(2, token);
        }

        Fates(upsert, dry).ShouldBeEmpty();
        using (var instance = await Run(Fast(dry), token))
        {
            await instance.Compares(3, token);
            await Holds("one", RecordType.A, [First], 60, token);
        }

        Fates(upsert, sync).ShouldBe([RecordFate.Removed]);
        Fates(dry, sync).ShouldBe([RecordFate.Removed]);
        using (var instance = await Run(Fast(sync), token))
        {
            await instance.Compares(3, token);
            await Holds("one", RecordType.A, [], 60, token);
        }
    }

    private static RecordFate[] Fates(DeliveredInstance before, DeliveredInstance after) =>
        [.. PlanRun.Compare(before.Source, after.Source, _ => true, CancellationToken.None).Records.Losses.Select(loss => loss.Fate)];

    /// <summary>Compares every second; a definition allows ten seconds or more.</summary>
    private static DeliveredInstance Fast(DeliveredInstance instance) => instance.With("--interval=10s", "--interval=1s");
}
