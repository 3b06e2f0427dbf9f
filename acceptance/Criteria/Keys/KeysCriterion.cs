namespace PlatformGitOps.Acceptance.Criteria.Keys;

/// <summary>Keys of the definition for CoreDNS's answers and scheduling. Each check applies to clusters with its key.</summary>
[Criterion("Keys", "What the definition changes in CoreDNS is delivered, and clients see it", SwitchesOn = Feature.Keys)]
[Check("Keys.1", "The names of a stub domain come from its own servers", "servers and policy of dns.stubDomains, before those of all names",
    Command = TypedCommands.Nslookup + "<name of the domain>")]
[Check("Keys.2", "Fixed names have the addresses of the definition", "each entry of dns.hosts",
    Command = TypedCommands.Nslookup + "<name of dns.hosts>")]
[Check("Keys.3", "Rewritten names are answered with those of another", "each entry of dns.rewrite, in order",
    Command = TypedCommands.Nslookup + "<from>")]
[Check("Keys.4", "CoreDNS serves the zones of the definition", "each record of dns.zoneFiles",
    Command = TypedCommands.Corefile + " | grep -A 20 'db.'")]
[Check("Keys.5", "Further servers answer where the definition opens their port", "zones, port and plugins of dns.extraServers",
    Command = "dig @{COREDNS_CLUSTER_IP} -p <port> <zone>")]
[Check("Keys.6", "Answers are kept as long as the definition says, and those of its zones not at all",
    "the numbers of dns.cache and dns.ttl",
    Command = TypedCommands.Corefile + " | grep -A 8 'cache '")]
[Check("Keys.7", "With autopath a pod's search path costs one query", "the answer of the last name of the path for the first",
    Command = "dig @{COREDNS_CLUSTER_IP} <name>.<namespace>.svc.{CLUSTER_DOMAIN}")]
[Check("Keys.8", "The pods have the labels, the place and the image of the definition",
    "labels, annotations, nodeSelector, tolerations, imageRegistry, pullSecrets",
    Command = "kubectl --context {context} -n kube-system get pods -l k8s-app=kube-dns -o yaml")]
[Check("Keys.9", "The Service has the families of the definition", "ipFamilyPolicy and secondClusterIP",
    Command = "kubectl --context {context} -n kube-system get service kube-dns -o jsonpath={.spec.ipFamilyPolicy}")]
public static class KeysCriterion
{
    [StaticCheck("Keys.1", "the forward plugins of the main server, in their order")]
    public static void StubDomains(RenderedCluster tree)
    {
        var dns = tree.Definition.Dns;
        var forwards = tree.Plugins.Where(plugin => plugin.Name == "forward").ToArray();
        forwards.Select(plugin => plugin.Arguments[0]).ShouldBe([.. dns.StubDomains.Select(stub => stub.Zone.Text), "."],
            "the first zone that matches a name takes it");
        foreach (var (stub, plugin) in dns.StubDomains.Zip(forwards))
        {
            plugin.Arguments.Skip(1).ShouldBe(stub.Forwarding.Servers.Select(server => server.ToString()),
                $"{stub.Zone} is asked of other servers");
            (plugin.Option("policy")?.Single() ?? "random")
                .ShouldBe(UpstreamKeys.Policy(stub.Forwarding), $"{stub.Zone} chooses otherwise");
            (plugin.Option("tls_servername")?.Single())
                .ShouldBe(stub.Forwarding.ServerName?.Text, $"{stub.Zone} expects another certificate");
        }
    }

    [StaticCheck("Keys.2", "the hosts plugin of the main server, before kubernetes and forward")]
    public static void Hosts(RenderedCluster tree)
    {
        var hosts = tree.Definition.Dns.Hosts;
        var plugin = tree.Plugins.SingleOrDefault(plugin => plugin.Name == "hosts");
        plugin.ShouldNotBeNull("no server has the names of dns.hosts");
        plugin.Block.Where(line => char.IsAsciiHexDigit(line[0][0]) && line.Count == 2 && line[0] != "ttl")
            .Select(line => string.Join(' ', line))
            .ShouldBe(hosts.SelectMany(host => host.Addresses.Select(address => $"{address} {host.Name}")), "other names or addresses");
        plugin.Block.ShouldContain(line => line[0] == "fallthrough", "every other name ends here");
        plugin.Arguments.ShouldBe(["/dev/null"], "the pod's own /etc/hosts is answered too");
    }

