namespace PlatformGitOps.Acceptance.Adoption;

/// <summary>Another CoreDNS instead of the delivered one: the state of a cluster before the takeover.</summary>
public static class PreviousDns
{
    private static readonly ResourceAddress Configuration = ResourceKind.ConfigMap.Named("coredns", "kube-system");

    /// <summary>Distributions whose CoreDNS the suite can install.</summary>
    private static readonly Dictionary<string, Func<LiveCluster, CancellationToken, Task>> Distributions = new()
    {
        ["kind"] = KubeadmDns.Install,
        ["k3s"] = K3sDns.Install,
    };

    /// <summary>Installs the distribution's CoreDNS.</summary>
    public static Task OfDistribution(LiveCluster cluster, CancellationToken cancellationToken) =>
        Distributions[cluster.Cluster.Capabilities.Kind](cluster, cancellationToken);

    public static bool IsKnown(LiveCluster cluster) => Distributions.ContainsKey(cluster.Cluster.Capabilities.Kind);

    /// <summary>Removes the delivered DNS, installs the former one, and returns when that serves.</summary>
    public static async Task Install(
        LiveCluster cluster, Func<LiveCluster, CancellationToken, Task> former, CancellationToken cancellationToken)
    {
        await cluster.Delivery!.Withdraw(cluster.Tree, cluster.Cluster, cluster.Api, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(90),
            async token => (await cluster.DnsPods(token)).ShouldBeEmpty("pods of the delivered DNS"),
            "the delivered DNS is taken away",
            cancellationToken);
        await former(cluster, cancellationToken);

        // Its Corefile forwards to the node's resolver, which in a container node leads to the internet.
        var corefile = (await Corefile(cluster, cancellationToken))
            .Replace("/etc/resolv.conf", TestPlatform.UpstreamAddress(cluster.Role).ToString());
        await cluster.Api.Patch(Configuration, JsonPath.Patch("data.Corefile", corefile), cancellationToken);
        await Rollout.Restart(cluster, cancellationToken);
    }

    /// <summary>True if a terminating pod still answers. If not, each one costs queries, independent of the migration.</summary>
    public static async Task<bool> AnswersWhileEnding(LiveCluster cluster, CancellationToken cancellationToken) =>
        (await Corefile(cluster, cancellationToken)).Contains("lameduck");

