using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// The chart's <c>servers</c> value: a server for all names, and those of the definition. docs/corefile.md explains each line.
/// </summary>
internal static class Corefile
{
    /// <summary>How long a stopping process still answers, because clients still send queries to it (measured, docs/corefile.md).</summary>
    public const int LameduckSeconds = 15;

    /// <summary>Seconds; the cache plugin's own default.</summary>
    private const int LeastCached = 5;

    private const string Domain = $"${{{Variables.ClusterDomain}}}";

    /// <summary>The first CoreDNS that can switch off caching of failures (<c>servfail</c>).</summary>
    public static readonly SemVer OldestWithServfail = new(1, 9, 4);

    /// <summary>
    /// The first CoreDNS that follows aliases (<c>rewrite cname</c>): 1.11.0 has it too, but mixes up answers (coredns#6407).
    /// </summary>
    public static readonly SemVer OldestWithAliases = new(1, 11, 3);

    private static readonly SemVer OldestKnown = new(1, 8, 0);

    /// <summary>The servers of a cluster without DNS settings.</summary>
    public static Sequence Servers(bool clusterNamesCached = true, SubstrateSettings? substrate = null) =>
        Servers(DnsSettings.Default, DnsSettings.Default.TtlWith(null), clusterNamesCached, substrate);

    /// <summary>
    /// The server that forwards names of the substrate. It has its own loop plugin, which only checks the first zone of its server; health
    /// and ready are per process, in the main server. docs/adr/0008 explains why stale answers are sent at once.
    /// </summary>
    private static Mapping Substrate(SubstrateSettings substrate) =>
        Server(SubstrateForward.Zones(substrate), CoreDnsNames.DnsPort, [
            .. SubstratePlugins(substrate, CoreDnsNames.MetricsPort),
            new("log", ".", $"class ${{{CoreDnsVariables.LogClass}}}"),
        ]);

    /// <summary>The plugins of the server for a substrate's names, in CoreDNS and in the cache of a node.</summary>
    public static ImmutableArray<PluginText> SubstratePlugins(SubstrateSettings substrate, int metricsPort) =>
    [
        new("errors"),
        .. substrate.Aliases.IsEmpty ? [] : new[] { FollowAliases(substrate) },
        new("prometheus", $":{Text(metricsPort)}"),
        new("forward", $". ${{{SubstrateApp.ServersVariable}}}", "policy sequential\nmax_concurrent 1000\nhealth_check 2s"),
        new("cache", "30", "success 9984 30 5\ndenial 9984 30\nservfail 0s\nserve_stale 1h immediate"),
        new("loop"),
    ];

    /// <summary>
    /// For an alias of a name in a child zone, a server returns only the CNAME, and pods do not query its target. This rewrite replaces the
    /// alias by its target and resolves that for the same answer.
    /// </summary>
    private static PluginText FollowAliases(SubstrateSettings substrate) =>
        new("rewrite", $"cname suffix .{substrate.Zone}. .{substrate.Zone}.");

    /// <summary>
    /// The same server for a CoreDNS that the tree does not deliver, as text. It uses only plugins and options of every version since
    /// 1.8.0, except for aliases; that version is unknown here, so the text says which one aliases need.
    /// </summary>
    public static string SubstrateServer(SubstrateSettings substrate)
    {
        var family = substrate.Primary.Addresses[0].AddressFamily;
        var port = Text(CoreDnsNames.DnsPort);
        var servers = substrate.Hosts.SelectMany(host => host.Addresses).Where(address => address.AddressFamily == family)
            .Select(address => $"{new IPEndPoint(address, CoreDnsNames.DnsPort)} ");
        // The rewrite plugin turns a failure into an answer, and a cache would return it instead of a stale answer.
        var (rewrite, servfail) = substrate.Aliases.IsEmpty ? ("", "")
            : ($"rewrite {FollowAliases(substrate).Parameters}\n    ", "servfail 0s\n        ");
        var version = $"{Docs.Page("migration.md")} says how to see its version.";
        var needs = substrate.Aliases.IsEmpty ? $"# For CoreDNS {OldestKnown} or later.\n# {version}"
            : $"""
            # For CoreDNS {OldestWithAliases} or later, which has 'rewrite cname'.
            # {version}
            # Without the lines 'rewrite' and 'servfail' it is for {OldestKnown} or later: pods then get no address for an alias of a
            # child's name.
            """;
        return $$"""
            {{needs}}
            {{string.Concat(SubstrateForward.Zones(substrate).Select(zone => $"{zone}:{port} "))}}{
                errors
                {{rewrite}}forward . {{string.Concat(servers)}}{
                    policy sequential
                    max_concurrent 1000
                    health_check 2s
                }
                cache 30 {
                    {{servfail}}serve_stale 1h
                }
                loop
            }

            """;
    }