    [StaticCheck("Keys.3", "the rewrite plugins of the main server")]
    public static void Rewrites(RenderedCluster tree)
    {
        var rewrites = tree.Definition.Dns.Rewrites;
        tree.Plugins.Where(plugin => plugin.Name == "rewrite").Select(plugin => string.Join(' ', plugin.Arguments))
            .ShouldBe(rewrites.Select(rewrite => rewrite.Below
                ? $"name suffix .{rewrite.From}. .{rewrite.To}. answer auto" : $"name exact {rewrite.From}. {rewrite.To}."),
                "other rules, or in another order");
    }

    [StaticCheck("Keys.4", "zoneFiles of the release, and the file plugins that read them")]
    public static void ZoneFiles(RenderedCluster tree)
    {
        var zones = tree.Definition.Dns.ZoneFiles;
        // kustomize trims the last line break of a patch, which may be that of the last zone.
        tree.Values.Parts("zoneFiles").Select(file => (file.Text("filename"), file.Text("contents")?.TrimEnd('\n')))
            .ShouldBe(
                zones.Select(zone => ((string?)$"db.{zone.Zone}", (string?)zone.Text.TrimEnd('\n'))), "other zones are delivered");
        tree.Plugins.Where(plugin => plugin.Name == "file").Select(plugin => string.Join(' ', plugin.Arguments))
            .ShouldBe(zones.Select(zone => $"/etc/coredns/db.{zone.Zone} {zone.Zone}"), "no server reads them");
    }

    [StaticCheck("Keys.5", "the servers of the release behind the first, but for the substrate's")]
    public static void ExtraServers(RenderedCluster tree)
    {
        var extra = tree.Definition.Dns.ExtraServers;
        tree.Values.Parts("servers").TakeLast(extra.Length)
            .Select(server => $"{string.Join(' ', server.Parts("zones").Select(zone => zone.Text("zone")))} {server.Number("port")} "
                + string.Join(' ', server.Parts("plugins").Select(plugin => plugin.Text("name"))))
            .ShouldBe(extra.Select(server => $"{string.Join(' ', server.Zones)} {server.Port} "
                + string.Join(' ', NamesOf(server.Plugins))), "other servers than dns.extraServers");
    }

