using PlatformGitOps.Dns.Client;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Criteria.Keys;

/// <summary>
/// Check Keys.10 with real CoreDNS processes on this machine: the suite's upstream twice, and a CoreDNS that forwards to them as in
/// keys.yaml's tree. Skipped without coredns.
/// </summary>
[Category("TlsUpstream")]
internal sealed class TlsUpstreamTests
{
    private const int Asked = 10;

    private static readonly StubResolver Client = new(new StubOptions { Attempts = 1 }, TimeProvider.System);

    private static Cluster Defined => DefinedTree.Read(StorySample.Definition("keys")).Clusters[0];

    private static string Name => Defined.Dns.Forwarding.ServerName!.Text;

    [Test]
    [CancelAfter(60_000)]
    public async Task The_first_upstream_is_queried_over_TLS(CancellationToken token)
    {
        var (outcome, share, servers) = await Ask(block => block, token);

        outcome.ShouldBe(AttemptOutcome.NameError);
        Should.NotThrow(() => share.ShouldFollow(ForwardPolicy.Sequential, servers));
        Should.Throw<ShouldAssertException>(() => share.ShouldFollow(ForwardPolicy.RoundRobin, servers))
            .Message.ShouldContain("an upstream is left out");
        Should.Throw<ShouldAssertException>(() => share.ShouldFollow(ForwardPolicy.Random, [servers[0] with { Port = 53 }]))
            .Message.ShouldContain("another server or port");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Upstreams_in_rotation_are_not_mistaken_for_the_first(CancellationToken token)
    {
        var (outcome, share, servers) = await Ask(
            block => block.Replace("policy sequential", "policy round_robin"), token);

        outcome.ShouldBe(AttemptOutcome.NameError);
        Should.NotThrow(() => share.ShouldFollow(ForwardPolicy.RoundRobin, servers));
        Should.Throw<ShouldAssertException>(() => share.ShouldFollow(ForwardPolicy.Sequential, servers))
            .Message.ShouldContain("the first upstream");
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task With_another_name_in_the_certificate_nobody_answers(CancellationToken token) =>
        (await Ask(block => block.Replace(Name, "resolver.example.org"), token)).Outcome
            .ShouldBe(AttemptOutcome.ServerFailure);

    [TestCase("internal.example.net", AttemptOutcome.NameError)]
    [TestCase(UpstreamDns.FailingZone, AttemptOutcome.ServerFailure)]
    [CancelAfter(60_000)]
    public async Task Names_of_other_zones_do_not_exist_and_those_of_one_fail(
        string zone, AttemptOutcome expected, CancellationToken token) =>
        (await Ask(block => block, token, zone)).Outcome.ShouldBe(expected);

    [Test]
    public void A_certificate_is_reused_only_for_its_name()
    {
        var certificate = UpstreamCertificate.Make(Name);

        certificate.IsFor(Name).ShouldBeTrue();
        certificate.IsFor("resolver.example.org").ShouldBeFalse();
    }

    [Test]
    public void The_pods_trust_the_suites_authority_and_those_of_the_definition()
    {
        Mapping values = new()
        {
            { "env", Sequence.Of(Variable("SSL_CERT_FILE"), Variable("GOGC")) },
            { "extraSecrets", Sequence.Of(new Mapping { { "name", "own" }, { "mountPath", "/etc/own" } }) },
        };

        var trusting = UpstreamCertificate.Trusting(values);

        trusting.MappingsAt("env").Select(variable => variable.TextAt("name")).ShouldBe(["GOGC", "SSL_CERT_FILE"]);
        var secrets = trusting.MappingsAt("extraSecrets").ToList();
        secrets.Select(secret => secret.TextAt("name")).ShouldBe(["own", UpstreamCertificate.Make(Name).Trust().Name]);
        trusting.MappingsAt("env").Last().TextAt("value").ShouldBe($"{secrets[1].TextAt("mountPath")}/ca.crt");

        static Mapping Variable(string name) => new() { { "name", name }, { "value", "1" } };
    }

    [Test]
    public void The_suites_upstream_has_its_key_in_a_Secret_and_a_port_for_TLS()
    {
        var dns = TestPlatform.WithUpstream(Defined, Defined.Dns);
        dns.Upstreams.Select(upstream => upstream.ToString()).ShouldBe(["tls://10.61.0.53", "tls://10.61.0.60"]);
        var manifests = UpstreamDns.Server(
            [.. dns.Upstreams.Select(upstream => upstream.Address.ToString())], WorkloadSettings.Default, UpstreamCertificate.Make(Name))
            .Manifests();

        manifests.Where(resource => resource.Kind == "Service").Select(service => service.Parts("spec.ports").Last().Number("port"))
            .ShouldBe([853, 853]);
        var secret = manifests.Single(resource => resource.Kind == "Secret");
        manifests.Single(resource => resource.Kind == "Deployment").At("spec.template.spec.volumes")!.ToJsonString()
            .ShouldContain("{\"secret\":{\"name\":\"" + secret.Name + "\"}}");
        manifests.Where(resource => resource.Kind != "Secret")
            .ShouldAllBe(resource => !resource.Document.ToJsonString().Contains("PRIVATE"));
    }

    /// <summary>Sends queries for different names.</summary>
    /// <param name="change">Changes the forward plugin's block.</param>
    private static async Task<(AttemptOutcome Outcome, UpstreamShare Share, IReadOnlyList<Upstream> Servers)> Ask(
        Func<string, string> change, CancellationToken token, string zone = UpstreamDns.ExternalName)
    {
        var program = LocalProgram.Need("coredns");
        var folder = RunSession.NewFolder("upstreams");
        var certificate = UpstreamCertificate.Make(Name);
        var files = UpstreamDns.Server(["10.61.0.53"], WorkloadSettings.Default, certificate);
        foreach (var (file, text) in files.Files.Concat(files.Secret))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), text, token);
        }