    /// <summary>The servers of one cluster.</summary>
    public static Sequence Servers(Cluster cluster) =>
        Servers(cluster.Dns, cluster.Dns.TtlWith(cluster.HealthController), cluster.HealthController is null, cluster.Substrate);

    /// <summary>The chart's <c>zoneFiles</c> value; null if there are none.</summary>
    public static Sequence? ZoneFiles(DnsSettings dns) => dns.ZoneFiles.IsEmpty ? null : Sequence.Of(dns.ZoneFiles.Select(zone =>
        new Mapping { { "filename", FileOf(zone.Zone) }, { "contents", zone.Text } }));

    private static Sequence Servers(DnsSettings dns, int ttl, bool clusterNamesCached, SubstrateSettings? substrate) => Sequence.Of(
    [
        MainServer(dns, ttl, clusterNamesCached),
        .. substrate is null ? [] : new[] { Substrate(substrate) },
        .. dns.ExtraServers.Select(Extra),
    ]);

    private static Mapping MainServer(DnsSettings dns, int ttl, bool clusterNamesCached) =>
        Server(["."], CoreDnsNames.DnsPort, [
            new("errors"),
            new("health", Block: $"lameduck {LameduckSeconds}s"),
            new("ready"),
            new("nsid"),
            .. dns.Autopath ? [new PluginText("autopath", "@kubernetes")] : Array.Empty<PluginText>(),
            .. dns.Rewrites.Select(Rewrite),
            .. dns.Hosts.IsEmpty ? [] : new[] { Hosts(dns) },
            new("kubernetes", $"{Domain} in-addr.arpa ip6.arpa",
                $"pods {(dns.Autopath ? "verified" : "insecure")}\nfallthrough in-addr.arpa ip6.arpa\nttl {Text(ttl)}"),
            .. dns.ZoneFiles.Select(zone => new PluginText("file", $"/etc/coredns/{FileOf(zone.Zone)} {zone.Zone}")),
            new("prometheus", $":{CoreDnsNames.MetricsPort}"),
            // The first rule that matches a name decides, so the rule for all names is last.
            .. dns.StubDomains.Select(stub => Forward(stub.Zone.Text, string.Join(' ', stub.Forwarding.Servers), stub.Forwarding)),
            Forward(".", $"${{{CoreDnsVariables.Upstreams}}}", dns.Forwarding),
            Cache(dns.Cache, Math.Min(LeastCached, ttl), clusterNamesCached),
            new("loop"),
            new("reload"),
            new("loadbalance"),
            new("log", ".", $"class ${{{CoreDnsVariables.LogClass}}}"),
        ]);

    private static Mapping Extra(ServerBlock server) =>
        Server(server.Zones.Select(zone => zone.Text), server.Port, PluginText.Parse(server.Plugins));

    private static Mapping Server(IEnumerable<string> zones, int port, IEnumerable<PluginText> plugins) => new()
    {
        // use_tcp: chart 1.38.0 always serves TCP, charts from 1.42.4 only with this switch.
        { "zones", Sequence.Of(zones.Select(zone => new Mapping { { "zone", zone }, { "use_tcp", true } })) },
        { "port", port },
        { "plugins", Sequence.Of(plugins.Select(plugin => new Mapping
            {
                { "name", plugin.Name },
                { "parameters", plugin.Parameters },
                { "configBlock", plugin.Block },
            }))
        },
    };

    private static PluginText Rewrite(NameRewrite rewrite) => new("rewrite", rewrite.Below
        ? $"name suffix .{rewrite.From}. .{rewrite.To}. answer auto"
        : $"name exact {rewrite.From}. {rewrite.To}.");

    /// <summary>Without a file the plugin would read the pod's /etc/hosts.</summary>
    private static PluginText Hosts(DnsSettings dns) => new("hosts", "/dev/null", string.Join('\n',
    [
        .. dns.Hosts.SelectMany(host => host.Addresses.Select(address => $"{address} {host.Name}")),
        $"ttl {Text(DnsProfile.HostsTtl)}",
        "fallthrough",
    ]));

    private static PluginText Forward(string from, string to, Forwarding forwarding) => new("forward", $"{from} {to}", string.Join('\n',
    [
        "max_concurrent 1000",
        "health_check 2s",
        .. forwarding.ServerName is { } name ? [$"tls_servername {name}"] : Array.Empty<string>(),
        .. forwarding.Policy == ForwardPolicy.Random ? [] : new[] { $"policy {Forwarding.Policies.Of(forwarding.Policy)}" },
    ]));

