using static PlatformGitOps.Acceptance.Criteria.Substrate.ExpectedRecords;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;
using static PlatformGitOps.Acceptance.Criteria.Substrate.LocalCoreDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The time from the start of an API server to the first name of its cluster, and its registration in discovery.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(FirstNameId, "The substrate answers before any Kubernetes, and the first name of a cluster comes soon after its API server starts",
    "each record; at most 30 s, with the API server found by its name and by its address", Needs = Feature.Substrate)]
[Check(RegistersId, "An API server is named in discovery where the definition says so, and a discovery that fails stops nothing",
    "one POST /api/register over TLS; none without the key", Needs = Feature.Substrate)]
public static class KubernetesStart
{
    internal const string FirstNameId = "Substrate.40";
    private const string ApiServer = "kube-apiserver.service";

    /// <summary>From the start of the API server to CoreDNS's first answer for a name of the cluster.</summary>
    private static readonly TimeSpan FirstName = TimeSpan.FromSeconds(30);

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("an API server that is not the substrate's name", FirstNameId, "the first name, by the API server's name",
            "scripts/k8s-generate-certs.sh", "DNS:kubernetes.$zone_name, ", ""),
        Of("Services at addresses of another cluster", FirstNameId, "the first name, by the API server's name",
            "units/kube-apiserver.service", "--service-cluster-ip-range=10.245.0.0/16", "--service-cluster-ip-range=10.99.0.0/16"),
        Of("a registration that nobody asked for", RegistersId, "is asked without the key", "scripts/k8s-settings.sh",
            "register_url=''", "register_url='https://192.168.10.21:10016'"),
        Of("an installation that ends with its discovery", RegistersId, "fails the installation", "scripts/k8s-install.sh",
            "|| say \"$host is not registered in discovery.\" >&2", ""),
        Of("a discovery that anybody may be", RegistersId, "a stranger", $"scripts/{Register}", "--cacert \"$own/ca.crt\"", "-k"),
        Of("an address without its port", RegistersId, "the address", $"scripts/{Register}",
            "\\\"address\\\": \\\"$(url \"$address\"):6443\\\"", "\\\"address\\\": \\\"$(url \"$address\")\\\""),
    ];

    [HostCheck(FirstNameId,
        "dig for each record before etcd and the API server ever ran; then the delivered CoreDNS with a real API server, once by the "
            + "substrate's name of it, and once by its address while the substrate is away: the time to the first name, on one clock")]
    public static async Task AnswersBeforeKubernetes(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("kube-apiserver", "kube-controller-manager", "kube-scheduler", "etcd", "etcdctl", "curl");
        LocalProgram.Need(LocalCoreDns.Program, "unshare");
        if ((await LocalProgram.Run("unshare", ["--mount", "true"], cancellationToken)).ExitCode != 0)
        {
            Assert.Ignore("CoreDNS needs an /etc/resolv.conf of its own, in a mount namespace, which this user may not make: run as root");
        }

        await using var pair = await SubstratePair.OfHosts(hosts, cancellationToken, port: 53);
        foreach (var (name, type, data) in Expected(pair).Concat(
            [($"kubernetes.{pair.Zone}", "A", [hosts.Address(Front)]), ($"etcd-1.{pair.Zone}", "A", [hosts.Address(Store)])]))
        {
            await pair.AtBoth(name, type, data, cancellationToken);
        }

        foreach (var host in hosts.Kubernetes.Hosts.Select(host => host.Name.Text))
        {
            Directory.Exists(hosts.In(host, "/etc/systemd/system")).ShouldBeFalse($"{host} has services before the substrate was asked");
        }

        // First, so that both ways start with the same objects.
        await hosts.StartControlPlane(cancellationToken);
        var byName = await UntilFirstName(hosts, pair, $"https://kubernetes.{pair.Zone}:6443", "by the API server's name",
            cancellationToken);
        await pair.Service("primary", "stop", cancellationToken);
        await pair.Service("secondary", "stop", cancellationToken);
        var byAddress = await UntilFirstName(hosts, pair, hosts.Api, "by its address, without the substrate", cancellationToken);
        TestContext.Out.WriteLine(
            $"From the start of the API server to the first name of the cluster: {byName.TotalSeconds:F1} s by the substrate's name of it, "
                + $"{byAddress.TotalSeconds:F1} s by its address without the substrate.");
    }

    /// <summary>Starts the API server and a CoreDNS at the same time.</summary>
    private static async Task<TimeSpan> UntilFirstName(
        KubernetesHosts hosts, SubstratePair pair, string server, string way, CancellationToken cancellationToken)
    {
        (await hosts.Service(Front, "kill", ApiServer, cancellationToken)).ShouldSucceed();
        var folder = Directory.CreateDirectory(Path.Combine(hosts.Folder, $"coredns-{server.Length}")).FullName;
        var (config, corefile, resolver) = (Path.Combine(folder, "kubeconfig"), Path.Combine(folder, "Corefile"),
            Path.Combine(folder, "resolv.conf"));
        await File.WriteAllTextAsync(config, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{ name: c, cluster: { server: "{{server}}", certificate-authority: {{hosts.Own("ca.crt")}} } }]
            users: [{ name: u, user: { client-certificate: {{hosts.Own("admin.crt")}}, client-key: {{hosts.Own("admin.key")}} } }]
            contexts: [{ name: c, context: { cluster: c, user: u } }]
            current-context: c

            """, cancellationToken);
        await File.WriteAllTextAsync(corefile, OfApiServer(hosts, pair, config), cancellationToken);
        await File.WriteAllTextAsync(resolver, $"nameserver {pair.Primary}\nnameserver {pair.Secondary}\n", cancellationToken);

        var since = TimeProvider.System.GetTimestamp();
        (await hosts.Service(Front, "start", ApiServer, cancellationToken)).ShouldSucceed();
        using var coredns = LocalProgram.Start(LocalProgram.Find("unshare")!, ["--mount", "sh", "-c",
            "mount --bind \"$0\" /etc/resolv.conf && exec \"$@\"", resolver,
            LocalProgram.Find(LocalCoreDns.Program)!, "-conf", corefile], folder);
        return await Eventually.Within(FirstName * 2, async token =>
        {
            (await pair.Ask(pair.Resolver, ClusterName, "A", token)).ShouldBe([$"{hosts.Cluster.Services.AddressAt(1)}"],
                $"the first name, {way}: {string.Join('\n', coredns.Output.Split('\n').TakeLast(5))}");
            var taken = TimeProvider.System.GetElapsedTime(since);
            taken.ShouldBeLessThan(FirstName * SuiteSettings.Current.BudgetScale, $"the first name, {way}");
            return taken;
        }, $"the first name, {way}", cancellationToken);
    }

    /// <summary>The delivered server for the cluster's names, without plugins that listen on a port or query the Internet.</summary>
    private static string OfApiServer(KubernetesHosts hosts, SubstratePair pair, string kubeconfig)
    {
        var delivered = CorefilePlugin.Of(hosts.Delivery.Values);
        delivered.ShouldContain(plugin => plugin.Name == "kubernetes");
        var lines = delivered.Where(plugin => plugin.Name is "errors" or "kubernetes" or "cache" or "loadbalance").Select(plugin =>
        {
            var block = plugin.Block.Select(line => string.Join(' ', line))
                .Concat(plugin.Name == "kubernetes" ? [$"kubeconfig {kubeconfig}"] : []);
            var body = string.Concat(block.Select(line => $"        {line}\n"));
            return $"    {plugin.Name} {string.Join(' ', plugin.Arguments)}{(body.Length == 0 ? "" : $" {{\n{body}    }}")}\n";
        });
        return $".:{pair.Port} {{\n    bind {pair.Resolver}\n{string.Concat(lines)}}}\n";
    }

    internal const string RegistersId = "Substrate.43";
    private const string Register = "k8s-register.sh";

    [HostCheck(RegistersId, "k8s-install.sh and k8s-register.sh with a listener in the place of discovery: what it is asked, over TLS")]
    public static async Task Registers(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("etcd", "etcdctl", "curl", "kube-apiserver", "kube-controller-manager", "kube-scheduler");
        await hosts.MakeCertificates(cancellationToken);
        var address = hosts.Address(Front);
        await using var discovery = await RegistrationListener.Start(address, hosts.Own("apiserver"), cancellationToken);
        await hosts.StartControlPlane(cancellationToken);
        var off = await hosts.Script(Register, Front, cancellationToken);
        discovery.Requests.ShouldBeEmpty("discovery is asked without the key");
        off.ShouldSucceed();
        off.StandardOutput.ShouldContain("discovery is off");

        await hosts.Set("register_url", discovery.Url, cancellationToken);
        discovery.Status = 500;
        var installed = await hosts.Script("k8s-install.sh", Front, cancellationToken);
        installed.ExitCode.ShouldBe(0, $"a discovery that fails fails the installation: {installed.StandardError}");
        installed.StandardError.ShouldContain($"{Front} is not registered in discovery.");
        (await hosts.Script(Register, Front, cancellationToken)).ExitCode.ShouldNotBe(0, "a refused registration goes unseen");

        discovery.Status = 200;
        discovery.Requests.Clear();
        await hosts.Succeeds("k8s-install.sh", Front, cancellationToken);
        var (line, type, body) = discovery.Requests.ShouldHaveSingleItem();
        line.ShouldBe("POST /api/register HTTP/1.1");
        type.ShouldBe("application/json");
        var sent = JsonNode.Parse(body)!;
        ((string?)sent["name"]).ShouldBe("kubernetes.KubernetesService");
        ((string?)sent["address"]).ShouldBe($"{address}:6443", "the address of the API server");
        ((string?)sent["protocol"]).ShouldBe("https");

        await using var stranger = await RegistrationListener.Start(hosts.Address(Store), null, cancellationToken);
        await hosts.Set("register_url", stranger.Url, cancellationToken);
        (await hosts.Script(Register, Front, cancellationToken)).ExitCode.ShouldNotBe(0, "a stranger is taken for discovery");
        stranger.Requests.ShouldBeEmpty("a stranger learns of the API server");
    }
}
