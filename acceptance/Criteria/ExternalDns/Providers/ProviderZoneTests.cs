namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>
/// The real External-DNS with the tree's arguments, variables and files, a real API server and a stand-in for each provider's API
/// (docs/external-dns.md). Skipped without a program or its provider.
/// </summary>
[TestFixture("aws")]
[TestFixture("cloudflare")]
[TestFixture("webhook")]
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class ProviderZoneTests(string provider) : StandInFixture<ProviderStandIn>(() => ProviderStandIn.Of(provider))
{
    [Test]
    [CancelAfter(300_000)]
    public async Task Records_are_created_changed_and_deleted_and_not_written_again(CancellationToken token)
    {
        using var instance = await Run(Delivered(), token);
        await Wants("one", "192.0.2.1", token, ttl: 120);
        await Wants("alias", null, token);
        await Holds("one", "A", ["192.0.2.1"], 120, token);
        await Holds("alias", "CNAME", ["target.example.net"], 60, token);
        await Eventually.Within(TimeSpan.FromSeconds(30),
            () =>
            {
                StandIn.Records.ShouldContain(record => record.Name == $"a-one.{Zone}" && record.Type == "TXT"
                    && record.Values[0].Contains("external-dns/owner=infra,"));
            },
            "the record names its owner", token);
        var changes = StandIn.Changes;
        await instance.Compares(2, token);
        StandIn.Changes.ShouldBe(changes, "the zone was written to again without a change");

        await Wants("one", "192.0.2.11", token, ttl: 120);
        await Holds("one", "A", ["192.0.2.11"], 120, token);
        await Unwanted("one", token);
        await Unwanted("alias", token);
        await Holds("one", "A", [], 0, token);
        await Holds("alias", "CNAME", [], 0, token);
        await Holds("a-one", "TXT", [], 0, token);
        await Holds("cname-alias", "TXT", [], 0, token);
        await Holds("foreign", "A", [ZoneServer.ForeignAddress], null, token);
        StandIn.Unknown.ShouldBe(0);
        StandIn.Refused.ShouldBeEmpty();
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Records_without_or_of_another_owner_are_not_changed(CancellationToken token)
    {
        using var instance = await Run(Delivered(), token);
        await LeavesOthersAlone(instance, token);
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Wrong_credentials_write_nothing_and_are_printed_nowhere(CancellationToken token)
    {
        if (StandIn.Secret.Count == 0)
        {
            Assert.Ignore($"{provider} has no credentials");
        }

        var wrong = StandIn.Secret.ToDictionary(pair => pair.Key, pair => new string([.. pair.Value.Reverse()]));
        await Wants("one", "192.0.2.1", token);
        using var instance = await Run(Delivered(), token, wrong);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            () =>
            {
                StandIn.Unknown.ShouldBeGreaterThan(0);
                instance.Program.Output.ShouldMatch("SignatureDoesNotMatch|Invalid API token");
            },
            "the log names the refusal", token);
        StandIn.Changes.ShouldBe(0);
        foreach (var value in wrong.Where(pair => !pair.Key.EndsWith("-id", StringComparison.Ordinal)).Select(pair => pair.Value))
        {
            instance.Program.Output.ShouldNotContain(value);
        }
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task Sync_deletes_the_records_that_plan_counts_in_an_exported_zone(CancellationToken token)
    {
        if (StandIn is WebhookStandIn)
        {
            Assert.Ignore("a webhook's provider has an export of its own, or none");
        }

        LocalProgram.Need("kubectl");
        var (upsert, sync) = (Instance(policy: "upsert-only"), Instance());
        await Wants("one", "192.0.2.1", token);
        await Wants("kept", "192.0.2.2", token);
        using (var instance = await Run(upsert, token))
        {
            await Holds("one", "A", ["192.0.2.1"], 60, token);
            await Holds("kept", "A", ["192.0.2.2"], 60, token);
            await Unwanted("one", token);
            await instance.Compares(2, token);
        }

        await Planned(upsert, sync, token);

        using var deleting = await Run(sync, token);
        await Holds("one", "A", [], 0, token);
        await Holds("a-one", "TXT", [], 0, token);
        await Holds("kept", "A", ["192.0.2.2"], 60, token);
        await Holds("foreign", "A", [ZoneServer.ForeignAddress], null, token);
        await Holds("owned", "A", [ZoneServer.OwnedAddress], null, token);
    }

    /// <summary>A user's commands: backup with the zone in the format of the provider's program, and plan.</summary>
    private async Task Planned(DeliveredInstance before, DeliveredInstance after, CancellationToken token)
    {
        var folder = RunSession.NewFolder("export");
        var (definition, zone) = (Path.Combine(folder, "platform.yaml"), Path.Combine(folder, "zone"));
        var backup = Path.Combine(folder, "backup");
        await File.WriteAllTextAsync(zone, StandIn is Route53StandIn ? Route53() : MasterFile(), token);
        await File.WriteAllTextAsync(definition, before.Definition, token);
        await Does(0, "generate");
        foreach (var arguments in (string[][])[["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=one"]])
        {
            await Cli.Wrap("git").WithArguments(["-c", "user.name=acceptance", "-c", "user.email=acceptance@example.com", .. arguments])
                .WithWorkingDirectory(folder).ExecuteBufferedAsync(token);
        }

        await Does(0, "backup", backup, "--zone-file", $"own={zone}", "--kubeconfig", Cluster.AdminConfig);
        await File.WriteAllTextAsync(definition, after.Definition, token);
        var counted = await Does(3, "plan", "--backup", backup);
        counted.ShouldContain($"DELETE   1 of the names below {Zone}");
        counted.ShouldContain($"      one.{Zone}\n");
        await Does(0, "plan", "--backup", backup, "--max-vanishing", "1");

        async Task<string> Does(int code, params IReadOnlyList<string> arguments)
        {
            var run = await GeneratorProgram.Run(folder, arguments, token);
            run.ExitCode.ShouldBe(code, run.StandardOutput + run.StandardError);
            return run.StandardOutput;
        }

        string Route53() => new JsonObject
        {
            ["ResourceRecordSets"] = new JsonArray(
            [
                Set(Zone, "SOA", 900, ["ns.example.net. admin.example.net. 1 7200 900 1209600 86400"]),
                .. StandIn.Records.Select(record => Set(record.Name, record.Type, record.Ttl, record.Values)),
            ]),
        }.ToJsonString();

        static JsonObject Set(string name, string type, int ttl, IEnumerable<string> values) => new()
        {
            ["Name"] = $"{name}.",
            ["Type"] = type,
            ["TTL"] = ttl,
            ["ResourceRecords"] = new JsonArray([.. values.Select(value => new JsonObject { ["Value"] = value })]),
        };

        string MasterFile() => string.Join('\n', StandIn.Records
            .SelectMany(record => record.Values.Select(value => Line(record.Name, record.Ttl, record.Type, value)))
            .Prepend(Line(Zone, 3600, "SOA", "ns.example.net. admin.example.net. 1 7200 900 1209600 86400")).Prepend(";; SOA Record"));

        static string Line(string name, int ttl, string type, string value) =>
            $"{name}.\t{ttl}\tIN\t{type}\t{value}";
    }

    /// <summary>
    /// The reason for lint's rule: External-DNS does not find a record with the set identifier, and replaces the existing one.
    /// </summary>
    [Test]
    [CancelAfter(300_000)]
    public async Task A_set_identifier_is_not_for_Cloudflare(CancellationToken token)
    {
        using var instance = await Run(Delivered(), token);
        var service = WantedService.Of("api-eu", "192.0.2.1", null, "api", [ExternalDnsNames.AnnotationPrefix]);
        service["metadata"]!["annotations"]![ExternalDnsNames.AnnotationPrefix + "set-identifier"] = "eu";
        service["metadata"]!["annotations"]![ExternalDnsNames.AnnotationPrefix + "aws-weight"] = "10";
        await Cluster.Api.Apply(ResourceKind.Service, new Resource(service), token);
        await Holds("api", "A", ["192.0.2.1"], 60, token);
        await instance.Compares(3, token, "reconcile");
        (StandIn.Changes > 1).ShouldBe(StandIn is CloudflareStandIn, $"changes: {StandIn.Changes}");
        StandIn.Refused.ShouldBeEmpty();
    }

    private static IEnumerable<TestCaseData> Sabotages()
    {
        yield return new TestCaseData(
            "no ownership", (DeliveredInstance instance) => instance.With("--registry=txt", "--registry=noop"));
        yield return new TestCaseData(
            "the id of another owner", (DeliveredInstance instance) => instance.With("--txt-owner-id=infra", "--txt-owner-id=other"));
    }

    [TestCaseSource(nameof(Sabotages))]
    [Category("Sabotage")]
    [CancelAfter(300_000)]
    public async Task A_sabotage_is_detected(string name, Func<DeliveredInstance, DeliveredInstance> sabotage, CancellationToken token)
    {
        using var instance = await Run(sabotage(Delivered()), token);
        await SabotageDetection.ShouldBeDetected(name, () => LeavesOthersAlone(instance, token), "another owner's");
    }

    private async Task LeavesOthersAlone(RunningInstance instance, CancellationToken token)
    {
        await Wants("foreign", "192.0.2.3", token);
        await Wants("owned", "192.0.2.4", token);
        await Wants("marker", "192.0.2.5", token);
        await Holds("marker", "A", ["192.0.2.5"], 60, token);
        await instance.Compares(2, token);
        foreach (var (name, address) in new[] { ("foreign", ZoneServer.ForeignAddress), ("owned", ZoneServer.OwnedAddress) })
        {
            StandIn.Records.Where(record => record.Name == $"{name}.{Zone}").Select(record => (string.Join(' ', record.Values), record.Ttl))
                .ShouldBe([(address, ZoneServer.ForeignTtl)], $"{name} is another owner's");
        }

        StandIn.Records.ShouldNotContain(record => record.Name == $"a-foreign.{Zone}", "foreign is claimed");
        StandIn.Records.ShouldContain(record => record.Name == $"a-owned.{Zone}"
            && record.Values[0].Contains("external-dns/owner=other,"));
    }

    private DeliveredInstance Delivered() => StandIn is WebhookStandIn webhook
        ? Instance().With("--webhook-provider-url=http://localhost:8888", webhook.Argument)
        : Instance();

    /// <summary>Waits until the zone has exactly these values.</summary>
    private Task Holds(string name, string type, string[] expected, int? ttl, CancellationToken token) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        () =>
        {
            var records = StandIn.Records.Where(record => record.Name == $"{name}.{Zone}" && record.Type == type).ToArray();
            records.SelectMany(record => record.Values).Select(value => value.TrimEnd('.')).ShouldBe(expected);
            if (ttl is { } wanted && expected.Length > 0)
            {
                records[0].Ttl.ShouldBe(StandIn.Kept(wanted));
            }
        },
        $"{name} is {(expected.Length == 0 ? "gone" : string.Join(' ', expected))}",
        token);
}
