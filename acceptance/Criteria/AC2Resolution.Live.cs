namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC2Resolution
{
    private const string Clients = ClientPods.Namespace;

    [LiveCheck("AC2.1", "the Service and the ready addresses in its EndpointSlices, which are those of the DNS pods")]
    public static Task Service(LiveCluster cluster, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(30),
        async token =>
        {
            var service = await cluster.Require(ResourceKind.Service.Named("kube-dns", "kube-system"), token);
            var slices = await cluster.Api.List(ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", token);
            var ready = slices.SelectMany(slice => slice.Parts("endpoints")).Where(endpoint => endpoint.Flag("conditions.ready") == true)
                .SelectMany(endpoint => endpoint.Texts("addresses")).Distinct().Order(StringComparer.Ordinal);
            // A terminating pod can still be ready, but is not an endpoint.
            ready.ShouldBe((await cluster.StayingDnsPods(token)).Where(pod => Conditions.Holds(pod, "Ready"))
                .SelectMany(pod => Pods.Addresses(pod, service.Texts("spec.ipFamilies"))).Order(StringComparer.Ordinal));
            // Also the ports of dns.extraServers that the definition opens.
            int[] opened = [CoreDnsNames.DnsPort, .. cluster.Tree.Definition.Dns.ExposedPorts];
            slices.SelectMany(slice => slice.Parts("ports")).Select(port => $"{port.Text("port")}/{port.Text("protocol")}").Distinct()
                .ShouldBe(opened.SelectMany(port => new[] { $"{port}/UDP", $"{port}/TCP" }), ignoreOrder: true);
        },
        "the Service has every ready DNS pod behind it",
        cancellationToken);

    [LiveCheck("AC2.2",
        "spec.clusterIP of the live Service, which pod answers at the nameserver in a pod's resolv.conf, and an answer of the second " +
            "family's address")]
    public static async Task ClusterIP(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var service = await cluster.Require(ResourceKind.Service.Named("kube-dns", "kube-system"), cancellationToken);
        service.Text("spec.clusterIP").ShouldBe(cluster.Tree.Settings["COREDNS_CLUSTER_IP"]);
        foreach (var client in await Ask.Clients(cluster, cancellationToken))
        {
            // Without --server the prober queries the nameserver in the kubelet's resolv.conf.
            var answers = await Ask.From(
                cluster, client, $"kubernetes.default.svc.{cluster.Domain}{cluster.AddressType}", cancellationToken);
            answers.ShouldAllBe(answer => answer.Outcome == "ok");
            // A cache on the node answers in place of the pods.
            if (cluster.Tree.NodeLocalDns.Count == 0 && Find(cluster.Tree, "nsid") is not null)
            {
                AnsweredBy(answers, [.. (await cluster.DnsPods(cancellationToken)).Select(pod => pod.Name)]);
            }
        }

        var second = service.Texts("spec.clusterIPs").Skip(1).ToList();
        if (cluster.Tree.Definition.Dns.SecondClusterIP is { } wanted)
        {
            second.ShouldBe([wanted.ToString()]);
        }

        foreach (var address in second)
        {
            var name = $"kubernetes.default.svc.{cluster.Domain}.{cluster.AddressType}";
            (await Ask.From(cluster, Ask.ByHand, name, cancellationToken, "--server", address, "--via", "udp", "tcp")).ShouldAllBe(
                answer => answer.Outcome == "ok", $"{address} does not answer");
        }
    }

    /// <summary>The kubelet may give pods the address of another DNS, which knows the cluster's names too.</summary>
    internal static void AnsweredBy(IEnumerable<DnsAnswer> answers, IReadOnlyCollection<string> pods)
    {
        foreach (var answer in answers.Where(answer => answer.Via != "system"))
        {
            pods.ShouldContain(answer.By ?? "a server without an identifier", $"another DNS answers pods' queries: {answer}");
        }
    }

    [LiveCheck("AC2.3", "short, partial and full names from glibc and musl clients, through the C library, over UDP and over TCP")]
    public static async Task ServiceNames(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var api = await cluster.Require(ResourceKind.Service.Named("kubernetes", "default"), cancellationToken);
        foreach (var name in new[] { "kubernetes.default", "kubernetes.default.svc", $"kubernetes.default.svc.{cluster.Domain}",
            $"kubernetes.default.svc.{cluster.Domain}." })
        {
            await Ask.Expect(cluster, name, [api.Text("spec.clusterIP")!], cancellationToken);
        }

        await ClientPods.Ensure(cluster, cancellationToken);
        var web = await cluster.Require(ResourceKind.Service.Named("web", Clients), cancellationToken);
        foreach (var name in new[] { "web", $"web.{Clients}", $"web.{Clients}.svc", $"web.{Clients}.svc.{cluster.Domain}" })
        {
            await Ask.Expect(cluster, name, [web.Text("spec.clusterIP")!], cancellationToken);
        }
    }

    [LiveCheck("AC2.4", "<ip with dashes>.<namespace>.pod.<domain> of a running pod")]
    public static async Task PodNames(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var address = Pods.Address(await cluster.Require(ResourceKind.Pod.Named("web-0", Clients), cancellationToken));
        await Ask.Expect(cluster, $"{Dashed(address)}.{Clients}.pod.{cluster.Domain}", [address], cancellationToken);
    }

    [LiveCheck("AC2.5",
        "A, AAAA, CNAME and MX of a zone that only the suite's own upstream serves, and answers too large for one datagram, through " +
            "the C libraries too")]
    public static async Task ExternalNames(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream();
        await Ask.Expect(cluster, UpstreamDns.ExternalName, [UpstreamDns.ExternalAddress], cancellationToken);
        await Ask.Expect(cluster, $"{UpstreamDns.ExternalName}/AAAA", [UpstreamDns.ExternalAddress6], cancellationToken);
        await Ask.Expect(cluster, $"www.{UpstreamDns.ExternalName}", [UpstreamDns.ExternalAddress], cancellationToken);
        (await Ask.From(cluster, Ask.ByHand, $"www.{UpstreamDns.ExternalName}.", cancellationToken, "--via", "udp", "--via", "tcp"))
            .ShouldAllBe(answer => answer.Aliases != null && answer.Aliases.Contains(UpstreamDns.ExternalName + "."));
        (await Ask.From(cluster, Ask.ByHand, $"{UpstreamDns.ExternalName}./MX", cancellationToken, "--via", "udp", "--via", "tcp"))
            .ShouldAllBe(answer => answer.Answers.SequenceEqual(UpstreamDns.MailExchange));
        await Ask.Expect(cluster, UpstreamDns.ManyName, UpstreamDns.ManyAddresses, cancellationToken);
        var large = await Ask.From(cluster, Ask.ByHand, $"{UpstreamDns.LargeName}./TXT", cancellationToken, "--via", "tcp");
        large.Single().Answers.Count.ShouldBe(30, large[0].ToString());
    }

    [LiveCheck("AC2.6", "NXDOMAIN for names that do not exist, inside and outside, and the seconds that it may be kept")]
    public static async Task Caching(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var clients = await Ask.Clients(cluster, cancellationToken);
        var inside = (Name: $"nobody.{Clients}.svc.{cluster.Domain}.", Seconds: NegativeTtl(cluster.Tree));
        var outside = (Name: $"nobody.{UpstreamDns.ExternalName}.", Seconds: UpstreamDns.NegativeTtl);
        foreach (var (name, seconds) in cluster.HasUpstream ? [inside, outside] : new[] { inside })
        {
            foreach (var client in clients)
            {
                (await Ask.From(cluster, client, name, cancellationToken)).ShouldAllBe(answer => answer.Outcome == "nxdomain", client);
            }

            foreach (var answer in await Ask.From(cluster, Ask.ByHand, name, cancellationToken, "--via", "udp", "--via", "tcp"))
            {
                answer.Ttl.ShouldNotBeNull($"{answer} has no SOA").ShouldBeLessThanOrEqualTo(seconds);
            }
        }
    }

    [LiveCheck("AC2.7", "A of the headless Service and of <hostname>.<subdomain>")]
    public static async Task Headless(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var pods = await cluster.Api.List(ResourceKind.Pod, Clients, "app=web", cancellationToken);
        await Ask.Expect(cluster, $"headless.{Clients}.svc.{cluster.Domain}", [.. pods.Select(Pods.Address)], cancellationToken);
        foreach (var pod in pods)
        {
            await Ask.Expect(cluster, $"{pod.Name}.headless.{Clients}.svc.{cluster.Domain}", [Pods.Address(pod)], cancellationToken);
        }
    }

    [LiveCheck("AC2.8", "_http._tcp of a ClusterIP Service and of a headless one")]
    public static async Task Srv(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var single = await Ask.From(cluster, Ask.ByHand, $"_http._tcp.web.{Clients}.svc.{cluster.Domain}./SRV", cancellationToken);
        single.ShouldAllBe(answer => answer.Outcome == "ok" && answer.Answers.Count == 1);
        single[0].Answers[0].ShouldContain($" 80 web.{Clients}.svc.{cluster.Domain}");
        var each = await Ask.From(cluster, Ask.ByHand, $"_http._tcp.headless.{Clients}.svc.{cluster.Domain}./SRV", cancellationToken);
        each.ShouldAllBe(answer => answer.Outcome == "ok" && answer.Answers.Count == 2);
        Evidence.EvidenceLog.Observed(string.Join('\n', single.Concat(each).SelectMany(answer => answer.Answers).Distinct()));
    }

    [LiveCheck("AC2.9", "PTR of a ClusterIP and of a pod behind a headless Service")]
    public static async Task Reverse(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var web = await cluster.Require(ResourceKind.Service.Named("web", Clients), cancellationToken);
        await Ask.Expect(cluster, $"{web.Text("spec.clusterIP")}/PTR", [$"web.{Clients}.svc.{cluster.Domain}"], cancellationToken);
        var pod = await cluster.Require(ResourceKind.Pod.Named("web-1", Clients), cancellationToken);
        // Two Services have this pod: CoreDNS 1.11.4 answered with its name in one of them, 1.13.1 with both, of which getnameinfo returns
        // the first.
        var address = Pods.Address(pod);
        string[] names =
        [
            $"web-1.headless.{Clients}.svc.{cluster.Domain}", $"{Dashed(address)}.web.{Clients}.svc.{cluster.Domain}",
        ];
        await Ask.ExpectAmong(cluster, $"{address}/PTR", names, cancellationToken);
    }

    /// <summary>An address as a label of the kubernetes plugin.</summary>
    private static string Dashed(string address) => address.Replace('.', '-').Replace(':', '-');

    [LiveCheck("AC2.10", "the CNAME before and after a change of the Service")]
    public static async Task ExternalNameService(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var name = $"alias.{Clients}.svc.{cluster.Domain}.";
        var alias = ResourceKind.Service.Named("alias", Clients);
        try
        {
            await AliasOf(cluster, name, "example.com", cancellationToken);
            await cluster.Api.Patch(alias, JsonPath.Patch("spec.externalName", "www.example.com"), cancellationToken);
            await AliasOf(cluster, name, "www.example.com", cancellationToken);
        }
        finally
        {
            await cluster.Api.Patch(alias, JsonPath.Patch("spec.externalName", "example.com"), CancellationToken.None);
        }
    }

    [LiveCheck("AC2.11", "a pod with ClusterFirstWithHostNet")]
    public static async Task HostNetwork(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var api = await cluster.Require(ResourceKind.Service.Named("kubernetes", "default"), cancellationToken);
        await Ask.ExpectFrom(cluster, "client-hostnetwork", "kubernetes.default", [api.Text("spec.clusterIP")!], cancellationToken);
    }

    [LiveCheck("AC2.12", "a pod with ndots 1 and a search domain of its own")]
    public static async Task SearchPath(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        var api = await cluster.Require(ResourceKind.Service.Named("kubernetes", "default"), cancellationToken);
        await Ask.ExpectFrom(cluster, "client-nodots", "kubernetes.default", [api.Text("spec.clusterIP")!], cancellationToken);
        if (cluster.HasUpstream)
        {
            await Ask.ExpectFrom(cluster, "client-nodots", UpstreamDns.ExternalName, [UpstreamDns.ExternalAddress], cancellationToken);
        }
    }

    private static Task AliasOf(LiveCluster cluster, string name, string target, CancellationToken cancellationToken) => Eventually.Within(
        TimeSpan.FromSeconds(60),
        async token =>
        {
            foreach (var answer in await Ask.From(cluster, "client-glibc", name, token, "--via", "udp"))
            {
                answer.Outcome.ShouldBe("ok", answer.ToString());
                (answer.Aliases ?? []).Select(entry => entry.TrimEnd('.')).ShouldContain(target, answer.ToString());
                Evidence.EvidenceLog.Observed(answer.ToString());
            }
        },
        $"{name} becomes an alias of {target} once the cached answer has run out",
        cancellationToken);
}
