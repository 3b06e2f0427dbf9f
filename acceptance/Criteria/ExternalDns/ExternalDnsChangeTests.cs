namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Changes of a running instance: TTL, owner, <c>sync</c> after a dry run, and the key.</summary>
[TestFixture("Knot")]
[TestFixture("Bind")]
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class ExternalDnsChangeTests(string kind) : ZoneFixture(kind)
{
    private const string Unchanged = "external_dns_controller_no_op_runs_total";

    [Test]
    [CancelAfter(300_000)]
    public async Task A_TTL_below_the_default_reaches_the_record_and_is_written_once(CancellationToken token)
    {
        using var instance = await Run(Instance("infra"), token);
        await Wants("short", "192.0.2.1", token, ttl: 30);
        await Wants("one", "192.0.2.2", token);
        await Holds("one", RecordType.A, ["192.0.2.2"], 60, token);
        await Holds("short", RecordType.A, ["192.0.2.1"], 30, token);
        (await Server.Ask($"a-short.{ZoneServer.Zone}", RecordType.TXT, token)).Single().Ttl.ShouldBe(1, "nobody asks for it");
        (await WritesIn3Syncs(instance, token)).ShouldBe(0);
    }

    [Test]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task A_provider_that_raises_the_TTL_is_detected_by_repeated_writes(CancellationToken token)
    {
        using var instance = await Run(Instance("infra").With("--rfc2136-min-ttl=1s", "--rfc2136-min-ttl=60s"), token);
        await Wants("short", "192.0.2.1", token, ttl: 30);
        await Holds("short", RecordType.A, ["192.0.2.1"], 60, token);
        (await WritesIn3Syncs(instance, token)).ShouldBeGreaterThanOrEqualTo(2);
        (await instance.Metric(Unchanged, token)).ShouldBeLessThanOrEqualTo(1, "the run before the Service was there");
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task A_migration_rewrites_its_records_until_it_is_ended_by_the_steps_of_the_page(CancellationToken token)
    {
        var knsupdate = LocalProgram.Need("knsupdate");
        string[] names = ["one", "two", "three"];
        foreach (var name in names)
        {
            await Wants(name, "192.0.2.1", token);
        }

        using (await Run(Instance("infra", ", ownerId: default"), token))
        {
            await Owners("default");
        }

        using (var migrates = await Run(Instance("infra", ", migrateFromOwner: default"), token))
        {
            await Owners("infra");
            // An address and its owner, for three names, in each comparison.
            (await WritesIn3Syncs(migrates, token)).ShouldBeGreaterThanOrEqualTo(2 * 3 * 2, "what the alert ExternalDNSRewrites is for");
            (await migrates.Metric(Unchanged, token)).ShouldBe(0, "what the alert looks at");
        }

        var texts = names.Select(name => $"update delete a-{name}.{ZoneServer.Zone}. TXT "
            + $"\"heritage=external-dns,external-dns/owner=default,external-dns/resource=service/default/{name}\"");
        var update = new SignedUpdate(
            $"127.0.0.1:{Server.Port}", ZoneServer.KeyName, "hmac-sha256", Server.Secret);
        var sent = await update.Send(knsupdate, ZoneServer.Zone, string.Join('\n', texts), token);
        sent.ExitCode.ShouldBe(0, sent.StandardOutput + sent.StandardError);

        using var ended = await Run(Instance("infra"), token);
        await ended.Compares(1, token);
        (await WritesIn3Syncs(ended, token)).ShouldBe(0);
        (await ended.Metric(Unchanged, token)).ShouldBeGreaterThan(0);
        await Wants("one", "192.0.2.11", token);
        await Holds("one", RecordType.A, ["192.0.2.11"], 60, token);
        foreach (var name in names)
        {
            (await Server.Ask($"a-{name}.{ZoneServer.Zone}", RecordType.TXT, token)).Single().Text.ShouldContain("owner=infra");
        }

        async Task Owners(string owner)
        {
            foreach (var name in names)
            {
                await Holds(name, RecordType.A, ["192.0.2.1"], 60, token);
                await Owner($"a-{name}", owner, token);
            }
        }
    }

    /// <summary>External-DNS adds the new record first, which a server ignores next to the old one, and then deletes the old one.</summary>
    [Test]
    [CancelAfter(300_000)]
    public async Task A_name_that_becomes_an_alias_or_an_address_again_is_away_until_the_next_comparison(CancellationToken token)
    {
        using var instance = await Run(Instance("infra"), token);
        await Wants("one", "192.0.2.1", token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
        await Wants("one", "target.example.net", token);
        await Turns("alias", RecordType.A, RecordType.CNAME, "target.example.net.", token);
        await Wants("one", "192.0.2.2", token);
        await Turns("address", RecordType.CNAME, RecordType.A, "192.0.2.2", token);
        (await WritesIn3Syncs(instance, token)).ShouldBe(0);
    }

    private async Task Turns(string what, RecordType from, RecordType into, string expected, CancellationToken token)
    {
        long? away = null;
        await Eventually.Within(TimeSpan.FromSeconds(60),
            async probe =>
            {
                var after = await Server.Ask($"one.{ZoneServer.Zone}", into, probe);
                if (after.Count == 0 && (await Server.Ask($"one.{ZoneServer.Zone}", from, probe)).Count == 0)
                {
                    away ??= TimeProvider.System.GetTimestamp();
                }

                after.ShouldBe([(expected, 60)]);
            },
            $"the name is an {what}", token);
        away.ShouldNotBeNull("docs/external-dns.md says that it has no record for a while");
        TestContext.Out.WriteLine($"no record for {TimeProvider.System.GetElapsedTime(away.Value).TotalSeconds:0.0} s before the {what}");
        await Holds("one", from, [], 0, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task A_dry_run_names_what_sync_would_delete_and_keeps_it(CancellationToken token)
    {
        await Wants("stays", "192.0.2.1", token);
        await Wants("goes", "192.0.2.2", token);
        using (await Run(Instance("infra", policy: "upsert-only"), token))
        {
            await Holds("stays", RecordType.A, ["192.0.2.1"], 60, token);
            await Holds("goes", RecordType.A, ["192.0.2.2"], 60, token);
        }

        await Unwanted("goes", token);
        var serial = await Server.Serial(token);
        using (var dry = await Run(Instance("infra", ", dryRun: true"), token))
        {
            await Eventually.Within(TimeSpan.FromSeconds(60),
                () => dry.Program.Output.ShouldContain($"Removing RR: goes.{ZoneServer.Zone} "),
                "the log names the record", token);
            await dry.Compares(1, token);
            dry.Program.Output.ShouldNotContain($"Removing RR: stays.{ZoneServer.Zone} ");
            (await Server.Serial(token)).ShouldBe(serial);
            await Holds("goes", RecordType.A, ["192.0.2.2"], 60, token);
        }

        using var instance = await Run(Instance("infra"), token);
        await Holds("goes", RecordType.A, [], 0, token);
        await Holds("stays", RecordType.A, ["192.0.2.1"], 60, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Without_transfers_nothing_is_ever_read_and_the_alerts_leave_the_instance_out(CancellationToken token)
    {
        var delivered = Instance("infra", policy: "create-only", server: ", transfers: false");
        using var instance = await Run(delivered, token);
        await Wants("one", "192.0.2.1", token);
        await Holds("one", RecordType.A, ["192.0.2.1"], 60, token);
        await instance.Compares(2, token);
        (await instance.Metric("external_dns_source_endpoints_total", token)).ShouldBe(1);
        (await instance.Metric("external_dns_registry_endpoints_total", token)).ShouldBe(0);
        var alerts = delivered.Objects.Single(resource => resource.Kind == "PrometheusRule").Parts("spec.groups[0].rules")
            .Select(rule => rule.Text("alert"));
        alerts.ShouldBe(["ExternalDNSSyncFailure", "ExternalDNSDown"]);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task A_key_is_replaced_without_a_refused_update(CancellationToken token)
    {
        var refused = await Rotate(oldKeyGoesFirst: false, token);
        refused.ShouldBeEmpty();
    }

    [Test]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task The_early_removal_of_an_old_key_is_detected(CancellationToken token)
    {
        var refused = await Rotate(oldKeyGoesFirst: true, token);
        refused.ShouldNotBeEmpty("the old key was removed while it was in use");
    }

    /// <summary>Follows the steps of docs/external-dns.md, with changes before, between and after them.</summary>
    /// <returns>Log lines of External-DNS or the server about refusals.</returns>
    private async Task<IReadOnlyList<string>> Rotate(bool oldKeyGoesFirst, CancellationToken token)
    {
        var (before, after) = (Server.Keys[0], ZoneKey.New("external-dns-2"));
        var lines = new List<string>();
        var last = 0;
        using (var instance = await Run(Instance("infra"), token))
        {
            await Change(2);
            await Server.Use(oldKeyGoesFirst ? [after] : [before, after], token);
            if (oldKeyGoesFirst)
            {
                await Wants("one", "192.0.2.100", token);
                await instance.Compares(1, token, "reconcile");
            }
            else
            {
                await Change(2);
            }

            lines.AddRange(await Refusals(instance));
        }

        using (var instance = await Run(Instance("infra", keyName: after.Name), token, after.Secret))
        {
            await Change(2);
            await Server.Use([after], token);
            await Change(2);
            lines.AddRange(await Refusals(instance));
        }

        return [.. lines, .. Server.Output.Split('\n').Where(IsRefusal)];

        async Task Change(int times)
        {
            for (var time = 0; time < times; time++)
            {
                var address = $"192.0.2.{++last}";
                await Wants("one", address, token);
                await Holds("one", RecordType.A, [address], 60, token);
            }
        }

        async Task<IEnumerable<string>> Refusals(RunningInstance instance)
        {
            var errors = await instance.Metric("external_dns_registry_errors_total", token)
                + await instance.Metric("external_dns_controller_consecutive_soft_errors", token);
            return instance.Program.Output.Split('\n').Where(IsRefusal)
                .Concat(errors == 0 ? [] : [$"{errors} errors"]);
        }

        static bool IsRefusal(string line) =>
            System.Text.RegularExpressions.Regex.IsMatch(line, "(?i)denied|refused|notauth|bad ?key|bad ?sig|bad auth|tsig (error|verify)");
    }

    /// <summary>
    /// The number of records that the instance wrote in three comparisons. The serial does not show it: removing and adding the same record
    /// in one update changes nothing.
    /// </summary>
    private async Task<int> WritesIn3Syncs(RunningInstance instance, CancellationToken token)
    {
        var (writes, serial) = (Writes(), await Server.Serial(token));
        await instance.Compares(3, token);
        writes = Writes() - writes;
        var after = await Server.Serial(token);
        TestContext.Out.WriteLine($"{writes} records written in 3 comparisons; the serial {serial} became {after}");
        if (writes == 0)
        {
            after.ShouldBe(serial);
        }

        return writes;

        int Writes() => instance.Program.Output.Split("Adding RR: ").Length - 1;
    }
}