        var servers = Enumerable.Range(0, 2).Select(_ => new Upstream(IPAddress.Loopback, LocalProgram.FreePort(), Tls: true)).ToList();
        var running = new List<LocalProgram>();
        try
        {
            foreach (var server in servers)
            {
                running.Add(await Start($"Corefile-{server.Port}", Here(files.Files["Corefile"], server.Port)));
            }

            var (port, metrics) = (LocalProgram.FreePort(), LocalProgram.FreePort());
            running.Add(await Start("Corefile-client", $$"""
                .:{{port}} {
                    bind 127.0.0.1
                    errors
                    prometheus 127.0.0.1:{{metrics}}
                    forward . {{string.Join(' ', servers)}} {
                {{change(Block())}}
                    }
                }

                """));
            await using var transport = new FreshUdpTransport(new IPEndPoint(IPAddress.Loopback, port));
            var outcome = AttemptOutcome.Timeout;
            for (var index = 0; index < Asked && outcome != AttemptOutcome.ServerFailure; index++)
            {
                var label = $"name-{index}";
                var query = DnsMessage.Query(
                    (ushort)(index + 1), new Question(DnsName.Parse($"{label}.{zone}"), RecordType.A));
                var answer = (await Client.AskAsync(transport, query, token)).Final;
                outcome = answer.Outcome;
                if (outcome == AttemptOutcome.NameError)
                {
                    answer.Response!.Authorities.Select(record => (record.Type, record.Ttl)).ShouldBe(
                        [(RecordType.SOA, TimeSpan.FromSeconds(UpstreamDns.NegativeTtl))], "a denial that no cache may keep as long");
                }
            }

            using var http = new HttpClient();
            var uri = new Uri($"http://127.0.0.1:{metrics}/metrics");
            return (outcome, UpstreamShare.In([await http.GetStringAsync(uri, token)]), servers);
        }
        finally
        {
            running.ForEach(started => started.Dispose());
            Directory.Delete(folder, recursive: true);
        }

        async Task<LocalProgram> Start(string file, string corefile)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, file), corefile, token);
            var started = LocalProgram.Start(program, ["-conf", file], folder,
                new Dictionary<string, string> { ["SSL_CERT_FILE"] = Path.Combine(folder, "ca.crt") });
            await Eventually.Within(
                TimeSpan.FromSeconds(20), () => started.Output.ShouldContain("CoreDNS-"),
                $"CoreDNS serves with {corefile}", token);
            return started;
        }

        string Here(string corefile, int tls) => corefile
            .Replace("tls://.:853", $"tls://.:{tls}")
            .Replace(".:53 ", $".:{LocalProgram.FreePort()} ")
            .Replace("ready :8181", "ready 127.0.0.1:0")
            .Replace("    errors\n", "    errors\n    bind 127.0.0.1\n")
            .Replace("/etc/coredns/", $"{folder}/");
    }

    /// <summary>The block of the delivered forward plugin.</summary>
    private static string Block()
    {
        var platform = DefinedTree.Read(StorySample.Definition("keys"));
        var plugin = RenderedCluster.From(DefinedTree.Generated(platform, null), platform.Clusters[0].Name.Text).Plugins
            .Last(plugin => plugin.Name == "forward");
        return string.Join('\n', plugin.Block.Select(line => string.Join(' ', line)));
    }
}
