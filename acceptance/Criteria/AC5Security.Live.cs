namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC5Security
{
    /// <summary>Bit 10 of a capability set (capabilities(7)).</summary>
    private const ulong NetBindService = 1UL << 10;

    [LiveCheck("AC5.1", "the user of the running process, against runAsUser of the release")]
    public static Task NonRoot(LiveCluster cluster, CancellationToken cancellationToken) => Each(
        cluster, process => process.Status["Uid"].ShouldBe(User(cluster.Tree), "the user of the process"), cancellationToken);

    [LiveCheck("AC5.2", "the mount options of the running process' root")]
    public static Task ReadOnlyRoot(LiveCluster cluster, CancellationToken cancellationToken) =>
        Each(cluster, process => process.RootOptions.Split(',').ShouldContain("ro"), cancellationToken);

    [LiveCheck("AC5.3", "the bounding and effective sets of the running process, and no_new_privs")]
    public static Task Capabilities(LiveCluster cluster, CancellationToken cancellationToken) => Each(
        cluster,
        process =>
        {
            Set(process, "CapBnd").ShouldBe(NetBindService, "the bounding set holds more or less than NET_BIND_SERVICE");
            (Set(process, "CapEff") & ~NetBindService).ShouldBe(0UL, "capabilities in effect beside NET_BIND_SERVICE");
            process.Status["NoNewPrivs"].ShouldBe("1", "privileges can be gained");
        },
        cancellationToken);

    [LiveCheck("AC5.4", "the seccomp mode of the running process: 2 is a filter")]
    public static Task Seccomp(LiveCluster cluster, CancellationToken cancellationToken) =>
        Each(cluster, process => process.Status["Seccomp"].ShouldBe("2", "no seccomp filter is in effect"), cancellationToken);

    [LiveCheck("AC5.5", "the account of the running pods")]
    public static async Task Account(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var pod in await cluster.EachDnsPod(cancellationToken))
        {
            pod.Text("spec.serviceAccountName").ShouldBe("coredns");
        }
    }

    [LiveCheck("AC5.6", "a workload's TCP connection and queries to each DNS pod itself, not only to the Service")]
    public static async Task DnsAllowed(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        foreach (var pod in await cluster.EachDnsPod(cancellationToken))
        {
            var answers = await Ask.From(
                cluster, "client-glibc", $"kubernetes.default.svc.{cluster.Domain}.{cluster.AddressType}", cancellationToken,
                "--server", Pods.Address(pod), "--via", "udp", "--via", "tcp");
            answers.ShouldAllBe(answer => answer.Outcome == "ok", pod.Name);
        }
    }

    [LiveCheck("AC5.7",
        "connections of a workload to the metrics, health and ready ports, of the monitoring to the metrics, of the node to the " +
            "probes, and of a machine outside the cluster to port 53, if a trial shows that the CNI enforces policies",
        Alone = true)]
    public static async Task OthersBlocked(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        foreach (var policy in cluster.Tree.Delivered.Where(resource => resource.Kind is "NetworkPolicy" or "CiliumNetworkPolicy"))
        {
            (await cluster.Api.Get(ResourceKind.Of(policy).Named(policy.Name, "kube-system"), cancellationToken))
                .ShouldNotBeNull("no ingress policy was delivered");
        }

        cluster.Needs(
            await PolicyEnforcement.IsEnforced(cluster, cancellationToken), "the network plugin of this cluster enforces no NetworkPolicy");
        var (monitoring, scraper) = await ProbeOrigin.MonitoringClient(cluster, cancellationToken);
        foreach (var pod in await cluster.EachDnsPod(cancellationToken))
        {
            var address = Pods.Address(pod);
            foreach (var port in new[] { 9153, 8080, 8181 })
            {
                (await PolicyEnforcement.Connects(cluster, address, port, cancellationToken))
                    .ShouldBeFalse($"a workload reaches port {port} of {pod.Name}");
            }

            (await PolicyEnforcement.Connects(cluster, monitoring, scraper, address, 9153, cancellationToken))
                .ShouldBeTrue($"the monitoring cannot scrape {pod.Name}");
            (await PolicyEnforcement.Connects(cluster, monitoring, scraper, address, 8080, cancellationToken))
                .ShouldBeFalse($"the monitoring reaches port 8080 of {pod.Name}");
            (await ProbeOrigin.FromItsNode(cluster, pod, 8181, "/ready", cancellationToken))
                .Status.ShouldBe(200, $"the node of {pod.Name} cannot probe it");
        }

        await OutsidersBlocked(cluster, cancellationToken);
    }

    /// <summary>The upstream's pods, which no policy selects, show that the external client can reach pods at all.</summary>
    private static async Task OutsidersBlocked(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await using var outsider = await OutsideClient.Beside(cluster, cancellationToken);
        if (outsider is null)
        {
            EvidenceLog.Observed($"No machine outside the cluster asked: it needs nodes that are containers on this machine, and the "
                + $"image {SuiteSettings.Current.SmallImage} (setting small-image).");
            return;
        }

        var open = (await cluster.Api.List(ResourceKind.Pod, UpstreamDns.Namespace, "app=upstream", cancellationToken))[0];
        (await outsider.IsAnswered(cluster, open, UpstreamDns.ExternalName, cancellationToken))
            .ShouldBeTrue("the pod without a policy does not answer the outside client either");
        foreach (var pod in await cluster.EachDnsPod(cancellationToken))
        {
            (await outsider.IsAnswered(cluster, pod, UpstreamDns.ExternalName, cancellationToken))
                .ShouldBeFalse($"{pod.Name} answers a machine outside the cluster");
        }
    }

    [LiveCheck("AC5.8",
        "a client behind the component with and without a policy that denies the rest, where the CNI enforces policies: its queries, " +
            "and its connections elsewhere",
        Alone = true)]
    public static async Task WorkloadAsks(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await ClientPods.Ensure(cluster, cancellationToken);
        cluster.Needs(
            await PolicyEnforcement.IsEnforced(cluster, cancellationToken), "the network plugin of this cluster enforces no NetworkPolicy");
        await EgressEnforcement.Ensure(cluster, cancellationToken);
        var elsewhere = Pods.Address(
            (await cluster.Api.List(ResourceKind.Pod, UpstreamDns.Namespace, "app=upstream", cancellationToken))[0]);
        var flavour = SuiteSettings.Current.NetworkPolicy == NetworkPolicyFlavour.Cilium ? "CiliumNetworkPolicy" : "NetworkPolicy";
        var allowDns = cluster.Tree.AllowDns.Single(policy => policy.Kind == flavour);
        await EgressEnforcement.While(
            cluster, [PolicyEnforcement.DenyAll("Egress")], token => Reaches(cluster, elsewhere, dns: false, others: false, token),
            "without the component the client is cut off", cancellationToken);
        await EgressEnforcement.While(
            cluster, [PolicyEnforcement.DenyAll("Egress"), allowDns], token => Reaches(cluster, elsewhere, dns: true, others: false, token),
            "with the component DNS answers and nothing else", cancellationToken);
        var isolates = EgressDecision.Isolates(allowDns);
        await EgressEnforcement.While(
            cluster, [allowDns], token => Reaches(cluster, elsewhere, dns: true, others: !isolates, token),
            "the component alone denies what its API denies by default", cancellationToken);
    }

    private static async Task Reaches(LiveCluster cluster, string elsewhere, bool dns, bool others, CancellationToken cancellationToken)
    {
        (await EgressEnforcement.Resolves(cluster, cancellationToken)).ShouldBe(dns, "queries to the cluster's DNS");
        (await EgressEnforcement.Connects(cluster, elsewhere, 53, cancellationToken)).ShouldBe(others, "a connection to another pod");
    }

    private static async Task Each(LiveCluster cluster, Action<NodeProcesses.DnsProcess> check, CancellationToken cancellationToken)
    {
        foreach (var (_, process) in await NodeProcesses.OfDnsPods(cluster, cancellationToken))
        {
            check(process);
        }
    }

    private static ulong Set(NodeProcesses.DnsProcess process, string name) => Convert.ToUInt64(process.Status[name], 16);
}
