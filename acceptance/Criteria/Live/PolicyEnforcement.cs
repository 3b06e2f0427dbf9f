namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Tests whether a cluster's network plugin enforces policies, with one that denies everything.</summary>
public static class PolicyEnforcement
{
    private const string Name = "trial-deny-all";
    private static readonly ConcurrentDictionary<string, bool> Known = new();

    /// <summary>A plugin that enforces policies applies a rule within seconds.</summary>
    private static readonly TimeSpan TakesUp = TimeSpan.FromSeconds(12);

    /// <summary>Tested once for each cluster: its network plugin does not change during a run.</summary>
    public static async Task<bool> IsEnforced(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.NeedsUpstream(); // its pods are what the trial shuts off
        if (!Known.TryGetValue(cluster.Cluster.Name, out var enforced))
        {
            enforced = Known[cluster.Cluster.Name] = await Try(cluster, cancellationToken);
        }

        return enforced;
    }

    private static async Task<bool> Try(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var upstream = (await cluster.Api.List(ResourceKind.Pod, Delivery.UpstreamDns.Namespace, "app=upstream", cancellationToken))[0];
        var address = Pods.Address(upstream);
        (await Connects(cluster, address, 53, cancellationToken))
            .ShouldBeTrue("the pod of the trial cannot be reached without a policy either");
        var policy = ResourceKind.NetworkPolicy.Named(Name, Delivery.UpstreamDns.Namespace);
        try
        {
            await cluster.Api.Apply(
                ResourceKind.NetworkPolicy,
                Placed(DenyAll("Ingress")),
                cancellationToken);
            return await Blocks(cluster, address, cancellationToken);
        }
        finally
        {
            await cluster.Api.Delete(policy, null, CancellationToken.None);
        }
    }

    private static async Task<bool> Blocks(LiveCluster cluster, string address, CancellationToken cancellationToken)
    {
        try
        {
            await Eventually.Within(
                TakesUp,
                async token => (await Connects(cluster, address, 53, token)).ShouldBeFalse("a connection still comes through"),
                "a policy that forbids everything blocks a connection where policies are enforced",
                cancellationToken);
            return true;
        }
        catch (WaitTimeoutException)
        {
            return false;
        }
    }

    /// <summary>A policy that denies one direction for all pods of its namespace, in the API that every plugin supports.</summary>
    public static Resource DenyAll(string direction) => new(Pods.Manifest(
        "NetworkPolicy", Name, null,
        new JsonObject { ["podSelector"] = new JsonObject(), ["policyTypes"] = new JsonArray(direction) },
        ResourceKind.NetworkPolicy.ApiVersion));

    /// <summary>Checks the open and closed ports of pods; skips the test if the network plugin does not enforce policies.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="pods">The target pods.</param>
    /// <param name="scraped">TCP ports that the monitoring can reach.</param>
    /// <param name="closed">TCP ports that a workload cannot reach.</param>
    public static async Task KeepsWorkloadsOut(
        LiveCluster cluster, IReadOnlyList<Resource> pods, int[] scraped, int[] closed, CancellationToken cancellationToken)
    {
        pods.ShouldNotBeEmpty("no pod runs from which workloads could be kept out");
        await ClientPods.Ensure(cluster, cancellationToken);
        cluster.Needs(await IsEnforced(cluster, cancellationToken), "the network plugin of this cluster enforces no NetworkPolicy");
        var (monitoring, scraper) = await ProbeOrigin.MonitoringClient(cluster, cancellationToken);
        // The plugin may not know the policy for new pods yet.
        await Eventually.Within(TimeSpan.FromSeconds(60), LetsTheMonitoringIn, "the monitoring is let in", cancellationToken);
        await Eventually.Within(TakesUp, KeepsOthersOut, "workloads are kept out", cancellationToken);
        await KeepsOthersOut(cancellationToken); // A port that opens now and then passes the wait.

        async Task LetsTheMonitoringIn(CancellationToken token)
        {
            foreach (var (pod, port) in pods.SelectMany(_ => scraped, (pod, port) => (pod, port)))
            {
                (await Connects(cluster, monitoring, scraper, Pods.Address(pod), port, token))
                    .ShouldBeTrue($"the monitoring cannot reach port {port} of {pod.Name}");
            }
        }

        async Task KeepsOthersOut(CancellationToken token)
        {
            foreach (var (pod, port) in pods.SelectMany(_ => closed, (pod, port) => (pod, port)))
            {
                (await Connects(cluster, Pods.Address(pod), port, token))
                    .ShouldBeFalse($"a workload reaches port {port} of {pod.Name}");
            }
        }
    }