    // least: seconds that an answer is kept and given to clients, whatever TTL it has.
    private static PluginText Cache(CacheSettings cache, int least, bool clusterNamesCached)
    {
        // A cached answer would contain an endpoint for seconds after the health controller removed it.
        string[] uncached = [.. clusterNamesCached ? [] : new[] { Domain }, .. cache.ZonesWithoutCache.Select(zone => zone.Text)];
        return new("cache", Text(Math.Max(cache.Success, cache.Denial)), string.Join('\n',
        [
            $"success {Text(cache.Capacity)} {Text(cache.Success)} {Text(least)}",
            $"denial {Text(cache.Capacity)} {Text(cache.Denial)}{(least == LeastCached ? "" : $" {Text(least)}")}",
            .. cache.Prefetch == 0 ? [] : new[] { $"prefetch {Text(cache.Prefetch)} 1m 10%" },
            // A cached failure has precedence over a stale answer, so failures are not cached (docs/adr/0003-cache.md).
            .. cache.ServeStale is { } stale ? ["servfail 0s", $"serve_stale {stale} verify"] : Array.Empty<string>(),
            .. uncached.Length == 0 ? [] : new[]
            {
                $"disable success {string.Join(' ', uncached)}",
                $"disable denial {string.Join(' ', uncached)}",
            },
        ]));
    }

    private static string FileOf(DomainName zone) => $"db.{zone}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A plugin in a Corefile.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Parameters">The rest of its line; null for none.</param>
/// <param name="Block">The lines between its braces; null for none.</param>
internal sealed record PluginText(string Name, string? Parameters = null, string? Block = null)
{
    /// <summary>The words of each line in the block.</summary>
    public IEnumerable<string[]> Lines => (Block ?? "").Split('\n').Select(Words).Where(words => words.Length > 0);

    /// <summary>The plugin as lines of a Corefile.</summary>
    public string Indented(string indent)
    {
        var line = Parameters is null ? $"{indent}{Name}" : $"{indent}{Name} {Parameters}";
        return Block is null ? $"{line}\n"
            : $"{line} {{\n{string.Concat(Block.Split('\n').Select(inner => $"{indent}    {inner}\n"))}{indent}}}\n";
    }

    /// <summary>What is wrong with the lines of a server block, as the rest of a sentence; null if they can be parsed.</summary>
    public static string? Problem(string text)
    {
        Read(text, out var problem);
        return problem;
    }

    /// <summary>Parses lines without a <see cref="Problem"/>.</summary>
    public static ImmutableArray<PluginText> Parse(string text) => Read(text, out _);

    private static ImmutableArray<PluginText> Read(string text, out string? problem)
    {
        var plugins = ImmutableArray.CreateBuilder<PluginText>();
        var (block, depth, number) = (new List<string>(), 0, 0);
        problem = null;
        foreach (var line in text.Split('\n'))
        {
            number++;
            var code = PluginLine.WithoutComment(line);
            var words = Words(code);
            if (words.Length == 0)
            {
                continue;
            }

            var (opens, closes) = (words[^1] == "{", words is ["}"]);
            if (words[..^1].Any(word => word is "{" or "}") || (words[^1] == "}" && !closes) || (opens && words.Length == 1))
            {
                problem = $"has a brace in its line {number} that is neither the last word of a plugin's line nor a line of its own";
                return [];
            }

            depth += opens ? 1 : closes ? -1 : 0;
            if (depth < 0)
            {
                problem = $"closes a block in its line {number} that is not open";
                return [];
            }

            if (depth == 0 && closes)
            {
                plugins[^1] = plugins[^1] with { Block = block.Count == 0 ? null : string.Join('\n', block) };
                block.Clear();
            }
            else if (depth == 0 || (depth == 1 && opens))
            {
                if (words[0].Contains(':') || words[0].Contains('.'))
                {
                    problem = $"has a whole server block in its line {number}, and only the plugins inside of it belong here";
                    return [];
                }

                // As it is written: blanks inside of quotes are part of a text.
                var rest = (opens ? code[..^1] : code)[words[0].Length..].Trim();
                plugins.Add(new PluginText(words[0], rest.Length > 0 ? rest : null));
            }
            else
            {
                block.Add(code);
            }
        }

        problem = depth > 0 ? "opens a block that nothing closes" : plugins.Count == 0 ? "has no plugin" : null;
        return problem is null ? plugins.ToImmutable() : [];
    }

    private static string[] Words(string line) => PluginLine.Words(line).Words;
}
