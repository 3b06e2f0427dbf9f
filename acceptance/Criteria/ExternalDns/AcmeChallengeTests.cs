namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// An ACME DNS-01 challenge next to the real External-DNS, with the fields of the ClusterIssuer in docs/integrations.md, on real servers.
/// Pebble and lego run instead of cert-manager. Skipped without one of the programs.
/// </summary>
[TestFixture("Knot")]
[TestFixture("Bind")]
[Category("ExternalDns")]
[NonParallelizable]
internal sealed class AcmeChallengeTests(string kind)
{
    private const string Name = $"shop.{ZoneServer.Zone}";
    private const string Challenge = $"_acme-challenge.{Name}";
    private const string Token = "gfj9Xq-Rg85nM1Vpd9LH_iI5mTuxXQyjKIDVz0wV9sE";

    private LocalApiServer cluster = null!;
    private ZoneServer server = null!;
    private string externalDns = null!;
    private string knsupdate = null!;

    [OneTimeSetUp]
    public async Task StartTheServers()
    {
        externalDns = LocalProgram.Need("external-dns");
        knsupdate = LocalProgram.Need("knsupdate");
        var named = LocalProgram.Need(ZoneServer.ProgramOf(kind));
        cluster = await LocalApiServer.Start(LocalProgram.Need("etcd"), LocalProgram.Need("kube-apiserver"), CancellationToken.None);
        server = ZoneServer.Of(kind);
        await server.Start(named, CancellationToken.None);
        var shop = WantedService.Of("shop", "192.0.2.1", null, "shop", [ExternalDnsNames.AnnotationPrefix]);
        await cluster.Api.Apply(ResourceKind.Service, new Resource(shop), CancellationToken.None);
    }

    [OneTimeTearDown]
    public void StopTheServers()
    {
        server?.Dispose();
        cluster?.Dispose();
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_certificate_is_issued_while_External_DNS_keeps_the_same_name(CancellationToken token)
    {
        var (pebble, lego) = (LocalProgram.Need("pebble"), LocalProgram.Need("lego"));
        using var instance = await Run(delivered => delivered, token);
        using var acme = new LocalAcme(pebble, server.Port);
        var (result, certificate) = await acme.Request(lego, Name, ByTheIssuer(), token);

        certificate.ShouldNotBeNull(result.StandardError + acme.Output);
        using (certificate)
        {
            certificate.Issuer.ShouldContain("Pebble");
            certificate.MatchesHostname(Name).ShouldBeTrue(certificate.Subject);
        }

        (await server.Ask(Challenge, RecordType.TXT, token)).ShouldBeEmpty("the challenge is left in the zone");
        (await server.Ask(Name, RecordType.A, token)).ShouldBe([("192.0.2.1", 60)]);
        result.StandardError.ShouldNotContain(server.Secret);
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task A_challenge_is_in_the_zone_until_it_is_deleted(CancellationToken token)
    {
        using var instance = await Run(delivered => delivered, token);
        await Stays(instance, token);
        var gone = await ByTheIssuer().Send(knsupdate, ZoneServer.Zone, $"update delete {Challenge}. TXT \"{Token}\"", token);
        gone.ExitCode.ShouldBe(0, gone.StandardError);
        (await server.Ask(Challenge, RecordType.TXT, token)).ShouldBeEmpty();
        (await server.Ask(Name, RecordType.A, token)).ShouldBe([("192.0.2.1", 60)]);
        (await server.Ask($"a-{Name}", RecordType.TXT, token)).ShouldHaveSingleItem().Text.ShouldContain("external-dns/owner=infra");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Without_its_algorithm_an_issuer_is_refused(CancellationToken token)
    {
        var byDefault = ByTheIssuer() with { Algorithm = "hmac-md5" };
        var refused = await byDefault.Send(knsupdate, ZoneServer.Zone, $"update add refused.{Challenge}. 60 TXT \"{Token}\"", token);
        (refused.ExitCode != 0 || refused.StandardError.Length > 0).ShouldBeTrue("the server takes HMAC-MD5, cert-manager's default");
        (await server.Ask($"refused.{Challenge}", RecordType.TXT, token)).ShouldBeEmpty();
    }

    [Test]
    [Category("Sabotage")]
    [CancelAfter(120_000)]
    public async Task An_External_DNS_that_manages_foreign_TXT_records_is_detected(CancellationToken token)
    {
        using var instance = await Run(
            delivered => delivered.With("--registry=txt", "--registry=noop", "--managed-record-types=TXT"), token, written: false);
        await SabotageDetection.ShouldBeDetected(
            "foreign TXT records are managed", () => Stays(instance, token), "External-DNS changed the challenge");
    }

    /// <summary>Writes the challenge like cert-manager does, and checks that External-DNS keeps it.</summary>
    private async Task Stays(RunningInstance instance, CancellationToken token)
    {
        var added = await ByTheIssuer().Send(knsupdate, ZoneServer.Zone, $"update add {Challenge}. 60 TXT \"{Token}\"", token);
        added.ExitCode.ShouldBe(0, added.StandardError);
        await instance.Compares(2, token, "reconcile");
        (await server.Ask(Challenge, RecordType.TXT, token))
            .ShouldBe([($"\"{Token}\"", 60)], "External-DNS changed the challenge");
    }

    private async Task<RunningInstance> Run(
        Func<DeliveredInstance, DeliveredInstance> change, CancellationToken token, bool written = true)
    {
        var delivered = change(DeliveredInstance.Of("infra",
            $"{{ name: own, provider: rfc2136, policy: sync, domainFilters: [{ZoneServer.Zone}], interval: 10s, rfc2136: {{ host: "
                + $"127.0.0.1, port: {server.Port}, keyName: {ZoneServer.KeyName} }} }}"));
        await delivered.Prepare(cluster.Api, token);
        var instance = delivered.Start(externalDns, cluster, server.Secret);
        if (written)
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async probe => (await server.Ask(Name, RecordType.A, probe)).ShouldBe([("192.0.2.1", 60)]),
                $"{Name} is in the zone",
                token);
        }

        return instance;
    }

    /// <summary>The update of the page's issuer, for this server and its key.</summary>
    private SignedUpdate ByTheIssuer() => IntegrationsPage.UpdateOf(IntegrationsPage.Issuer) with
    {
        Server = $"127.0.0.1:{server.Port}",
        Secret = server.Secret,
    };
}
