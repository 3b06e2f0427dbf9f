namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Records, their owners, and records of others in the zone.</summary>
[TestFixture("Knot")]
[TestFixture("Bind")]
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class ExternalDnsTests(string kind) : ZoneFixture(kind)
{
    [Test]
    [CancelAfter(300_000)]
    public async Task Records_are_created_changed_and_deleted_with_their_TTL(CancellationToken token)
    {
        using var instance = await Run(Instance("infra"), token);
        await Wants("one", "192.0.2.1", token);
        await Wants("long", "192.0.2.2", token, ttl: 120);
        await Wants("alias", null, token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
        await Holds("long", RecordType.A, ["192.0.2.2"], 120, token);
        await Holds("alias", RecordType.CNAME, ["target.example.net."], 60, token);
        await Owner("a-one", "infra", token);
        await Owner("cname-alias", "infra", token);
        await Wants("one", "192.0.2.11", token);
        await Holds("one", RecordType.A, ["192.0.2.11"], 60, token);
        await Unwanted("one", token);
        await Unwanted("alias", token);
        await Holds("one", RecordType.A, [], 0, token);
        await Holds("a-one", RecordType.TXT, [], 0, token);
        await Holds("alias", RecordType.CNAME, [], 0, token);
        await Holds("cname-alias", RecordType.TXT, [], 0, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Unchanged_records_are_not_written_again(CancellationToken token)
    {
        using var instance = await Run(Instance("infra"), token);
        await Wants("one", "192.0.2.1", token);
        await Wants("alias", null, token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
        await Holds("alias", RecordType.CNAME, ["target.example.net."], 60, token);
        var serial = await Server.Serial(token);
        await instance.Compares(3, token);
        (await Server.Serial(token)).ShouldBe(serial, "the zone was written to again without a change");
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Records_without_or_of_another_owner_are_not_changed(CancellationToken token)
    {
        using var instance = await Run(Instance("infra"), token);
        await LeavesOthersAlone(instance, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Two_clusters_share_a_zone_and_the_first_one_keeps_a_name(CancellationToken token)
    {
        const string Other = "other.example.org/";
        using var infra = await Run(Instance("infra"), token);
        using var apps = await Run(Instance("apps", $", annotationPrefix: {Other}"), token);
        await Wants("both", "192.0.2.1", token);
        await Holds("both", RecordType.A, ["192.0.2.1"], 60, token);
        await Wants("both-of-apps", "192.0.2.2", token, prefix: Other, hostname: "both");
        await Wants("apps", "192.0.2.3", token, prefix: Other);
        await Holds("apps", RecordType.A, ["192.0.2.3"], 60, token);
        await Owner("a-apps", "apps", token);
        await apps.Compares(2, token);
        await infra.Compares(2, token);
        await Holds("both", RecordType.A, ["192.0.2.1"], 60, token);
        await Owner("a-both", "infra", token);
        await Holds("apps", RecordType.A, ["192.0.2.3"], 60, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task A_server_that_goes_away_gets_what_it_missed_when_it_is_back(CancellationToken token)
    {
        using var instance = await Run(Instance("infra"), token);
        await Wants("one", "192.0.2.1", token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
        Server.Stop();
        await Wants("two", "192.0.2.2", token);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            async probe => (await instance.Metric("external_dns_controller_consecutive_soft_errors", probe)).ShouldBeGreaterThan(0),
            "the instance counts its failures", token);
        instance.Program.Runs.ShouldBeTrue("it must not end while the server is away");
        await Server.Start(Named, token);
        await Holds("two", RecordType.A, ["192.0.2.2"], 60, token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task A_refused_key_writes_nothing_and_is_printed_nowhere(CancellationToken token)
    {
        var wrong = Convert.ToBase64String(new byte[32]);
        await Wants("one", "192.0.2.1", token);
        var serial = await Server.Serial(token);
        using var instance = await Run(Instance("infra"), token, wrong);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            () => instance.Program.Output.ShouldMatch("(?i)bad authentication|bad ?key|bad ?sig|notauth|bad xfr rcode"),
            "the log names the refusal", token);
        (await Server.Serial(token)).ShouldBe(serial);
        (await instance.Metric("external_dns_registry_endpoints_total", token)).ShouldBe(0, "what ExternalDNSReadsNothing looks at");
        instance.Program.Output.ShouldNotContain(wrong);
        (await instance.Metrics(token)).ShouldNotContain(wrong);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task With_upsert_only_nothing_is_deleted(CancellationToken token)
    {
        using var instance = await Run(Instance("infra", policy: "upsert-only"), token);
        await Wants("one", "192.0.2.1", token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
        await Unwanted("one", token);
        await instance.Compares(2, token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task A_dry_run_prints_changes_and_makes_none(CancellationToken token)
    {
        await Wants("one", "192.0.2.1", token);
        var serial = await Server.Serial(token);
        using var instance = await Run(Instance("infra", ", dryRun: true"), token);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            () => instance.Program.Output.ShouldContain($"one.{ZoneServer.Zone}"),
            "the log names the record", token);
        (await Server.Serial(token)).ShouldBe(serial);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Another_owner_and_another_prefix_take_records_over_without_a_gap(CancellationToken token)
    {
        await Wants("one", "192.0.2.1", token);
        using (await Run(Instance("infra", ", ownerId: default"), token))
        {
            await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
            await Owner("a-one", "default", token);
        }

        // With a server for updates, the old owner's text stays next to the new one; docs/external-dns.md has the next steps.
        using (await Run(Instance("infra", ", migrateFromOwner: default"), token))
        {
            await Owner("a-one", "infra", token);
            await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
            await Wants("one", "192.0.2.11", token);
            await Holds("one", RecordType.A, ["192.0.2.11"], 60, token);
        }

        // Both annotations first, then the instance: the name is requested at all times.
        await Wants("one", "192.0.2.11", token, also: ExternalDnsNames.NewAnnotationPrefix);
        using var instance = await Run(
            Instance("infra", $", migrateFromOwner: default, annotationPrefix: {ExternalDnsNames.NewAnnotationPrefix}"), token);
        await instance.Compares(2, token);
        await Holds("one", RecordType.A, ["192.0.2.11"], 60, token);
    }

    private static IEnumerable<TestCaseData> Sabotages()
    {
        yield return new TestCaseData("no transfers", (DeliveredInstance instance) => instance.With("--rfc2136-axfr"), true);
        yield return new TestCaseData("the server refuses the transfer", (DeliveredInstance instance) => instance, false);
        yield return new TestCaseData(
            "no ownership", (DeliveredInstance instance) => instance.With("--registry=txt", "--registry=noop"), true);
        yield return new TestCaseData(
            "the id of another owner", (DeliveredInstance instance) => instance.With("--txt-owner-id=infra", "--txt-owner-id=somebody"),
            true);
    }

    [TestCaseSource(nameof(Sabotages))]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task A_sabotage_is_detected(
        string name, Func<DeliveredInstance, DeliveredInstance> sabotage, bool transfers, CancellationToken token)
    {
        if (!transfers)
        {
            Server.Dispose();
            Server = await Started(transfers: false);
        }

        using var instance = await Run(sabotage(Instance("infra")), token);
        await SabotageDetection.ShouldBeDetected(name, () => LeavesOthersAlone(instance, token), "another owner's");
    }

    private async Task LeavesOthersAlone(RunningInstance instance, CancellationToken token)
    {
        await Wants("foreign", "192.0.2.3", token);
        await Wants("owned", "192.0.2.4", token);
        await Wants("marker", "192.0.2.5", token);
        await Holds("marker", RecordType.A, ["192.0.2.5"], 60, token);
        // Attempts count: without ownership, BIND refuses a part of each update, the deletion of the name server's address.
        await instance.Compares(2, token, "reconcile");
        async Task Stays(string name, string address)
        {
            var records = await Server.Ask($"{name}.{ZoneServer.Zone}", RecordType.A, token);
            records.ShouldBe([(address, ZoneServer.ForeignTtl)], $"{name} is another owner's");
        }

        await Stays("foreign", ZoneServer.ForeignAddress);
        await Stays("owned", ZoneServer.OwnedAddress);
        (await Server.Ask($"a-foreign.{ZoneServer.Zone}", RecordType.TXT, token)).ShouldBeEmpty("foreign is claimed");
    }
}
