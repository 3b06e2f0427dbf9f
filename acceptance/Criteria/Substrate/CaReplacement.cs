using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Replaces the CAs of etcd and Kubernetes.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.30", "CAs are replaced while everything runs", "old and new certificates between the steps; no old one afterwards",
    Needs = Feature.Substrate)]
public static class CaReplacement
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("old CAs that go at once", "Substrate.30", "an old certificate", "scripts/k8s-replace-ca.sh",
            "{ nth $first \"$pki/$name.crt\"; nth $second \"$pki/$name.crt\"; }", "nth $first \"$pki/$name.crt\""),
        Of("old CAs that stay", "Substrate.30", "is trusted still", "scripts/k8s-replace-ca.sh",
            "replace \"$stage/one\"", ": \"$stage/one\""),
        Of("new CAs that sign nothing", "Substrate.30", "is not of the new CA", $"scripts/{Certs}",
            "nth 1 \"$pki/$3.crt\" >\"$stage/issuer\"", "cat \"$pki/$3.crt\" >\"$stage/issuer\""),
        Of("workers that keep their CA", "Substrate.30", "the worker's CA is not that of 'trust'", "scripts/k8s-install.sh",
            "put \"$stage/kubernetes-client-ca.crt\"",
            "[ -f \"$own/kubernetes-client-ca.crt\" ] || put \"$stage/kubernetes-client-ca.crt\""),
        Of("two certificates for the controller manager", "Substrate.30", "a request is signed after 'trust'",
            $"scripts/{Certs}", "nth 1 \"$pki/$name.crt\" >\"$stage/signing\"", "cat \"$pki/$name.crt\" >\"$stage/signing\""),
    ];

    [HostCheck("Substrate.30",
        "k8s-replace-ca.sh step by step on a real etcd and API server; certificates from before, those of now, and a worker's")]
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
        var worker = new ReplacementWorker(hosts);
        await worker.Join("before", cancellationToken);
        await worker.Bootstraps(cancellationToken);
        var first = worker.Certificate;
        (await hosts.Script("k8s-replace-ca.sh", Store, cancellationToken, "--step", "drop")).StandardError
            .ShouldContain("the next step is 'trust'");
        foreach (var step in new[] { "trust", "sign" })
        {
            await Step(hosts, step, cancellationToken);
            await Opens(hosts, (hosts.Own("admin"), hosts.Tls("etcd-client")), $"after '{step}' a certificate of now", cancellationToken);
            await Opens(hosts, (admin, client), $"after '{step}' an old certificate", cancellationToken);
            if (step == "trust")
            {
                await worker.Join(step, cancellationToken);
            }

            await worker.Trusts(step, cancellationToken);
            await Restart(hosts, cancellationToken);
            await worker.Renews(step, cancellationToken);
            foreach (var certificate in new[] { first, worker.Certificate })
            {
                (await worker.Status(certificate, cancellationToken)).ShouldBe("200", $"after '{step}' {certificate} is not the worker's");
            }

            await IsHealthy(hosts, step, cancellationToken);
        }

        foreach (var (name, ca) in new[] { (hosts.Own("admin"), "kubernetes-client-ca"), (hosts.Tls("etcd-client"), "etcd-ca") })
        {
            // The first certificate in the file signs.
            (await LocalProgram.Run("sh", ["-c", $"openssl x509 -in '{hosts.Pki($"{ca}.crt")}' >'{old}/first' && " +
                $"openssl verify -partial_chain -CAfile '{old}/first' '{name}.crt'"], cancellationToken))
                .ExitCode.ShouldBe(0, $"{Path.GetFileName(name)} is not of the new CA");
        }

        await Step(hosts, "drop", cancellationToken);
        await Opens(hosts, (hosts.Own("admin"), hosts.Tls("etcd-client")), "after 'drop' a certificate of now", cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(30), async token =>
            (await hosts.Ask(admin, Namespaces, token)).Status.ShouldBe("401", "a CA of before is trusted still"),
            "the API server forgets the old CA", cancellationToken);
        (await hosts.Etcdctl(client, cancellationToken, "get", "/")).ExitCode.ShouldNotBe(0, "a CA of before is trusted still");
        await hosts.Succeeds("k8s-health.sh", Store, cancellationToken);
        await worker.Join("drop", cancellationToken);
        await worker.Trusts("drop", cancellationToken);
        (await worker.Status(worker.Certificate, cancellationToken)).ShouldBe("200", "the worker's certificate of the new CA");
        (await worker.Status(first, cancellationToken)).ShouldBe("401", "the worker's certificate of a CA of before is trusted still");
        await Restart(hosts, cancellationToken);
        await worker.Renews("drop", cancellationToken);
        await IsHealthy(hosts, "drop", cancellationToken);

        // The alerts detect a copy that differs from the CA.
        File.Copy(hosts.Pki("etcd-ca.crt"), hosts.Own("kubernetes-ca-signing.crt"), overwrite: true);
        (await Measured(hosts, cancellationToken)).ShouldContain(line => line.StartsWith("globular_kubernetes_certificate_faults{")
            && line.EndsWith("} 1"), "the controller manager signs with another CA, and nothing measures it");
    }

    /// <summary>One step on both hosts, as in docs/substrate.md.</summary>
    private static async Task Step(KubernetesHosts hosts, string step, CancellationToken cancellationToken)
    {
        await hosts.Succeeds("k8s-replace-ca.sh", Store, cancellationToken, "--step", step);
        await hosts.BringCas(Store, Front, cancellationToken);
        await hosts.Succeeds(Certs, Front, cancellationToken);
        foreach (var (host, unit) in new[] { (Store, Unit), (Front, "kube-apiserver.service") })
        {
            (await hosts.Service(host, "restart", unit, cancellationToken)).ShouldSucceed();
        }
    }

    /// <summary>
    /// Restarts the controller manager with the files of the step: it refuses two certificates in a signing file, but only when it leads.
    /// The scheduler exits if its API server is away for too long, and systemd restarts it.
    /// </summary>
    private static async Task Restart(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        (await hosts.Service(Front, "restart", "kube-controller-manager.service", cancellationToken)).ShouldSucceed();
        (await hosts.Service(Front, "start", "kube-scheduler.service", cancellationToken)).ShouldSucceed();
    }

    internal static async Task IsHealthy(KubernetesHosts hosts, string step, CancellationToken cancellationToken)
    {
        await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
            (await hosts.Script("k8s-health.sh", Front, token)).StandardOutput
                .ShouldNotContain("FAULT", customMessage: $"after '{step}' the control plane is not healthy"),
            $"the control plane is healthy after '{step}'", cancellationToken);
        var metrics = await Measured(hosts, cancellationToken);
        metrics.ShouldContain(line => line.StartsWith("globular_kubernetes_certificate_faults{") && line.EndsWith("} 0"));
        metrics.Where(line => line.StartsWith("globular_kubernetes_certificate_left{") && !line.EndsWith("} 0.0000"))
            .Select(line => line.Split('"')[^2]).ShouldBe(
                new[] { hosts.In(Front, "/var/lib/globular/pki"), hosts.In(Front, "/var/lib/kubernetes/pki") }
                    .SelectMany(folder => Directory.GetFiles(folder, "*.crt")).Select(Path.GetFileNameWithoutExtension).Distinct(),
                ignoreOrder: true, "the life of a certificate is not measured");
    }

    /// <summary>The metrics for the alerts on the control plane's host.</summary>
    private static async Task<string[]> Measured(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var file = Path.Combine(hosts.Folder, "kubernetes.prom");
        await hosts.Script("k8s-health.sh", Front, cancellationToken, "--metrics", file);
        return await File.ReadAllLinesAsync(file, cancellationToken);
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
