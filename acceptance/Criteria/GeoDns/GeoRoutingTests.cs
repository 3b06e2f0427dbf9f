using PlatformGitOps.Acceptance.Criteria.ExternalDns;

namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

/// <summary>
/// The real CoreDNS with the tree's Corefile and the real writer of its zones, with a real API server (docs/geo-routing.md). Skipped
/// without one of the programs.
/// </summary>
[Category("GeoRouting")]
[NonParallelizable]
internal sealed class GeoRoutingTests
{
    private const string Office = "127.32.0.9";
    private const string Elsewhere = "127.60.0.9";
    private const string Office6 = "::1";
    private const string American = "198.51.100.0/24";

    /// <summary>The limit for a change of the answers, without caching in resolvers.</summary>
    private static readonly TimeSpan Bar = TimeSpan.FromSeconds(10);

    private LocalApiServer cluster = null!;
    private LocalRegions regions = null!;
    private string coreDns = null!;
    private string controller = null!;
    private LocalGeoDns? server;

    [OneTimeSetUp]
    public async Task StartTheApiServer()
    {
        coreDns = LocalProgram.Need("coredns");
        // Not the copy next to this assembly, which would load another version of the Kubernetes client.
        controller = Path.Combine(Repository.Root, "artifacts", "bin", "Controller", "debug", "PlatformGitOps.Controller.dll");
        Assume.That(File.Exists(controller), $"{controller} is not built");
        cluster = await LocalApiServer.Start(LocalProgram.Need("etcd"), LocalProgram.Need("kube-apiserver"), CancellationToken.None);
    }

    [SetUp]
    public void StartTheRegions()
    {
        regions = new LocalRegions();
        regions.Start(LocalRegions.Eu, LocalRegions.Us);
    }

    [TearDown]
    public async Task RemoveTheServicesAndTheServer()
    {
        server?.Dispose();
        server = null;
        regions.Dispose();
        foreach (var service in await cluster.Api.List(ResourceKind.Service, "default", "test=geo", CancellationToken.None))
        {
            await cluster.Api.Delete(ResourceKind.Service.Named(service.Name, "default"), null, CancellationToken.None);
        }
    }

    [OneTimeTearDown]
    public void StopTheApiServer() => cluster?.Dispose();

