using PlatformGitOps.Acceptance.Criteria.ExternalDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// A definition with a substrate and an instance of External-DNS that writes to it: the servers, configured and installed as it says, take
/// what the real External-DNS sends with its arguments. They refuse it of each definition that the generator refuses
/// (docs/external-dns.md).
/// </summary>
[TestFixture("knot")]
[TestFixture("bind")]
[Category("ExternalDns")]
[NonParallelizable]
[Platform("Linux", Reason = "the servers are Debian's")]
internal sealed class SubstrateInstanceTests(string server) : ExternalDnsFixture
{
    private const string Role = "infra";
    private const string Address = "192.0.2.1";

    /// <summary>The generator's defaults: External-DNS compares every 10 s.</summary>
    private const string Right = "domainFilters: [apps.globular.internal], rfc2136: { host: 192.168.10.11, keyName: external-dns }";

    private static readonly TimeSpan Noticed = TimeSpan.FromSeconds(60);

    private SubstratePair pair = null!;

    private static IEnumerable<TestCaseData> Wrong()
    {
        static TestCaseData Case(string about, string old, string now, string rule, string zone = "apps.globular.internal") =>
            new TestCaseData(old, now, rule, zone).SetArgDisplayNames(about);

        yield return Case("a key that no child has", "keyName: external-dns", "keyName: updates", "external-dns-substrate-key");
        yield return Case("the key of another child", "keyName: external-dns", "keyName: external-dns-edge", "external-dns-substrate-key");
        yield return Case("another algorithm", "keyName: external-dns", "keyName: external-dns, algorithm: hmac-sha512",
            "external-dns-substrate-key");
        yield return Case("a child that is not there", "[apps.", "[applications.", "external-dns-substrate-zone",
            "applications.globular.internal");
        yield return Case("a name in a child, taken for a zone", "[apps.", "[shop.apps.", "external-dns-substrate-zone",
            "shop.apps.globular.internal");
        yield return Case("the zone of the substrate", "[apps.", "[", "external-dns-substrate-zone", "globular.internal");
        yield return Case("the secondary", "192.168.10.11", "192.168.10.12", "external-dns-substrate-server");
    }

    [OneTimeSetUp]
    public async Task InstallTheHosts() => pair = await SubstratePair.Start(
        RenderedCluster.From(DefinedTree.Generated(Read(Defined(Right)).ShouldBeOfType<PlatformReading.Valid>().Platform, null), Role),
        null, CancellationToken.None);

    [OneTimeTearDown]
    public async Task RemoveTheHosts()
    {
        if (pair is not null)
        {
            await pair.DisposeAsync();
        }
    }

    [Test]
    [CancelAfter(180_000)]
    public async Task What_the_definition_accepts_is_written(CancellationToken token)
    {
        var instance = DeliveredInstance.In(Defined(Right), Role)[0];
        using var running = await Run(instance, "one", pair.Child, token);
        foreach (var host in new[] { pair.Primary, pair.Secondary })
        {
            await Eventually.Within(
                Noticed,
                async probe => (await pair.Ask(host, $"one.{pair.Child}", "A", probe)).ShouldBe([Address]),
                $"{host} has the record", token);
        }
    }

    [TestCaseSource(nameof(Wrong))]
    [CancelAfter(180_000)]
    public async Task What_the_definition_refuses_the_server_refuses_too(
        string old, string now, string rule, string zone, CancellationToken token)
    {
        Right.ShouldContain(old);
        var wrong = Right.Replace(old, now);
        Read(Defined(wrong)).ShouldBeOfType<PlatformReading.Invalid>().Findings.Select(finding => finding.Rule).ShouldBe([rule]);

        // Without the substrate the generator knows nothing of the server.
        using var running = await Run(DeliveredInstance.Of(Role, $"{{ {Instance(wrong)} }}"), "refused", zone, token);
        await Eventually.Within(
            Noticed,
            () => running.Program.Output.ShouldMatch(
                @"create record failed: soft error\\n(dns: bad (authentication|signature)|bad return code: (NOTAUTH|REFUSED))"),
            "External-DNS says that its update is refused", token);
        await running.Compares(1, token, "reconcile");
        (await pair.Ask(pair.Primary, $"refused.{zone}", "A", token)).ShouldBeEmpty();
        (await running.Metric("external_dns_controller_last_sync_timestamp_seconds", token)).ShouldBe(0);
    }

    /// <summary>A host of the substrate as an upstream: what the rule upstream-of-substrate says of it.</summary>
    [Test]
    [CancelAfter(60_000)]
    public async Task A_name_outside_of_its_zones_is_refused_through_CoreDNS_too(CancellationToken token)
    {
        var (folder, port) = (RunSession.NewFolder("upstream"), LocalProgram.FreePort().ToString(CultureInfo.InvariantCulture));
        var file = Path.Combine(folder, "Corefile");
        // Not the address from which CoreDNS asks.
        await File.WriteAllTextAsync(file,
            $".:{port} {{\n    bind 127.0.0.2\n    forward . {pair.Primary}:{pair.Port}\n}}\n", token);
        using (LocalProgram.Start(LocalProgram.Need("coredns"), ["-conf", file], folder))
        {
            await Status($"dns-1.{pair.Zone}", "NOERROR");
            await Status("www.example.org", "REFUSED");
        }

        Directory.Delete(folder, recursive: true);

        Task Status(string name, string status) => Eventually.Within(
            Noticed,
            async probe =>
            {
                var answer = await LocalProgram.Run("dig", ["@127.0.0.2", "-p", port, "+time=2", "+tries=1", name, "A"], probe);
                answer.StandardOutput.ShouldContain($"status: {status}");
            },
            $"{name} is answered with {status}", token);
    }

    private async Task<RunningInstance> Run(DeliveredInstance instance, string name, string zone, CancellationToken token)
    {
        await Cluster.Api.Apply(ResourceKind.Service, new Resource(
            WantedService.Of(name, Address, null, name, [AnnotationPrefix], zone)), token);
        await instance.Prepare(Cluster.Api, token);
        // The secret of the key that it names, where there is such a key.
        var key = pair.Settings.Children.Select(child => child.Key.Text).FirstOrDefault(
            own => instance.Arguments.Contains($"--rfc2136-tsig-keyname={own}")) ?? pair.Settings.Children[0].Key.Text;
        var secret = (await pair.Key(key, "hmac-sha256", token)).Split(':')[^1];
        return Here(instance).Start(ExternalDns, Cluster, secret);
    }

    /// <summary>The same at the addresses and the port that the hosts have on this machine.</summary>
    private DeliveredInstance Here(DeliveredInstance instance) => instance with
    {
        Arguments = [.. instance.Arguments.Select(argument => argument == "--rfc2136-port=53" ? $"--rfc2136-port={pair.Port}"
            : pair.Here(argument))],
    };

    private static PlatformReading Read(string definition) => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(definition));

    private static string Instance(string keys) => $"name: own, provider: rfc2136, policy: sync, interval: 10s, {keys}";

    private string Defined(string keys) => $$"""
        repository: { url: https://github.com/example/platform.git }
        substrates:
          - name: main
            server: {{server}}
            primary: { addresses: [192.168.10.11] }
            secondary: { addresses: [192.168.10.12] }
            allowedNetworks: [192.168.10.0/24]
            children: [{ name: apps }, { name: edge, key: external-dns-edge }]
        clusters:
          - name: {{Role}}
            substrate: main
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
            externalDns: { instances: [{ {{Instance(keys)}} }] }
        """;
}
