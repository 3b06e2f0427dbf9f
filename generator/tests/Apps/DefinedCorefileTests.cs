using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The real CoreDNS starts with the Corefile of each key of a definition.</summary>
public sealed class DefinedCorefileTests
{
    [TestCase("")]
    [TestCase("profile: platform")]
    [TestCase("{ upstreams: [tls://9.9.9.9, tls://149.112.112.112], serverName: dns.quad9.net, policy: sequential }")]
    [TestCase("stubDomains: { corp.example.com: { servers: [10.9.0.1, '10.9.0.2:5353'] } }")]
    [TestCase("cache: { success: 60, denial: 10, capacity: 20000, prefetch: 0, serveStale: none, zonesWithoutCache: [a.example.com] }")]
    [TestCase("autopath: true")]
    [TestCase("ttl: 1")]
    [TestCase("ttl: 0")]
    [TestCase("hosts: { registry.example.com: [10.9.0.5, 10.9.0.6] }")]
    [TestCase("rewrite: [{ from: a.example.com, to: b.example.com }, { from: c.example.com, to: d.example.com, match: suffix }]")]
    [TestCase("zoneFiles: { example.internal: '@ 60 IN SOA ns admin 1 7200 1800 86400 60' }")]
    [TestCase("extraServers: [{ zones: [lab.example.com], plugins: whoami }]")]
    [TestCase("extraServers: [{ zones: [lab.example.com], plugins: \"template IN A {\\n  match ^a[.]lab[.]example[.]com[.]$\\n"
        + "  answer \\\"{{ .Name }} 60 IN A 192.0.2.1\\\"\\n}\" }]")]
    [CancelAfter(60_000)]
    public async Task Starts(string dns, CancellationToken cancellationToken)
    {
        using var coreDns = await RunningCoreDns.Start(DnsDefinition.Read(dns), cancellationToken);
        coreDns.Serves.ShouldBeTrue(coreDns.Output);
    }

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(5)]
    [TestCase(60)]
    public void The_cache_gives_nobody_more_seconds_than_a_name_has(int ttl)
    {
        var cache = Parsed($"ttl: {ttl}").Single(plugin => plugin.Name == "cache").Lines.ToArray();
        cache.Single(line => line[0] == "success")[3].ShouldBe($"{Math.Min(ttl, 5)}");
        (cache.Single(line => line[0] == "denial").ElementAtOrDefault(3) ?? "5").ShouldBe($"{Math.Min(ttl, 5)}");
    }

    [TestCase("log . {remote}#{>id}", "log . {remote}#{>id}")]
    [TestCase("whoami # a comment", "whoami")]
    [TestCase("# a comment\n\twhoami", "whoami")]
    [TestCase("template IN TXT {\n  answer \"{{ .Name }} 60 IN TXT \\\"ticket#12  x\\\"\" # why\n}",
        "template IN TXT {\n    answer \"{{ .Name }} 60 IN TXT \\\"ticket#12  x\\\"\"\n}")]
    public void Lines_of_a_server_are_delivered_as_they_are_written(string plugins, string delivered)
    {
        PluginText.Problem(plugins).ShouldBeNull();
        string.Concat(PluginText.Parse(plugins).Select(plugin => plugin.Indented(""))).ShouldBe(delivered + "\n");
    }

    private static ImmutableArray<PluginText> Parsed(string dns) => [.. ((Mapping)Corefile.Servers(DnsDefinition.Read(dns)).Items[0])
        .MappingsAt("plugins").Select(plugin =>
            new PluginText(plugin.TextAt("name")!, plugin.TextAt("parameters"), plugin.TextAt("configBlock")))];

    [Test]
    public void The_end_of_a_regular_expression_passes_the_substitution_of_Flux()
    {
        var cluster = DnsDefinition.Read(
            "extraServers: [{ zones: [lab.example.com], plugins: \"template IN A {\\n  match ^a$\\n  rcode NXDOMAIN\\n}\" }]");
        var tree = new FluxTree(SourceTree.Of(Tree.Build(Given.Platform(cluster)))).Cluster("infra", strict: true);
        tree.Applied.Single(resource => resource is { IsHelmRelease: true, Name: "coredns" }).Body.At("spec", "values")!.Scalars()
            .ShouldContain(text => text.Value.Contains("match ^a$\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Does_not_start_with_a_wrong_one(CancellationToken cancellationToken)
    {
        using var coreDns = await RunningCoreDns.Start(".:0 {\n  no_such_plugin\n}\n", DnsSettings.Default, cancellationToken);
        coreDns.Serves.ShouldBeFalse(coreDns.Output);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task The_cache_of_a_node_starts(CancellationToken cancellationToken)
    {
        var text = NodeLocalDnsConfig.ConfigMap().TextAt("data", NodeLocalDnsConfig.File)!
            .Replace(NodeLocalDnsConfig.UpstreamWord, "10.245.0.20")
            .Replace("${NODE_LOCAL_DNS_BIND}", "127.0.0.1")
            .Replace("${NODE_LOCAL_DNS_HEALTH}", "127.0.0.1:0")
            .Replace("${NODE_LOCAL_DNS_CLUSTER_TTL}", "30");
        using var coreDns = await RunningCoreDns.Start(text, DnsSettings.Default, cancellationToken);
        coreDns.Serves.ShouldBeTrue(coreDns.Output);
    }
}

/// <summary>A cluster with only its network and its <c>dns</c>.</summary>
internal static class DnsDefinition
{
    /// <summary>Reads the keys of <paramref name="dns"/>, with or without braces, and then the lines of <paramref name="more"/>.</summary>
    public static Cluster Read(string dns, string more = "") => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(
        "repository: { url: https://github.com/example/platform.git }\nclusters:\n  - name: infra\n    network: " +
        "{ pods: 10.244.0.0/16, services: 10.245.0.0/16 }\n    dns: " +
        (dns.Length == 0 ? "{}" : dns.StartsWith('{') ? dns : "{ " + dns + " }") + "\n" + more)) switch
    {
        PlatformReading.Valid valid => valid.Platform.Clusters[0],
        PlatformReading.Invalid invalid => throw new InvalidDataException(string.Join('\n', invalid.Findings)),
        _ => throw new InvalidDataException(dns),
    };
}
