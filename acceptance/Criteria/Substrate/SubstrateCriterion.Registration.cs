using System.Text.Json.Nodes;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check(RegistersId, "An API server is named in discovery where the definition says so, and a discovery that fails stops nothing",
    "one POST /api/register over TLS; none without the key", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    internal const string RegistersId = "Substrate.43";
    private const string Register = "k8s-register.sh";

    internal static IReadOnlyList<HostSabotage> RegistrationSabotages =>
    [
        Of("a registration that nobody asked for", RegistersId, "is asked without the key", "scripts/k8s-settings.sh",
            "register_url=''", "register_url='https://192.168.10.21:10016'"),
        Of("an installation that ends with its discovery", RegistersId, "fails the installation", "scripts/k8s-install.sh",
            "|| say \"$host is not registered in discovery.\" >&2", ""),
        Of("a discovery that anybody may be", RegistersId, "a stranger", $"scripts/{Register}", "--cacert \"$own/ca.crt\"", "-k"),
        Of("an address without its port", RegistersId, "the address", $"scripts/{Register}",
            "\\\"address\\\": \\\"$(url \"$address\"):6443\\\"", "\\\"address\\\": \\\"$(url \"$address\")\\\""),
    ];

    [HostCheck(RegistersId, "k8s-install.sh and k8s-register.sh with a listener in the place of discovery: what it is asked, over TLS")]
    public static async Task Registers(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("etcd", "etcdctl", "curl", "kube-apiserver", "kube-controller-manager", "kube-scheduler");
        await hosts.MakeCertificates(cancellationToken);
        var address = hosts.Address(Front);
        using var discovery = new RegistrationListener(address, hosts.Own("apiserver"));
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
        (await hosts.Script("k8s-install.sh", Front, cancellationToken)).ShouldSucceed();
        var (line, type, body) = discovery.Requests.ShouldHaveSingleItem();
        line.ShouldBe("POST /api/register HTTP/1.1");
        type.ShouldBe("application/json");
        var sent = JsonNode.Parse(body)!;
        ((string?)sent["name"]).ShouldBe("kubernetes.KubernetesService");
        ((string?)sent["address"]).ShouldBe($"{address}:6443", "the address of the API server");
        ((string?)sent["protocol"]).ShouldBe("https");

        using var stranger = new RegistrationListener(hosts.Address(Store), null);
        await hosts.Set("register_url", stranger.Url, cancellationToken);
        (await hosts.Script(Register, Front, cancellationToken)).ExitCode.ShouldNotBe(0, "a stranger is taken for discovery");
        stranger.Requests.ShouldBeEmpty("a stranger learns of the API server");
    }
}