    /// <summary>True if an ordinary workload can open a TCP connection.</summary>
    public static Task<bool> Connects(LiveCluster cluster, string address, int port, CancellationToken cancellationToken) =>
        Connects(cluster, ClientPods.Namespace, "client-glibc", address, port, cancellationToken);

    public static async Task<bool> Connects(
        LiveCluster cluster, string place, string client, string address, int port, CancellationToken cancellationToken)
    {
        var target = new IPEndPoint(IPAddress.Parse(address), port).ToString();
        var result = await cluster.Api.Exec(place, client, null, ["/prober", "connect", target, "--timeout", "1500"], cancellationToken);
        return IsOpen(result, $"{client} to {target}");
    }

    /// <summary>A client that could not try has shown nothing: only an outcome that it printed counts as blocked.</summary>
    internal static bool IsOpen(ExecResult result, string what) => result.Output.Contains("\"outcome\"")
        ? result.Output.Contains("\"open\"")
        : throw new NotYetException($"the connection from {what} was not tried (exit code {result.ExitCode}): {result.Error}");

    private static Resource Placed(Resource policy)
    {
        policy.Document["metadata"]!["namespace"] = Delivery.UpstreamDns.Namespace;
        return policy;
    }
}

/// <summary>A namespace of workloads with the allow-dns component, and a client in it.</summary>
public static class EgressEnforcement
{
    public const string Namespace = "acceptance-egress";
    private const string Client = "client-glibc";

    /// <summary>True if the client's queries to the cluster's DNS are answered over UDP and TCP.</summary>
    public static async Task<bool> Resolves(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var result = await cluster.Api.Exec(
            Namespace, Client, null,
            [
                "/prober", "resolve", $"kubernetes.default.svc.{cluster.Domain}.{cluster.AddressType}", "--server", cluster.DnsAddress,
                "--via", "udp", "--via", "tcp", "--timeout", "2000",
            ],
            cancellationToken);
        return Ask.Read(result.Output).Count > 0 ? result.ExitCode == 0
            : throw new NotYetException($"{Client} asked nothing (exit code {result.ExitCode}): {result.Error}");
    }

    public static Task<bool> Connects(LiveCluster cluster, string address, int port, CancellationToken cancellationToken) =>
        PolicyEnforcement.Connects(cluster, Namespace, Client, address, port, cancellationToken);

    /// <summary>Runs a check while these policies apply in the namespace, then removes them.</summary>
    public static Task While(
        LiveCluster cluster, IReadOnlyList<Resource> policies, Func<CancellationToken, Task> look, string because,
        CancellationToken cancellationToken) => While(
            policy => cluster.Api.Apply(ResourceKind.Of(policy), policy, cancellationToken),
            policy => cluster.Api.Delete(ResourceKind.Of(policy).Named(policy.Name, Namespace), null, CancellationToken.None),
            policies, look, because, cancellationToken);

    internal static async Task While(
        Func<Resource, Task> apply, Func<Resource, Task> remove, IReadOnlyList<Resource> policies, Func<CancellationToken, Task> look,
        string because, CancellationToken cancellationToken)
    {
        var placed = policies.Select(policy =>
        {
            var copy = policy.Copy();
            copy.Document["metadata"]!["namespace"] = Namespace;
            return copy;
        }).ToList();
        try
        {
            foreach (var policy in placed)
            {
                await apply(policy);
            }

            await Eventually.Within(TimeSpan.FromSeconds(30), look, because, cancellationToken);
            await Evidence.CommandOutput.Seen();
        }
        finally
        {
            foreach (var policy in placed)
            {
                await remove(policy);
            }
        }
    }

    public static async Task Ensure(LiveCluster cluster, CancellationToken cancellationToken)
    {
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        await cluster.Api.Apply(
            ResourceKind.Pod, new Resource(Pods.Prober(Namespace, Client, SuiteSettings.Current.ProberImage, [])), cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => Conditions.Holds(await cluster.Require(ResourceKind.Pod.Named(Client, Namespace), token), "Ready")
                .ShouldBeTrue("the client does not run yet"),
            "a client runs in a workload namespace of its own",
            cancellationToken);
    }
}