    /// <summary>The first word of each line outside of blocks.</summary>
    private static IEnumerable<string> NamesOf(string plugins)
    {
        var depth = 0;
        foreach (var words in plugins.Split('\n').Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)))
        {
            if (depth == 0 && words.Length > 0 && words[0][0] is not ('#' or '}'))
            {
                yield return words[0];
            }

            depth += words.Count(word => word == "{") - words.Count(word => word == "}");
        }
    }

    [StaticCheck("Keys.6", "the cache plugin and the ttl of kubernetes in the main server")]
    public static void Cache(RenderedCluster tree)
    {
        var dns = tree.Definition.Dns;
        var cache = tree.Plugins.SingleOrDefault(plugin => plugin.Name == "cache");
        cache.ShouldNotBeNull("nothing is kept");
        (cache.Option("success") ?? []).Take(2).ShouldBe([Text(dns.Cache.Capacity), Text(dns.Cache.Success)], "dns.cache.success");
        (cache.Option("denial") ?? []).Take(2).ShouldBe([Text(dns.Cache.Capacity), Text(dns.Cache.Denial)], "dns.cache.denial");
        (cache.Option("prefetch")?[0] ?? "0").ShouldBe(Text(dns.Cache.Prefetch), "dns.cache.prefetch");
        (cache.Option("serve_stale")?[0]).ShouldBe(dns.Cache.ServeStale?.ToString(), "dns.cache.serveStale");
        foreach (var zone in dns.Cache.ZonesWithoutCache)
        {
            foreach (var kind in new[] { "success", "denial" })
            {
                cache.Block.Where(line => line[0] == "disable" && line[1] == kind).SelectMany(line => line.Skip(2))
                    .ShouldContain(zone.Text, $"answers of {zone} are kept");
            }
        }

        if (dns.Ttl is { } ttl)
        {
            tree.Plugins.Single(plugin => plugin.Name == "kubernetes").Option("ttl")
                .ShouldBe([Text(ttl)], "dns.ttl");
        }
    }

    [StaticCheck("Keys.7", "the autopath plugin, and the pods option of kubernetes that it needs")]
    public static void Autopath(RenderedCluster tree)
    {
        tree.Plugins.Single(plugin => plugin.Name == "kubernetes").Option("pods").ShouldBe(["verified"], "autopath knows no pod");
        tree.Plugins.Where(plugin => plugin.Name == "autopath").Select(plugin => string.Join(' ', plugin.Arguments))
            .ShouldBe(["@kubernetes"], "the search path is not followed");
    }

    [StaticCheck("Keys.8", "the values and the post-renderer of the release, and commonMetadata of its Flux Kustomization")]
    public static void Place(RenderedCluster tree)
    {
        var workloads = tree.Definition.Workloads;
        var layer = tree.Flux.Single(resource => resource.Kind == "Kustomization" && resource.Name == $"cluster-{tree.Role}-coredns");
        Has(layer.Map("spec.commonMetadata.labels"), workloads.Labels, "label of every object");
        Has(layer.Map("spec.commonMetadata.annotations"), workloads.Annotations, "annotation of every object");
        Has(tree.Values.Map("customLabels"), workloads.Labels, "label of the pods");
        Has(tree.Values.Map("customAnnotations"), workloads.Annotations, "annotation of the pods");
        Has(tree.Values.Map("nodeSelector"), workloads.NodeSelector, "label of the nodes");
        foreach (var toleration in workloads.Tolerations)
        {
            tree.Values.Parts("tolerations").ShouldContain(one => one.Text("key") == toleration.Key, $"{toleration.Key} is not tolerated");
        }

        if (workloads.ImageRegistry is { } registry)
        {
            tree.Values.Text("image.repository").ShouldNotBeNull($"the image does not come from {registry}").ShouldStartWith(registry);
        }

        // With Helm's post-renderer: as a value, older charts write them into the ServiceAccount in another form than into the pods.
        var rendered = tree.Release.At("spec.postRenderers")?.ToJsonString() ?? "";
        foreach (var secret in workloads.PullSecrets)
        {
            rendered.ShouldContain($"name: {secret}", customMessage: $"the pods pull without the Secret {secret}");
        }
    }

    [StaticCheck("Keys.9", "service of the release")]
    public static void Families(RenderedCluster tree)
    {
        var dns = tree.Definition.Dns;
        if (dns.FamilyPolicy is { } policy)
        {
            tree.Values.Text("service.ipFamilyPolicy").ShouldBe(policy, "another policy of families");
        }

        if (dns.SecondClusterIP is { } second)
        {
            tree.Values.Texts("service.clusterIPs").ShouldBe([dns.ClusterIP.ToString(), second.ToString()], "other addresses");
        }
    }

    /// <summary>Why a check does not apply to a cluster: its key is not set. Null if it applies.</summary>
    internal static string? NotApplicable(string check, Cluster cluster)
    {
        var dns = cluster.Dns;
        return check switch
        {
            "Keys.1" when dns.StubDomains.IsEmpty => "dns.stubDomains is not set",
            "Keys.2" when dns.Hosts.IsEmpty => "dns.hosts is not set",
            "Keys.3" when dns.Rewrites.IsEmpty => "dns.rewrite is not set",
            "Keys.4" when dns.ZoneFiles.IsEmpty => "dns.zoneFiles is not set",
            "Keys.5" when dns.ExtraServers.IsEmpty => "dns.extraServers is not set",
            "Keys.6" when dns.Ttl is null && dns.Cache.ZonesWithoutCache.IsEmpty && Written(dns.Cache) == Written(Usual.Value) =>
                "dns.cache and dns.ttl are not set",
            "Keys.7" when !dns.Autopath => "dns.autopath is off",
            "Keys.8" when !HasPlace(cluster.Workloads) => "none of these keys is set",
            "Keys.9" when dns.FamilyPolicy is null && dns.SecondClusterIP is null => "dns.ipFamilyPolicy is not set",
            "Keys.10" when dns.Forwarding is { ServerName: null, Policy: ForwardPolicy.Random }
                && !dns.Upstreams.Any(server => server.Tls) => "dns.upstreams have no policy and no TLS",
            "Keys.11" when !ObjectiveKeys.AreSet(cluster) => "monitoring.burnRate is off, or nothing is scraped",
            _ => null,
        };
    }

    /// <summary>The values of a definition that sets none.</summary>
    private static readonly Lazy<CacheSettings> Usual = new(() => StorySample.Tree.Platform.Clusters[0].Dns.Cache);

    private static (int, int, int, int, string?) Written(CacheSettings cache) =>
        (cache.Success, cache.Denial, cache.Capacity, cache.Prefetch, cache.ServeStale?.ToString());

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private static bool HasPlace(WorkloadSettings workloads) => !workloads.Labels.IsEmpty || !workloads.Annotations.IsEmpty
        || !workloads.NodeSelector.IsEmpty || !workloads.Tolerations.IsEmpty || !workloads.PullSecrets.IsEmpty
        || workloads.ImageRegistry is not null;

    internal static void Has(IReadOnlyDictionary<string, string> written, IEnumerable<(string Key, string Value)> wanted, string what)
    {
        foreach (var (key, value) in wanted)
        {
            written.GetValueOrDefault(key).ShouldBe(value, $"{what}: {key}");
        }
    }

    /// <summary>A definition with the fixture's keys in every cluster.</summary>
    internal static Platform Switched(Platform platform)
    {
        var keys = DefinedTree.Read(StorySample.Definition("keys")).Clusters[0];
        return platform.InEachCluster(cluster => cluster with
        {
            Workloads = keys.Workloads,
            Monitoring = ObjectiveKeys.In(cluster.Monitoring),
            Dns = cluster.Dns with
            {
                StubDomains = keys.Dns.StubDomains,
                Hosts = keys.Dns.Hosts,
                Rewrites = keys.Dns.Rewrites,
                ZoneFiles = keys.Dns.ZoneFiles,
                ExtraServers = keys.Dns.ExtraServers,
                Cache = keys.Dns.Cache,
                Autopath = true,
                Upstreams = keys.Dns.Upstreams,
                Forwarding = keys.Dns.Forwarding,
                Ttl = keys.Dns.Ttl,
                FamilyPolicy = keys.Dns.FamilyPolicy,
            },
        });
    }

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("another stub domain", "Keys.1", "takes it", tree => Replace(tree, "forward", "corp.example.net", "corp.example.org")),
        new("another server of a stub domain", "Keys.1", "other servers", tree =>
            Replace(tree, "forward", "192.168.10.54", "192.168.10.99")),
        new("another address of a fixed name", "Keys.2", "other names or addresses", tree =>
            Replace(tree, "hosts", "192.0.2.71", "192.0.2.72", "configBlock")),
        new("fixed names that end every look-up", "Keys.2", "every other name ends here", tree =>
            Replace(tree, "hosts", "\nfallthrough", "", "configBlock")),
        new("a rewrite to another name", "Keys.3", "other rules", tree => Replace(tree, "rewrite", "www.", "ftp.")),
        new("another record in a zone of the definition", "Keys.4", "other zones", tree => JsonPath.Set(
            tree.Release.Document, "spec.values.zoneFiles[0].contents", "@ 60 IN SOA ns hostmaster 7 1 1 1 1\n")),
        new("another port of a further server", "Keys.5", "other servers", tree =>
            tree.Release.At("spec.values.servers[1]")!["port"] = 5301),
        new("no time for what is kept", "Keys.6", "dns.cache.success", tree =>
            Replace(tree, "cache", "success 9984 20 5\n", "", "configBlock")),
        new("expired answers are never given", "Keys.6", "dns.cache.serveStale", tree =>
            Replace(tree, "cache", "serve_stale 10m verify", "servfail 1s", "configBlock")),
        new("kept longer than the definition says", "Keys.6", "dns.cache.success", tree =>
            Replace(tree, "cache", "success 9984 20", "success 9984 25", "configBlock")),
        new("what should never be kept is kept", "Keys.6", "are kept", tree =>
            Replace(tree, "cache", "disable success example.com\n", "", "configBlock")),
        new("autopath left out", "Keys.7", "not followed", tree =>
            Plugins(tree).RemoveAll(plugin => (string?)plugin!["name"] == "autopath")),
        new("pods anywhere", "Keys.8", "label of the nodes", tree => JsonPath.Set(
            tree.Release.Document, "spec.values.nodeSelector", new JsonObject())),
        new("images pulled without the Secret", "Keys.8", "pull without the Secret", tree => JsonPath.Set(
            tree.Release.Document, "spec.postRenderers", null)),
        new("objects without the owner's labels", "Keys.8", "label of every object", tree => JsonPath.Set(
            tree.Flux.Single(resource => resource.Name == $"cluster-{StorySample.Cluster}-coredns").Document,
            "spec.commonMetadata.labels", new JsonObject())),
        new("both families for a cluster of one", "Keys.9", "another policy", tree => JsonPath.Set(
            tree.Release.Document, "spec.values.service.ipFamilyPolicy", "PreferDualStack")),
    ];

    private static JsonArray Plugins(SabotagedTree tree) => tree.Release.At("spec.values.servers[0].plugins")!.AsArray();

    /// <summary>Replaces a part of the first or last plugin of a name that contains it.</summary>
    internal static void Replace(SabotagedTree tree, string plugin, string old, string @new, string key = "parameters", bool last = false)
    {
        var all = Plugins(tree).Where(entry => (string?)entry!["name"] == plugin
            && ((string?)entry[key])?.Contains(old) == true);
        var found = (last ? all.Last() : all.First())!;
        found[key] = ((string)found[key]!).Replace(old, @new);
    }
}
