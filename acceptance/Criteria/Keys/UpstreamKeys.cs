namespace PlatformGitOps.Acceptance.Criteria.Keys;

/// <summary>The distribution of queries for other names among the upstreams.</summary>
[ChecksOf(typeof(KeysCriterion))]
[Check("Keys.10", "Queries for other names leave as the definition says", "policy of dns.upstreams, and the name in the certificate of TLS",
    Command = TypedCommands.Corefile + " | grep -A 5 'forward '")]
public static class UpstreamKeys
{
    private const int Asked = 20;

    [StaticCheck("Keys.10", "the forward plugin for all names, and its servers in the settings")]
    public static void Upstreams(RenderedCluster tree)
    {
        var dns = tree.Definition.Dns;
        var forward = tree.Plugins.LastOrDefault(plugin => plugin.Name == "forward");
        forward.ShouldNotBeNull("no server is asked for other names");
        forward.Arguments.Skip(1).ShouldBe(dns.Upstreams.Select(server => server.ToString()), "other upstreams");
        (forward.Option("policy")?.Single() ?? "random").ShouldBe(Policy(dns.Forwarding), "an upstream is chosen otherwise");
        forward.Option("tls_servername")?.Single().ShouldBe(dns.Forwarding.ServerName?.Text, "another certificate is expected");
        if (dns.Forwarding.ServerName is not null)
        {
            forward.Option("tls_servername").ShouldNotBeNull("the certificate's name is not checked");
        }
    }

    [LiveCheck("Keys.10",
        "names that the suite's own upstream denies, each asked once, and by the metrics of the DNS pods which upstream had the queries: " +
            "the ports are those of TLS where the definition has it, and the first, each in turn, or any, as policy says. That upstream " +
            "shows a certificate for serverName, of an authority that only the delivered pods trust",
        Alone = true)]
    public static async Task ForwardsAsDefined(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream();
        await ClientPods.Ensure(cluster, cancellationToken);
        var dns = cluster.Tree.Definition.Dns;
        var forwarding = dns.Forwarding;
        await Eventually.Within(
            TimeSpan.FromSeconds(20),
            async token => await Denied("first", token),
            forwarding.ServerName is { } name ? $"an upstream with a certificate for {name} is asked" : "an upstream is asked",
            cancellationToken);
        var before = await Counted(cancellationToken);
        var run = Guid.NewGuid().ToString("N")[..8];
        for (var index = 0; index < Asked; index++)
        {
            await Denied($"{run}-{index}", cancellationToken);
        }

        var share = (await Counted(cancellationToken)).Since(before);
        EvidenceLog.Observed(share.ToString());
        share.ShouldFollow(forwarding.Policy, dns.Upstreams);

        // The upstream only has its zone, and no cache of CoreDNS has the name.
        async Task Denied(string label, CancellationToken token)
        {
            var answer = (await Ask.From(cluster, Ask.ByHand, $"{label}.{UpstreamDns.ExternalName}.", token, "--via", "udp"))[0];
            answer.Outcome.ShouldBe("nxdomain", $"no upstream answers: {answer}");
        }

        async Task<UpstreamShare> Counted(CancellationToken token)
        {
            var texts = new List<string>();
            foreach (var pod in await cluster.EachDnsPod(token))
            {
                texts.Add((await ProbeOrigin.FromMonitoring(cluster, pod, CoreDnsNames.MetricsPort, "/metrics", token)).Body);
            }

            return UpstreamShare.In(texts);
        }
    }

    /// <summary>The forward plugin's word for the policy.</summary>
    internal static string Policy(Forwarding forwarding) => forwarding.Policy switch
    {
        ForwardPolicy.RoundRobin => "round_robin",
        ForwardPolicy.Sequential => "sequential",
        _ => "random",
    };

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("upstreams at random", "Keys.10", "chosen otherwise", tree =>
            KeysCriterion.Replace(tree, "forward", "\npolicy sequential", "", "configBlock", last: true)),
        new("another upstream first", "Keys.10", "other upstreams", tree =>
            tree.Setting("COREDNS_UPSTREAMS", "tls://9.9.9.9 tls://192.168.10.56")),
        new("another name in the certificate", "Keys.10", "another certificate", tree =>
            KeysCriterion.Replace(tree, "forward", "resolver.example.net", "resolver.example.org", "configBlock", last: true)),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveChanges.Corefile("another name in the certificate", "Keys.10", "no upstream answers", text =>
            text.Replace("tls_servername resolver.example.net", "tls_servername resolver.example.org")),
        LiveChanges.Corefile("queries in the clear", "Keys.10", "another server or port", text =>
            text.Replace("tls://", "")),
        LiveChanges.Corefile("upstreams in turn", "Keys.10", "the first upstream", text =>
            text.Replace("policy sequential", "policy round_robin")),
    ];
}

/// <summary>The number of queries that the forward plugin sent to each server.</summary>
internal sealed partial record UpstreamShare(IReadOnlyDictionary<string, double> Queries)
{
    /// <summary>
    /// The share of queries for the first server of a list: a connection may fail, and the next server then gets the query.
    /// </summary>
    private const double Most = 0.9;

    /// <summary>The minimum share of queries for each server in round-robin.</summary>
    private const double Least = 0.3;

    /// <summary>From the text of each pod's /metrics.</summary>
    public static UpstreamShare In(IEnumerable<string> metrics) => new(metrics.SelectMany(text => Sent().Matches(text))
        .GroupBy(match => match.Groups["to"].Value, match => double.Parse(match.Groups["count"].Value, CultureInfo.InvariantCulture))
        .ToDictionary(group => group.Key, group => group.Sum()));

    public UpstreamShare Since(UpstreamShare before) => new(Queries
        .Select(entry => KeyValuePair.Create(entry.Key, entry.Value - before.Queries.GetValueOrDefault(entry.Key)))
        .Where(entry => entry.Value > 0).ToDictionary());

    public void ShouldFollow(ForwardPolicy policy, IReadOnlyList<Generator.Values.Upstream> upstreams)
    {
        var (servers, all) = ((string[])[.. upstreams.Select(Name)], Queries.Values.Sum());
        all.ShouldBeGreaterThan(0, "no query was forwarded");
        Queries.Keys.Except(servers).ShouldBeEmpty($"another server or port than those of the definition was asked: {this}");
        if (policy == ForwardPolicy.Sequential)
        {
            Queries.GetValueOrDefault(servers[0]).ShouldBeGreaterThanOrEqualTo(Most * all, $"the first upstream does not have all: {this}");
        }
        else if (policy == ForwardPolicy.RoundRobin)
        {
            servers.Select(server => Queries.GetValueOrDefault(server)).Min()
                .ShouldBeGreaterThanOrEqualTo(Math.Min(Least, 0.6 / servers.Length) * all, $"an upstream is left out: {this}");
        }
    }

    public override string ToString() => string.Join(", ", Queries.OrderBy(entry => entry.Key, StringComparer.Ordinal)
        .Select(entry => $"{entry.Value:0} queries to {entry.Key}"));

    /// <summary>As in the label of CoreDNS's metric.</summary>
    private static string Name(Generator.Values.Upstream upstream) => new IPEndPoint(upstream.Address, upstream.Port).ToString();

    [GeneratedRegex("""^coredns_proxy_request_duration_seconds_count\{[^}]*proxy_name="forward"[^}]*to="(?<to>[^"]+)"\} (?<count>\S+)""",
        RegexOptions.Multiline)]
    private static partial Regex Sent();
}
