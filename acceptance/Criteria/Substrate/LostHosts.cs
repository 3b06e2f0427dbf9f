using System.Security.Cryptography.X509Certificates;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesCertificates;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A control plane and a worker that lost their disks.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(LostHostId, "A control plane and a worker that lost their disks are installed again",
    "the same objects; certificates of the same CAs", Needs = Feature.Substrate)]
public static class LostHosts
{
    internal const string LostHostId = "Substrate.42";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a file for other hosts without the key for Secrets", LostHostId, "is not installed again", $"scripts/{Certs}",
            "$(ls encryption.yaml 2>/dev/null) ", ""),
        Of("a file for other hosts without the key for tokens", LostHostId, "a token of before", $"scripts/{Certs}",
            "tar -cf - ca.crt sa.key sa.pub ", "tar -cf - ca.crt "),
        Of("a token that opens nothing", LostHostId, "a worker may ask for a certificate", "scripts/k8s-node.sh",
            "\"usage-bootstrap-authentication\": \"true\"", "\"usage-bootstrap-authentication\": \"false\""),
        Of("a worker provisioned with a file that stays", LostHostId, "joined with is there still", "scripts/k8s-node.sh",
            "status=\\$?; rm -f $folder/join;", "status=\\$?;"),
        Of("a removal that takes the CAs", LostHostId, "what k8s-remove.sh leaves", "scripts/k8s-remove.sh",
            "if [ -n \"$purge\" ]; then rm -rf \"$own\"", "if true; then rm -rf \"$own\""),
    ];

    [HostCheck(LostHostId,
        "every file of a control plane deleted, then of a worker; the commands of day 0, with a real API server: objects, Secrets, the "
            + "names of the certificates, clients and tokens of before")]
    public static async Task LostHostsComeBack(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        var worker = new ReplacementWorker(hosts);
        await worker.Join("before", cancellationToken);
        await worker.Bootstraps(cancellationToken);
        foreach (var (kind, field) in new[] { ("configmaps", "data"), ("secrets", "stringData") })
        {
            (await hosts.Ask(hosts.Own("admin"), $"{Namespaces}/{kind}", cancellationToken, "-H", "Content-Type: application/json", "-d",
                $$"""{"metadata": {"name": "item-0"}, "{{field}}": {"number": "0"} }""")).Status.ShouldBe("201");
        }

        var objects = await Objects(hosts, cancellationToken);
        objects.Count.ShouldBe(2);
        var (client, token) = (Path.Combine(hosts.Folder, "client"), await Token(hosts, cancellationToken));
        foreach (var ending in new[] { ".crt", ".key" })
        {
            File.Copy(hosts.Own("admin") + ending, client + ending);
        }

        // The control plane: like another one on day 0.
        foreach (var unit in ControlPlaneParts)
        {
            await hosts.Service(Front, "kill", $"{unit}.service", cancellationToken);
        }

        Directory.Delete(hosts.Root(Front), recursive: true);
        Directory.CreateDirectory(hosts.Root(Front));
        foreach (var program in ControlPlaneParts)
        {
            hosts.Place(Front, program, LocalProgram.Find(program)!);
        }

        await hosts.BringCas(Store, Front, cancellationToken);
        var installed = await hosts.Script("k8s-install.sh", Front, cancellationToken);
        installed.ExitCode.ShouldBe(0, $"{Front} is not installed again: {installed.StandardOutput}{installed.StandardError}");
        await Eventually.Within(TimeSpan.FromSeconds(30), async limit =>
            (await Objects(hosts, limit)).ShouldBe(objects, "an object is another"), "the API server answers", cancellationToken);
        foreach (var (file, issuer, _, names) in Certificates(hosts)
            .Where(entry => entry.File.StartsWith(hosts.Own(""), StringComparison.Ordinal)))
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            using var ca = X509CertificateLoader.LoadCertificateFromFile(hosts.Pki($"{issuer}.crt"));
            certificate.Issuer.ShouldBe(ca.Subject, $"the CA of {Path.GetFileName(file)}");
            var san = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
            (san?.EnumerateDnsNames().Concat(san.EnumerateIPAddresses().Select(address => address.ToString())) ?? [])
                .ShouldBe(names, ignoreOrder: true, $"the names of {Path.GetFileName(file)}");
        }

        // Existing credentials are still valid.
        (await hosts.Ask(client, Namespaces, cancellationToken)).Status.ShouldBe("200", "a client of before");
        (await hosts.Ask(null, Namespaces, cancellationToken, "-H", $"Authorization: Bearer {token}")).Status
            .ShouldBe("403", "a token of before is not known");
        (await worker.Status(worker.Certificate, cancellationToken)).ShouldBe("200", "the worker of before");
        await hosts.Succeeds("k8s-health.sh", Front, cancellationToken);

        // The worker: like a new one. Its Node still exists.
        Directory.Delete(hosts.Root(Worker), recursive: true);
        Directory.CreateDirectory(hosts.Root(Worker));
        await Provision(hosts, cancellationToken);
        await worker.Returns("again", cancellationToken);
        await worker.Trusts("again", cancellationToken);
        await Removed(hosts, cancellationToken);
    }

    /// <summary>Runs k8s-node.sh provision, with an ssh that runs its command on the host with the address.</summary>
    private static async Task Provision(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var (remote, asked) = (Path.Combine(hosts.Folder, "remote"), Path.Combine(hosts.Folder, "asked"));
        await hosts.Program("ssh/ssh", $$"""
            #!/bin/sh
            echo "$1" >>{{asked}}
            unset SYSTEMCTL
            eval "$(echo "$2" | sed -e 's#/root/#{{remote}}/#g' -e 's#k8s-install.sh#& --host {{Worker}} --root {{hosts.Root(Worker)}}#' \
                -e 's# --join#  --binaries {{hosts.Folder}}/binaries&#')"

            """, cancellationToken);
        var provisioned = await hosts.Script("k8s-node.sh", Front,
            new Dictionary<string, string?> { ["PATH"] = $"{hosts.Folder}/ssh:{Environment.GetEnvironmentVariable("PATH")}" },
            cancellationToken, "provision", Worker, "--out", Path.Combine(hosts.Folder, "join-provision"));
        provisioned.ShouldSucceed();
        (await File.ReadAllLinesAsync(asked, cancellationToken)).Distinct().ShouldBe([$"root@{hosts.Address(Worker)}"]);
        File.Exists(Path.Combine(hosts.Folder, "join-provision"))
            .ShouldBeFalse("what the worker joined with is on the control plane still");
        Directory.GetFiles(remote, "join*", SearchOption.AllDirectories).ShouldBeEmpty("what the worker joined with is there still");
        File.Exists(hosts.In(Worker, "/etc/systemd/system/kubelet.service")).ShouldBeTrue("the worker is not installed");
    }

    /// <summary>k8s-remove.sh keeps what cannot be created again, and nothing with --purge.</summary>
    private static async Task Removed(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        string[] Left() => [.. Directory.GetFiles(hosts.Root(Front), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)![hosts.Root(Front).Length..]).Distinct().Order(StringComparer.Ordinal)];
        await hosts.Succeeds("k8s-remove.sh", Front, cancellationToken);
        Left().ShouldBe(["/var/lib/globular/pki", "/var/lib/kubernetes/pki"], "what k8s-remove.sh leaves");
        foreach (var part in ControlPlaneParts)
        {
            (await hosts.Service(Front, "is-active", $"{part}.service", cancellationToken)).ExitCode.ShouldNotBe(0, $"{part} runs still");
        }

        await hosts.Succeeds("k8s-remove.sh", Front, cancellationToken, "--purge");
        Left().ShouldBeEmpty("what k8s-remove.sh --purge leaves");
    }

    /// <summary>The token of a ServiceAccount without rights.</summary>
    private static async Task<string> Token(KubernetesHosts hosts, CancellationToken cancellationToken) =>
        await Eventually.Within(TimeSpan.FromSeconds(30), async limit =>
        {
            var (status, body) = await hosts.Ask(hosts.Own("admin"), $"{Namespaces}/serviceaccounts/default/token", limit,
                "-H", "Content-Type: application/json", "-d",
                """{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {} }""");
            status.ShouldBe("201", body);
            return (string)JsonNode.Parse(body)!["status"]!["token"]!;
        }, "the controller manager makes the service account", cancellationToken);
}