    /// <summary>Restores the delivered DNS after a failed migration.</summary>
    public static async Task Remove(LiveCluster cluster, CancellationToken cancellationToken)
    {
        foreach (var (kind, name) in new[]
        {
            (ResourceKind.Deployment, "coredns"), (ResourceKind.Service, "kube-dns"), (ResourceKind.ConfigMap, "coredns"),
            (ResourceKind.ServiceAccount, "coredns"),
        })
        {
            await cluster.Api.Delete(kind.Named(name, "kube-system"), null, cancellationToken);
        }

        await cluster.Api.Delete(ResourceKind.ClusterRoleBinding.Named("coredns-former"), null, cancellationToken);

        // Of a distribution and of an older chart: a failed step may have left them without their Deployment.
        foreach (var left in await cluster.Api.List(
            ResourceKind.ReplicaSet, "kube-system", "k8s-app in (kube-dns, coredns)", cancellationToken))
        {
            await cluster.Api.Delete(ResourceKind.ReplicaSet.Named(left.Name, "kube-system"), null, cancellationToken);
        }

        foreach (var left in await cluster.Api.List(
            ResourceKind.EndpointSlice, "kube-system", "endpointslice.kubernetes.io/managed-by=adoption", cancellationToken))
        {
            await cluster.Api.Delete(ResourceKind.EndpointSlice.Named(left.Name, "kube-system"), null, cancellationToken);
        }

        foreach (var left in await cluster.Api.List(ResourceKind.Pod, "kube-system", "adoption=former", cancellationToken))
        {
            await cluster.Api.Delete(ResourceKind.Pod.Named(left.Name, "kube-system"), null, cancellationToken);
        }

        await cluster.Delivery!.Withdraw(cluster.Tree, cluster.Cluster, cluster.Api, cancellationToken);
        await cluster.Deliver(cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
    }

    /// <summary>Runs a script on the control-plane node.</summary>
    internal static async Task Run(LiveCluster cluster, string script, CancellationToken cancellationToken)
    {
        var node = await ControlPlane(cluster, cancellationToken);
        var done = await cluster.Engine.Exec(node.Name, ["sh", "-e", "-c", script], cancellationToken);
        done.ExitCode.ShouldBe(0, $"{script}: {done.Output}{done.Error}");
    }

    internal static async Task<Resource> ControlPlane(LiveCluster cluster, CancellationToken cancellationToken) =>
        (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(Nodes.IsControlPlane);

    private static async Task<string> Corefile(LiveCluster cluster, CancellationToken cancellationToken) =>
        (await cluster.Require(Configuration, cancellationToken)).Text("data.Corefile")!;
}

/// <summary>kubeadm's CoreDNS, installed with kubeadm, which every kind node has.</summary>
internal static class KubeadmDns
{
    public static async Task Install(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var node = await PreviousDns.ControlPlane(cluster, cancellationToken);
        await PreviousDns.Run(
            cluster, Script(cluster, await cluster.Api.Version(cancellationToken), Nodes.Address(node)), cancellationToken);
    }

    /// <summary>
    /// Uses the nodes' image, since kubeadm's default would have to be pulled, and the API server's address: otherwise kubeadm uses the
    /// node's IPv4 address, which the certificate of an IPv6-only cluster does not have.
    /// </summary>
    private static string Script(LiveCluster cluster, string version, IPAddress apiServer) =>
        $$"""
        cat > /tmp/adoption.yaml <<'END'
        apiVersion: kubeadm.k8s.io/v1beta3
        kind: InitConfiguration
        localAPIEndpoint: {advertiseAddress: "{{apiServer}}"}
        ---
        apiVersion: kubeadm.k8s.io/v1beta3
        kind: ClusterConfiguration
        kubernetesVersion: {{version}}
        networking: {serviceSubnet: "{{cluster.Cluster.Shape.ServiceRange}}", dnsDomain: {{cluster.Domain}}}
        dns: {imageRepository: docker.io/coredns, imageTag: {{ChartOutput.AppVersion(cluster.Tree.Platform)}}}
        END
        kubeadm init phase addon coredns --config /tmp/adoption.yaml --kubeconfig /etc/kubernetes/admin.conf
        """;
}

/// <summary>k3s's CoreDNS, installed by k3s from its folder of manifests.</summary>
internal static class K3sDns
{
    private const string Manifests = "/var/lib/rancher/k3s/server/manifests";

    public static async Task Install(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var manifest = await Manifest(cluster, cancellationToken);
        await PreviousDns.Run(
            cluster,
            $"""
            kubectl --namespace kube-system delete addon former-dns --ignore-not-found
            cat > {Manifests}/former-dns.yaml <<'END'
            {manifest}
            END
            """,
            cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => await cluster.Require(ResourceKind.Deployment.Named("coredns", "kube-system"), token),
            "k3s, which looks into the folder every 15 s, applies the manifest",
            cancellationToken);

        // Otherwise k3s would apply it again at its next start.
        await PreviousDns.Run(cluster, $"rm {Manifests}/former-dns.yaml", cancellationToken);

        // k3s adds the nodes' names itself, but not in a server without CoreDNS, and pods need them to start.
        var nodes = await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken);
        await cluster.Api.Patch(
            ResourceKind.ConfigMap.Named("coredns", "kube-system"),
            JsonPath.Patch("data.NodeHosts", string.Concat(nodes.Select(node => $"{Nodes.Address(node)} {node.Name}\n"))),
            cancellationToken);
    }

    /// <summary>k3s's manifest for these ranges, from a second server: one without CoreDNS deletes it.</summary>
    private static async Task<string> Manifest(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var name = $"{cluster.Cluster.Name}-manifest";
        var arguments = K3sProvider.Arguments(cluster.Cluster.Shape, name).Except([K3sProvider.NoCoreDns]);
        try
        {
            await K3sProvider.Start(name, SuiteSettings.Current.K3sImage, arguments, cancellationToken);
            return await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token =>
                {
                    var file = await cluster.Engine.Exec(name, ["cat", $"{Manifests}/coredns.yaml"], token);
                    return file.Succeeded && file.Output.Length > 0 ? file.Output : throw new NotYetException(file.Error);
                },
                "k3s writes its manifests once its API server answers",
                cancellationToken);
        }
        finally
        {
            await cluster.Engine.Remove(name, CancellationToken.None);
        }
    }
}