    [Test]
    [CancelAfter(240_000)]
    public async Task Each_client_gets_the_addresses_of_its_region(CancellationToken token)
    {
        await Start("latency", token);
        await ByClient(token);
        var refused = await server!.Query("example.org", token);
        refused.ResponseCode.ShouldBe(ResponseCode.Refused, "it resolves for others");
        var answer = await server.Query($"api.{LocalGeoDns.Zone}", token, subnet: American);
        TestContext.Out.WriteLine($"client subnet in the answer: {answer.Edns?.ClientSubnet?.ToString() ?? "none"}");
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Addresses_of_both_families_are_answered_and_come_and_go_by_themselves(CancellationToken token)
    {
        Assume.That(Require.HasIPv6, "this machine has no IPv6 loopback address");
        regions.Start(LocalRegions.Eu6);
        await Start("latency", token, ("eu", $"{LocalRegions.Eu}, {LocalRegions.Eu6}", ("weight", "1")),
            ("us", LocalRegions.Us, ("weight", "1")));
        foreach (var source in new[] { Office, Office6 })
        {
            await Answers([LocalRegions.Eu6], source, token, type: RecordType.AAAA);
            await Answers([LocalRegions.Eu], source, token);
        }

        regions.Stop(LocalRegions.Eu6);
        await InTime("of IPv6 went", () => Answers([], Office6, token, type: RecordType.AAAA), token);
        (await server!.Ask("api", token, Office6)).ShouldBe([LocalRegions.Eu], "the region itself is up");
        regions.Stop(LocalRegions.Eu);
        await InTime("moved", () => Answers([LocalRegions.Us], Office6, token), token);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_failed_region_is_removed_from_the_answers_in_time_and_returns(CancellationToken token)
    {
        await Start("latency", token);
        await Answers([LocalRegions.Eu], Office, token);
        regions.Stop(LocalRegions.Eu);
        await InTime("moved", () => Answers([LocalRegions.Us], Office, token), token);
        regions.Start(LocalRegions.Eu);
        await InTime("came back", () => Answers([LocalRegions.Eu], Office, token), token);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task If_all_regions_are_down_the_answers_stay(CancellationToken token)
    {
        await Start("latency", token);
        await Answers([LocalRegions.Eu], Office, token);
        regions.Stop(LocalRegions.Eu);
        await Answers([LocalRegions.Us], Office, token);
        regions.Stop(LocalRegions.Us);
        await InTime("opened", () => Answers([LocalRegions.Eu], Office, token), token);
        await Throughout.For(TimeSpan.FromSeconds(5), async probe =>
            (await server!.Ask("api", probe, Office)).ShouldBe([LocalRegions.Eu]), "the nearest region is answered", token);
        regions.Start(LocalRegions.Us);
        await InTime("closed", () => Answers([LocalRegions.Us], Office, token), token);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task The_lowest_priority_that_is_up_answers(CancellationToken token)
    {
        const string Third = "127.53.0.1";
        regions.Start(Third);
        await Start("priority", token, ("eu", LocalRegions.Eu, ("priority", "2")), ("us", LocalRegions.Us, ("priority", "1")),
            ("third", Third, ("priority", "3")));
        foreach (var (expected, stopped) in new[] { (LocalRegions.Us, LocalRegions.Us), (LocalRegions.Eu, LocalRegions.Eu), (Third, "") })
        {
            await Answers([expected], Office, token);
            await Answers([expected], Elsewhere, token);
            regions.Stop(stopped);
        }
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task The_first_address_follows_the_weights(CancellationToken token)
    {
        await Start("weighted", token, ("eu", LocalRegions.Eu, ("weight", "3")), ("us", LocalRegions.Us, ("weight", "1")));
        await Answers([LocalRegions.Eu, LocalRegions.Us], Office, token, ignoreOrder: true);
        await Weights(token);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Without_the_writer_the_last_answers_stay(CancellationToken token)
    {
        await Start("latency", token);
        await Answers([LocalRegions.Eu], Office, token);
        server!.StopWriter();
        regions.Stop(LocalRegions.Eu);
        await Throughout.For(TimeSpan.FromSeconds(8), async probe =>
            (await server.Ask("api", probe, Office)).ShouldBe([LocalRegions.Eu]), "CoreDNS answers from its files", token);
    }

    /// <summary>
    /// Other libraries look up the first 32 bits of an IPv6 address (findings/mmdb-ipv6-in-ipv4.sh): 2001:db8:: would be in France here.
    /// </summary>
    [Test]
    [CancelAfter(240_000)]
    public async Task A_database_of_IPv4_has_no_country_for_an_IPv6_client(CancellationToken token)
    {
        var places = CityDatabase.OfIPv4(("203.0.113.0/24", "FR", "EU"), ("32.1.13.0/24", "FR", "EU"));
        server = await LocalGeoDns.Start(cluster, coreDns, controller, "latency", null, places, token);
        await Deliver([("eu", LocalRegions.Eu, ("weight", "1")), ("us", LocalRegions.Us, ("weight", "1"))], token);
        await Answers([LocalRegions.Us], Elsewhere, token);

        (await server.Ask("api", token, Elsewhere, "203.0.113.0/24")).ShouldBe([LocalRegions.Eu], "the database is not read");
        (await server.Ask("api", token, Elsewhere, "32.1.13.0/24")).ShouldBe([LocalRegions.Eu], "the database is not read");
        (await server.Ask("api", token, Elsewhere, "2001:db8:200::/48")).ShouldBe([LocalRegions.Us], "the order of the regions");
    }

    private static IEnumerable<TestCaseData> Sabotages()
    {
        if (Require.HasIPv6)
        {
            yield return new TestCaseData("no view of an IPv6 network", "latency", (string text) =>
                text.Replace(" || incidr(client_ip(), '2001:db8:32::/48')", ""));
        }

        yield return new TestCaseData("no view of a network", "latency", (string text) =>
            text.Replace("incidr(client_ip(), '10.32.0.0/12')", "false"));
        yield return new TestCaseData("no client subnet", "latency", (string text) =>
            text.Replace("edns-subnet", ""));
        yield return new TestCaseData(
            "no weights", "weighted", (string text) => text.Replace("/weights", "/no-weights"));
    }

    [TestCaseSource(nameof(Sabotages))]
    [Category("Sabotage")]
    [CancelAfter(240_000)]
    public async Task A_sabotage_is_detected(string name, string policy, Func<string, string> sabotage, CancellationToken token)
    {
        await Start(policy, sabotage, token, ("eu", LocalRegions.Eu, ("weight", "3")), ("us", LocalRegions.Us, ("weight", "1")));
        if (policy == "weighted")
        {
            await Answers([LocalRegions.Eu, LocalRegions.Us], Office, token, ignoreOrder: true);
        }
        else
        {
            await Answers([LocalRegions.Us], Elsewhere, token);
        }

        string? noticed = null;
        try
        {
            await (policy == "weighted" ? Weights(token) : ByClient(token, patience: 1));
        }
        catch (Exception exception) when (exception is ShouldAssertException or WaitTimeoutException)
        {
            noticed = exception.Message;
        }

        noticed.ShouldNotBeNull($"'{name}' was not noticed");
    }

    /// <summary>
    /// The commands of docs/troubleshooting.md that need no pods, and the log messages that its other commands search for.
    /// </summary>
    [Test]
    [CancelAfter(240_000)]
    public async Task The_page_leads_to_the_cause_of_a_wrong_region(CancellationToken token)
    {
        LocalProgram.Need("kubectl");
        await Start("latency", token);
        await Answers([LocalRegions.Eu], Office, token);
        regions.Stop(LocalRegions.Eu);
        await cluster.Api.Apply(ResourceKind.Service, regions.Service("refused", "nowhere", LocalRegions.Us), token);
        await Answers([LocalRegions.Us], Office, token);
        var tried = 0;
        foreach (var row in TroubleshootingGuide.Committed["The wrong region answers"])
        {
            var output = row.Command switch
            {
                var text when text.Contains(" logs ") => server!.WriterOutput,
                var text when text.Contains("configmap") || text.Contains("events") =>
                    await Typed(text),
                _ => null,
            };
            if (output is not null)
            {
                output.ShouldMatch(row.Output, row.Command);
                tried++;
            }
        }

        tried.ShouldBe(3, "the page has other rows; the criterion Troubleshooting has them all");

        async Task<string> Typed(string command) => (await Cli.Wrap("bash").WithArguments(["-c", command])
            .WithEnvironmentVariables(variables => variables.Set("KUBECONFIG", cluster.AdminConfig)).ExecuteBufferedAsync(token))
            .StandardOutput;
    }

    private async Task ByClient(CancellationToken token, int patience = 30)
    {
        (string Who, string Source, string? Subnet, string Expected)[] clients =
        [
            .. Require.HasIPv6 ? [("the office of eu over IPv6", Office6, null, LocalRegions.Eu)]
                : Array.Empty<(string, string, string?, string)>(),
            ("an IPv6 client in North America", Elsewhere, "2001:db8:100::/48", LocalRegions.Us),
            ("an IPv6 client in France", Elsewhere, "2001:db8:200::/56", LocalRegions.Eu),
            ("the office of eu", Office, null, LocalRegions.Eu),
            ("somebody near to no region", Elsewhere, null, LocalRegions.Us),
            ("a client in North America", Elsewhere, American, LocalRegions.Us),
            ("a client in Japan", Elsewhere, "100.64.0.0/10", LocalRegions.Us),
            ("a client in Great Britain", Elsewhere, "192.0.2.0/24", LocalRegions.Eu),
            ("a client in France", Elsewhere, "203.0.113.0/24", LocalRegions.Eu),
        ];
        foreach (var (who, source, subnet, expected) in clients)
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(patience),
                async probe => (await server!.Ask("api", probe, source, subnet)).ShouldBe([expected], who),
                $"{who} gets {expected}",
                token);
        }
    }

    /// <summary>Ten times a thousand queries: prints the share in each thousand, and checks the total.</summary>
    private async Task Weights(CancellationToken token)
    {
        const int Round = 1000;
        var shares = new List<double>();
        for (var round = 0; round < 10; round++)
        {
            var first = 0;
            for (var query = 0; query < Round; query++)
            {
                first += (await server!.Ask("api", token, Elsewhere))[0] == LocalRegions.Eu ? 1 : 0;
            }

            shares.Add((double)first / Round);
        }

        TestContext.Out.WriteLine("weight 3 of 4, first in each thousand answers: "
            + string.Join(' ', shares.Select(share => share.ToString("P1", CultureInfo.InvariantCulture))));
        shares.Average().ShouldBe(0.75, 0.03);
    }

    private Task Start(string policy, CancellationToken token) =>
        Start(policy, token, ("eu", LocalRegions.Eu, ("weight", "1")), ("us", LocalRegions.Us, ("weight", "1")));

    private Task Start(string policy, CancellationToken token, params (string, string, (string, string))[] services) =>
        Start(policy, null, token, services);

    private async Task Start(string policy, Func<string, string>? sabotage, CancellationToken token,
        params (string Name, string Address, (string, string) Also)[] services)
    {
        server = await LocalGeoDns.Start(cluster, coreDns, controller, policy, sabotage, LocalGeoDns.Places, token);
        await Deliver(services, token);
    }

    private async Task Deliver((string Name, string Address, (string, string) Also)[] services, CancellationToken token)
    {
        foreach (var (name, address, also) in services)
        {
            var region = address.StartsWith(LocalRegions.Eu, StringComparison.Ordinal) ? "eu" : "us";
            await cluster.Api.Apply(ResourceKind.Service, regions.Service(name, region, address, also), token);
        }
    }

    private Task Answers(
        string[] expected, string source, CancellationToken token, bool ignoreOrder = false, RecordType? type = null) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        async probe =>
        {
            server!.WriterRuns.ShouldBeTrue($"the writer has ended: {server.WriterOutput}");
            (await server.Ask("api", probe, source, type: type)).ShouldBe(expected, ignoreOrder);
        },
        $"{source} gets {string.Join(' ', expected)}",
        token);

    private static async Task InTime(string what, Func<Task> moves, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        var from = TimeProvider.System.GetTimestamp();
        await moves();
        var took = TimeProvider.System.GetElapsedTime(from);
        TestContext.Out.WriteLine($"the answers {what} after {took.TotalSeconds:0.0} s");
        took.ShouldBeLessThan(Bar);
    }
}
