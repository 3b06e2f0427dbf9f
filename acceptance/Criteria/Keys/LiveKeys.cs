namespace PlatformGitOps.Acceptance.Criteria.Keys;

/// <summary>The keys' effects, as seen by clients and in running pods.</summary>
[ChecksOf(typeof(KeysCriterion))]
public static class LiveKeys
{
    private static readonly ResourceAddress Service = ResourceKind.Service.Named("kube-dns", "kube-system");

    private static DnsSettings Dns(LiveCluster cluster) => cluster.Tree.Definition.Dns;

    [LiveCheck("Keys.1", "a name of each stub domain that the suite's own server of these domains has, and its upstream has not")]
    public static async Task AsksStubDomains(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream();
        foreach (var stub in Dns(cluster).StubDomains)
        {
            await Ask.Expect(cluster, StubServer.NameIn(stub.Zone), [StubServer.Address], cancellationToken);
        }
    }

    [LiveCheck("Keys.2", "each name of dns.hosts, from each client")]
    public static async Task HasFixedNames(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var host in Dns(cluster).Hosts)
        {
            foreach (var family in host.Addresses.GroupBy(address => address.AddressFamily))
            {
                await Ask.Expect(cluster, host.Name.Text, [.. family.Select(address => address.ToString())], cancellationToken);
            }
        }
    }

    [LiveCheck("Keys.3", "each name of dns.rewrite beside the one that takes its place; of a suffix a name below it that exists")]
    public static async Task Rewrites(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var seen = 0;
        foreach (var rewrite in Dns(cluster).Rewrites)
        {
            // Names that the suite knows: the API server's below the cluster's domain, and its upstream's.
            var below = rewrite.Below ? "kubernetes." : "";
            var (from, to) = (below + rewrite.From, below + rewrite.To);
            var wanted = (await Ask.From(cluster, Ask.ByHand, to + ".", cancellationToken, "--via", "udp"))[0];
            if (wanted.Outcome == "ok")
            {
                seen++;
                await Ask.Expect(cluster, from, [.. wanted.Answers.Order(StringComparer.Ordinal)], cancellationToken);
            }
        }

        cluster.Needs(seen > 0, "no name that takes the place of another resolves here");
    }

    [LiveCheck("Keys.4", "the SOA record of each zone of dns.zoneFiles")]
    public static async Task ServesZones(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        foreach (var zone in Dns(cluster).ZoneFiles)
        {
            var serial = zone.Text.Split('\n').First(line => line.Contains("SOA"))
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).SkipWhile(word => word != "SOA").ElementAt(3);
            foreach (var answer in await Ask.From(
                cluster, Ask.ByHand, $"{zone.Zone}./SOA", cancellationToken, "--via", "udp", "--via", "tcp"))
            {
                answer.Outcome.ShouldBe("ok", $"{zone.Zone} is not served: {answer}");
                answer.Answers.Single().ShouldContain($" {serial} ", customMessage: $"another zone than that of the definition: {answer}");
                EvidenceLog.Observed(answer.ToString());
            }
        }
    }

    [LiveCheck("Keys.5", "a query for each zone at the port that is opened, at the Service's address, over UDP and TCP")]
    public static async Task ExtraServersAnswer(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var opened = Dns(cluster).ExtraServers.Where(server => server.Expose || server.Port == CoreDnsNames.DnsPort).ToArray();
        EvidenceLog.Applies(opened.Length == 0 ? "dns.extraServers opens no port" : null);
        await ClientPods.Ensure(cluster, cancellationToken);
        foreach (var server in opened)
        {
            foreach (var zone in server.Zones)
            {
                var endpoint = new System.Net.IPEndPoint(Dns(cluster).ClusterIP, server.Port);
                foreach (var answer in await Ask.From(
                    cluster, Ask.ByHand, $"{zone}.", cancellationToken, "--server", endpoint.ToString(), "--via", "udp", "--via", "tcp"))
                {
                    // Whether the name exists depends on the server; the definition only says that a server answers for it.
                    answer.Outcome.ShouldBeOneOf(["ok", "nodata", "nxdomain"], $"nobody answers for {zone} at {endpoint}: {answer}");
                    EvidenceLog.Observed(answer.ToString());
                }
            }
        }
    }

    [LiveCheck("Keys.6", "the TTL of a name of the upstream's, asked for some seconds, and of a name of the cluster's")]
    public static async Task Keeps(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream();
        await ClientPods.Ensure(cluster, cancellationToken);
        var cache = Dns(cluster).Cache;
        var fresh = Math.Min(cache.Success, UpstreamDns.Ttl);
        var isKept = !cache.ZonesWithoutCache.Any(zone => UpstreamDns.ExternalName.EndsWith(zone.Text, StringComparison.Ordinal));
        // The plugin also shortens the TTL of answers that it does not cache, to its maximum (CoreDNS 1.11.4); only the TTL of cached
        // answers falls.
        if (isKept)
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(20),
                async token => (await Ttl(token)).ShouldBeLessThan(fresh, "nothing is kept"),
                "a kept answer has less time left",
                cancellationToken);
        }
        else
        {
            await Throughout.For(
                TimeSpan.FromSeconds(4),
                async token => (await Ttl(token)).ShouldBe(fresh, "the cache answers for a zone whose answers are never kept"),
                "no answer of the zone is kept",
                cancellationToken);
        }

        var wanted = int.Parse(
            cluster.Tree.Plugins.Single(plugin => plugin.Name == "kubernetes").Option("ttl")!.Single(), CultureInfo.InvariantCulture);
        (await Ask.From(cluster, Ask.ByHand, $"kubernetes.default.svc.{cluster.Domain}.", cancellationToken, "--via", "udp"))[0].Ttl
            .ShouldNotBeNull().ShouldBeInRange(0, wanted, "dns.ttl");

        async Task<long> Ttl(CancellationToken token)
        {
            var answer = (await Ask.From(cluster, Ask.ByHand, $"www.{UpstreamDns.ExternalName}.", token, "--via", "udp"))[0];
            EvidenceLog.Observed($"{answer}: {answer.Ttl} s");
            return answer.Ttl.ShouldNotBeNull(answer.ToString());
        }
    }

    [LiveCheck("Keys.7", "the first name of the search path for a name outside of the cluster, as a pod's C library asks it")]
    public static async Task FollowsSearchPath(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream();
        await ClientPods.Ensure(cluster, cancellationToken);
        var first = $"{UpstreamDns.ExternalName}.{ClientPods.Namespace}.svc.{cluster.Domain}.";
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token =>
            {
                foreach (var answer in await Ask.From(cluster, Ask.ByHand, first, token, "--via", "udp"))
                {
                    answer.Outcome.ShouldBe("ok", $"the search path is not followed: {answer}");
                    answer.Answers.ShouldContain(UpstreamDns.ExternalAddress, answer.ToString());
                    EvidenceLog.Observed(answer.ToString());
                }
            },
            "CoreDNS knows the pod, and follows its search path",
            cancellationToken);
    }

    [LiveCheck("Keys.8", "labels, annotations, nodeSelector, tolerations, pull secrets and images of the running pods")]
    public static async Task PodsAreInPlace(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var workloads = cluster.Tree.Definition.Workloads;
        cluster.Needs(
            workloads.PullSecrets.IsEmpty || cluster.Delivery is not HelmDelivery,
            "pull Secrets come by spec.postRenderers of the HelmRelease, which helm does not know; set delivery to flux");
        foreach (var pod in await cluster.EachDnsPod(cancellationToken))
        {
            KeysCriterion.Has(pod.Labels, workloads.Labels, $"label of {pod.Name}");
            KeysCriterion.Has(pod.Map("spec.nodeSelector"), workloads.NodeSelector, $"label of the node of {pod.Name}");
            foreach (var toleration in workloads.Tolerations)
            {
                pod.Parts("spec.tolerations").ShouldContain(one => one.Text("key") == toleration.Key, $"{pod.Name}: {toleration.Key}");
            }

            if (workloads.ImageRegistry is { } registry)
            {
                pod.Text("spec.containers[0].image").ShouldNotBeNull().ShouldStartWith(registry, customMessage: pod.Name);
            }

            foreach (var secret in workloads.PullSecrets)
            {
                pod.Parts("spec.imagePullSecrets").ShouldContain(
                    one => one.Text("name") == secret.Text, $"{pod.Name} pulls without the Secret {secret}");
            }
        }
    }

    [LiveCheck("Keys.9", "spec.ipFamilyPolicy and spec.clusterIPs of the Service")]
    public static async Task HasFamilies(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var dns = Dns(cluster);
        var service = await cluster.Require(Service, cancellationToken);
        if (dns.FamilyPolicy is { } policy)
        {
            service.Text("spec.ipFamilyPolicy").ShouldBe(policy);
        }

        if (dns.SecondClusterIP is { } second)
        {
            service.Texts("spec.clusterIPs").ShouldBe([dns.ClusterIP.ToString(), second.ToString()]);
        }
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveChanges.Corefile("a stub domain without its servers", "Keys.1", "resolves in", text => Without(text, "forward corp.")),
        LiveChanges.Corefile("no fixed names", "Keys.2", "resolves in", text => Without(text, "hosts /dev/null")),
        LiveChanges.Corefile("what should never be kept is kept", "Keys.6", "never kept", text =>
            text.Replace("        disable success example.com\n", "")),
        LiveChanges.Corefile("no search path", "Keys.7", "follows its search path", text =>
            text.Replace("    autopath @kubernetes\n", "")),
    ];

    /// <summary>The Corefile without the first block that begins with this text.</summary>
    private static string Without(string corefile, string begin)
    {
        var from = corefile.IndexOf($"    {begin}", StringComparison.Ordinal);
        var to = from < 0 ? -1 : corefile.IndexOf("\n    }\n", from, StringComparison.Ordinal);
        return to < 0 ? corefile : corefile.Remove(from, to + "\n    }\n".Length - from);
    }
}
