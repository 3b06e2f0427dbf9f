using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check("Substrate.30", "CAs are replaced while everything runs", "old and new certificates between the steps; no old one afterwards",
    Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    private const string Namespaces = "/api/v1/namespaces/default";

    [HostCheck("Substrate.30", "k8s-replace-ca.sh step by step on a real etcd and API server; certificates from before, and those of now")]
    public static async Task ReplacesCas(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        var old = Directory.CreateDirectory(Path.Combine(hosts.Folder, "old")).FullName;
        string[] names = [hosts.Own("admin"), hosts.Tls("etcd-client")];
        foreach (var file in names.SelectMany(name => new[] { $"{name}.crt", $"{name}.key" }))
        {
            File.Copy(file, Path.Combine(old, Path.GetFileName(file)));
        }

        var (admin, client) = (Path.Combine(old, "admin"), Path.Combine(old, "etcd-client"));
        (await hosts.Script("k8s-replace-ca.sh", Store, cancellationToken, "--step", "drop")).StandardError
            .ShouldContain("the next step is 'trust'");
        foreach (var step in new[] { "trust", "sign" })
        {
            await Step(hosts, step, cancellationToken);
            await Opens(hosts, (hosts.Own("admin"), hosts.Tls("etcd-client")), $"after '{step}' a certificate of now", cancellationToken);
            await Opens(hosts, (admin, client), $"after '{step}' an old certificate", cancellationToken);
        }

        foreach (var (name, ca) in new[] { (hosts.Own("admin"), "kubernetes-client-ca"), (hosts.Tls("etcd-client"), "etcd-ca") })
        {
            // The first one of the file signs.
            (await SubstratePair.Run("sh", ["-c", $"openssl x509 -in '{hosts.Pki($"{ca}.crt")}' >'{old}/first' && " +
                $"openssl verify -partial_chain -CAfile '{old}/first' '{name}.crt'"], cancellationToken))
                .ExitCode.ShouldBe(0, $"{Path.GetFileName(name)} is not of the new CA");
        }

        await Step(hosts, "drop", cancellationToken);
        await Opens(hosts, (hosts.Own("admin"), hosts.Tls("etcd-client")), "after 'drop' a certificate of now", cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(30), async token =>
            (await hosts.Ask(admin, Namespaces, token)).Status.ShouldBe("401", "a CA of before is trusted still"),
            "the API server forgets the old CA", cancellationToken);
        (await hosts.Etcdctl(client, cancellationToken, "get", "/")).ExitCode.ShouldNotBe(0, "a CA of before is trusted still");
        (await hosts.Script("k8s-health.sh", Store, cancellationToken)).ShouldSucceed();

        // They end where their API server is away for too long, and systemd starts them again.
        foreach (var unit in new[] { "kube-controller-manager.service", "kube-scheduler.service" })
        {
            (await hosts.Service(Front, "start", unit, cancellationToken)).ShouldSucceed();
        }

        await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
            (await hosts.Script("k8s-health.sh", Front, token)).ShouldSucceed(), "the control plane is healthy", cancellationToken);
    }

    /// <summary>One step on both hosts, as docs/substrate.md has it.</summary>
    private static async Task Step(KubernetesHosts hosts, string step, CancellationToken cancellationToken)
    {
        var bundle = Path.Combine(hosts.Folder, $"cas-{step}");
        (await hosts.Script("k8s-replace-ca.sh", Store, cancellationToken, "--step", step)).ShouldSucceed();
        (await hosts.Script(Certs, Store, cancellationToken, "--export", bundle)).ShouldSucceed();
        (await hosts.Script(Certs, Front, cancellationToken, "--import", bundle)).ShouldSucceed();
        (await hosts.Script(Certs, Front, cancellationToken)).ShouldSucceed();
        foreach (var (host, unit) in new[] { (Store, Unit), (Front, "kube-apiserver.service") })
        {
            (await hosts.Service(host, "restart", unit, cancellationToken)).ShouldSucceed();
        }
    }

    private static async Task Opens(
        KubernetesHosts hosts, (string Admin, string Client) certificates, string which, CancellationToken cancellationToken)
    {
        await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
            (await hosts.Ask(certificates.Admin, Namespaces, token)).Status.ShouldBe("200", $"{which} does not open the API server"),
            $"{which} opens the API server", cancellationToken);
        (await hosts.Etcdctl(certificates.Client, cancellationToken, "get", "/")).ExitCode.ShouldBe(0, $"{which} does not open etcd");
    }
}
