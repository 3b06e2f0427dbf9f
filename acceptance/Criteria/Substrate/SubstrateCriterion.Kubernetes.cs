using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check("Substrate.12", "Certificates are made once, with the names, uses and lives that they need", "each certificate of the definition",
    Needs = Feature.Substrate)]
[Check("Substrate.13", "Nobody else can read a private key, not even for a moment", "mode 0600 whenever it is there",
    Needs = Feature.Substrate)]
[Check("Substrate.14", "The files of Kubernetes are sound for systemd, and installing again changes nothing",
    "no message; systemd-analyze security at most 2.0", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    // The hosts of the definition.
    private const string Front = KubernetesHosts.ControlPlane;
    private const string Store = KubernetesHosts.Etcd;
    private const string Worker = KubernetesHosts.Worker;

    private const string Certs = "k8s-generate-certs.sh";
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    internal static IReadOnlyList<HostSabotage> KubernetesSabotages =>
    [
        Of("a certificate without the address of the Service kubernetes", "Substrate.12", "names of apiserver", $"scripts/{Certs}",
            "IP:$service_ip, ", ""),
        Of("a client's certificate that can serve", "Substrate.12", "uses of admin", $"scripts/{Certs}",
            "/O=system:masters/CN=kubernetes-admin clientAuth", "/O=system:masters/CN=kubernetes-admin 'clientAuth, serverAuth'"),
        Of("a certificate that outlives its CA", "Substrate.12", "outlives", $"scripts/{Certs}",
            "    [ \"$end\" -lt \"$limit\" ] || end=$limit\n    rm -f", "    rm -f"),
        Of("certificates made again each time", "Substrate.12", "second run", $"scripts/{Certs}", "-ge $((($2 - $1) * 2)) ]", "-ge 0 ]"),
        Of("no renewal", "Substrate.12", "near its end", $"scripts/{Certs}", "-ge $((($2 - $1) * 2)) ]", "-ge 999999999999 ]"),
        Of("an expired CA goes on", "Substrate.12", "expired CA", $"scripts/{Certs}",
            "[ \"$end\" -gt \"$now\" ] || die", "[ \"$end\" -gt \"$now\" ] || say"),
        Of("keys that get their mode later", "Substrate.13", "could read", "scripts/k8s-lib.sh",
            "fresh=$(mktemp \"$(dirname \"$2\")/.new.XXXXXX\")", "umask 022; fresh=$2.new"),
        Of("keys that others read", "Substrate.13", "could read", $"scripts/{Certs}",
            "replace \"$stage/key\" \"$2/$1.key\" 600", "replace \"$stage/key\" \"$2/$1.key\" 644"),
        Of("an API server with all of the machine", "Substrate.14", "exposed", "units/kube-apiserver.service", "ProtectSystem=strict\n",
            "User=root\nCapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
        Of("a second CoreDNS", "Substrate.14", "CoreDNS of kubeadm", "kubeadm/config.yaml", "addon/coredns", "addon/kube-proxy"),
        Of("a key that kubeadm does not know", "Substrate.27", "dnsDomian", "kubeadm/config.yaml", "dnsDomain:",
            "dnsDomian:"),
        Of("a key that the kubelet does not know", "Substrate.27", "clusterDnsDomain", "worker/kubelet.yaml",
            "clusterDomain:", "clusterDnsDomain:"),
        Of("a value that the kubelet does not take", "Substrate.27", "gets no further", "worker/kubelet.yaml", "VersionTLS12",
            "VersionTLS99"),
        Of("a flag that the kubelet does not know", "Substrate.27", "gets no further", "units/kubelet.service", "--node-ip=",
            "--node-address="),
        // Etcd asks for certificates as soon as it has a CA for them.
        Of("etcd for everybody", "Substrate.15", "without a certificate", "units/globular-etcd.service",
            "  --client-cert-auth=true \\\n  --trusted-ca-file=/var/lib/globular/pki/etcd-ca.crt \\\n", ""),
        Of("etcd for the whole substrate", "Substrate.15", "of another CA", "units/globular-etcd.service",
            "  --trusted-ca-file=/var/lib/globular/pki/etcd-ca.crt", "  --trusted-ca-file=/var/lib/globular/pki/ca.crt"),
        Of("a snapshot of etcd in plain text", "Substrate.16", "reads the keys", "scripts/k8s-common.sh",
            "crypt() { openssl enc", "crypt() { cat; return; openssl enc"),
        Of("a damaged snapshot of etcd restored", "Substrate.16", "damaged", "scripts/k8s-backup.sh",
            "if ! (cd \"$snap\" && sha256sum --quiet -c sums) >/dev/null 2>&1; then", "if false; then"),
        Of("a restore of nothing", "Substrate.16", "after the restore", "scripts/k8s-backup.sh",
            "tool snapshot restore \"$snap/etcd.db\" \"$@\" >\"$work/log\" 2>&1", "mkdir -p \"$2\""),
        Of("three etcds of one member each", "Substrate.28", "does not have /acceptance/three", "units/globular-etcd.service",
            "--initial-cluster=etcd-1=https://192.168.10.22:2380,etcd-2=https://192.168.10.23:2380,etcd-3=https://192.168.10.24:2380",
            "--initial-cluster=${NAME}=https://${URL_ADDRESS}:2380"),
        Of("members that trust the whole substrate", "Substrate.28", "speaks to a stranger", "units/globular-etcd.service",
            "--peer-trusted-ca-file=/var/lib/globular/pki/etcd-ca.crt", "--peer-trusted-ca-file=/var/lib/globular/pki/ca.crt"),
        Of("a lost member that makes a cluster of its own", "Substrate.28", "the member that lost its data comes back",
            "scripts/k8s-install.sh", "        state=existing\n", ""),
        Of("one CA for servers and clients", "Substrate.17", "etcd-server", "units/kube-apiserver.service",
            "--client-ca-file=/var/lib/kubernetes/pki/kubernetes-client-ca.crt", "--client-ca-file=/var/lib/kubernetes/pki/ca.crt"),
        Of("a cluster restored from nothing", "Substrate.18", "after the restore", "scripts/k8s-backup.sh",
            "tool snapshot restore \"$snap/etcd.db\" \"$@\" >\"$work/log\" 2>&1", "mkdir -p \"$2\""),
        Of("a restart for each new certificate", "Substrate.19", "failed requests", "scripts/k8s-apply-certs.sh",
            "    until [ \"$(served", "    systemd restart \"$1\"\n    until [ \"$(served"),
        Of("nobody watches the certificate", "Substrate.19", "watches", "units/k8s-certs-changed.path",
            "PathChanged=/var/lib/kubernetes/pki/apiserver.crt", "PathChanged=/var/lib/kubernetes/pki/admin.crt"),
        Of("an API server without the key", "Substrate.29", "can be read in etcd", "units/kube-apiserver.service",
            "  --encryption-provider-config=/var/lib/kubernetes/pki/encryption.yaml \\\n", ""),
        Of("plain text first", "Substrate.29", "can be read in etcd", $"scripts/{Certs}", "    providers:\n",
            "    providers:\n      - identity: {}\n"),
        Of("a key for Secrets that others read", "Substrate.29", "others read", $"scripts/{Certs}",
            "same \"$pki/encryption.yaml\" \"$own/encryption.yaml\" 600", "same \"$pki/encryption.yaml\" \"$own/encryption.yaml\" 644"),
        Of("a key for each control plane", "Substrate.29", "makes a key of its own", $"scripts/{Certs}",
            "|| [ \"${control_planes#* }\" = \"$control_planes\" ]", "|| true"),
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
        .. RootSabotages,
        .. PackageSabotages,
        .. FirstNameSabotages,
        .. EverythingSabotages,
        .. UpgradeSabotages,
        .. LossSabotages,
        .. RegistrationSabotages,
        .. UnitSabotages,
    ];

    [HostCheck("Substrate.12", "k8s-generate-certs.sh twice, near the end of a certificate and of its CA, and with a CA that expired")]
    public static async Task MakesCertificates(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.MakeCertificates(cancellationToken);
        var before = Keys(hosts);
        foreach (var host in new[] { Store, Front })
        {
            var again = await hosts.Script(Certs, host, cancellationToken);
            again.ShouldSucceed();
            again.StandardOutput.ShouldContain("nothing to do", customMessage: "a second run makes certificates again");
        }

        Keys(hosts).ShouldBe(before, "a second run changed something");
        using var root = X509CertificateLoader.LoadCertificateFromFile(hosts.Pki("ca.crt"));
        foreach (var (file, issuer, uses, names) in Certificates(hosts))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            using var ca = X509CertificateLoader.LoadCertificateFromFile(hosts.Pki($"{issuer}.crt"));
            chain[0].Issuer.ShouldBe(ca.Subject, $"the CA of {name}");
            chain[0].Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<Oid>().Select(use => use.Value)
                .ShouldBe(uses, ignoreOrder: true, $"the uses of {name}");
            var san = chain[0].Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
            (san?.EnumerateDnsNames().Concat(san.EnumerateIPAddresses().Select(address => address.ToString())) ?? [])
                .ShouldBe(names, ignoreOrder: true, $"the names of {name}");
            chain[0].NotAfter.ShouldBeLessThan(ca.NotAfter, $"{name} outlives its CA");
            ca.NotAfter.ShouldBeLessThan(root.NotAfter, $"{issuer} outlives the root");
            (chain[0].NotAfter - TimeProvider.System.GetUtcNow()).TotalDays.ShouldBeInRange(
                hosts.Kubernetes.CertificateDays - 1, hosts.Kubernetes.CertificateDays, $"the life of {name}");
            using var built = new X509Chain();
            built.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            built.ChainPolicy.CustomTrustStore.Add(root);
            built.ChainPolicy.ExtraStore.AddRange(chain);
            built.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            built.Build(chain[0]).ShouldBeTrue($"{name} does not lead to the root CA");
            File.GetUnixFileMode(Path.ChangeExtension(file, ".key")).ShouldBe(Own, $"the key of {name}");
        }

        // Two minutes left of seven: the timer's next run renews it, and no other.
        await hosts.Set("certificate_seconds", "120", cancellationToken);
        (await hosts.Script(Certs, Store, cancellationToken, "--name", "etcd-client")).ShouldSucceed();
        await hosts.Set("certificate_seconds", "7776000", cancellationToken);
        before = Keys(hosts);
        (await hosts.Script(Certs, Store, cancellationToken, "--check"))
            .ExitCode.ShouldBe(1, "a certificate near its end goes unseen");
        (await hosts.Script(Certs, Store, cancellationToken)).ShouldSucceed();
        Keys(hosts).Where(file => before[file.Key] != file.Value).Select(file => file.Key)
            .ShouldBe([hosts.Tls("etcd-client.crt"), hosts.Tls("etcd-client.key")], ignoreOrder: true,
                "a certificate near its end, and no other, is renewed");

        // Asked for a life beyond its CA's.
        await hosts.Set("certificate_seconds", "999999999", cancellationToken);
        (await hosts.Script(Certs, Store, cancellationToken, "--name", "etcd-client")).ShouldSucceed();
        using var issuing = X509CertificateLoader.LoadCertificateFromFile(hosts.Pki("etcd-ca.crt"));
        using var client = X509CertificateLoader.LoadCertificateFromFile(hosts.Tls("etcd-client.crt"));
        client.NotAfter.ShouldBeLessThan(issuing.NotAfter, "etcd-client outlives its CA");
        await hosts.Set("certificate_seconds", "7776000", cancellationToken);

        // A key that others could read is replaced with its certificate; one that cannot be read, and a CA that expired, are refused.
        File.SetUnixFileMode(hosts.Tls("etcd-server.key"), Own | UnixFileMode.OtherRead);
        (await hosts.Script(Certs, Store, cancellationToken)).StandardOutput.ShouldContain("others could read its key");
        File.GetUnixFileMode(hosts.Tls("etcd-server.key")).ShouldBe(Own);
        var key = await File.ReadAllTextAsync(hosts.Tls("etcd-peer.key"), cancellationToken);
        await File.WriteAllTextAsync(hosts.Tls("etcd-peer.key"), "damaged", cancellationToken);
        (await hosts.Script(Certs, Store, cancellationToken)).StandardError
            .ShouldContain("etcd-peer.key cannot be read", customMessage: "a key that cannot be read goes unseen");
        await File.WriteAllTextAsync(hosts.Tls("etcd-peer.key"), key, cancellationToken);
        using var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var now = TimeProvider.System.GetUtcNow();
        using var expired = new CertificateRequest("CN=old", pair, HashAlgorithmName.SHA256)
            .CreateSelfSigned(now.AddDays(-9), now.AddDays(-1));
        await File.WriteAllTextAsync(hosts.Pki("etcd-ca.crt"), expired.ExportCertificatePem() + "\n", cancellationToken);
        var refused = await hosts.Script(Certs, Store, cancellationToken);
        refused.ExitCode.ShouldBe(1, "an expired CA is used");
        refused.StandardError.ShouldContain("etcd-ca.crt expired on", customMessage: "an expired CA is not named");
    }

    [HostCheck("Substrate.13", "the files below the host and the temporary folder after each program that the scripts run, with umask 022")]
    public static async Task HidesKeys(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        // Each program that the script calls looks, when it has ended, for keys that another user could open.
        var seen = Path.Combine(hosts.Folder, "seen");
        var temporary = Directory.CreateDirectory(Path.Combine(hosts.Folder, "tmp")).FullName;
        foreach (var program in new[] { "openssl", "mv", "cat", "chmod", "tar" })
        {
            await hosts.Program($"watched/{program}", $"""
                #!/bin/sh
                PATH={Environment.GetEnvironmentVariable("PATH")}
                {program} "$@"
                status=$?
                find {hosts.Folder}/hosts {temporary} -type d ! -perm /055 -prune -o -type f -perm /044 -print |
                    xargs -r grep -lE 'PRIVATE KEY|secret: [A-Za-z0-9+/=]+$' >>{seen}
                exit $status

                """, cancellationToken);
        }

        async Task Run(string host, params string[] arguments) => (await SubstratePair.Run("sh",
            ["-c", "umask 022; exec sh \"$@\"", "sh", Path.Combine(hosts.Tree, "scripts", Certs), "--host", host,
                "--root", hosts.Root(host), .. arguments], cancellationToken, new Dictionary<string, string?>
                {
                    ["PATH"] = $"{hosts.Folder}/watched:{Environment.GetEnvironmentVariable("PATH")}",
                    ["TMPDIR"] = temporary,
                })).ShouldSucceed();

        await Run(Store);
        var bundle = Path.Combine(temporary, "cas");
        await Run(Store, "--export", bundle);
        await Run(Front, "--import", bundle);
        File.Exists(seen).ShouldBeTrue("nothing was watched");
        (await File.ReadAllLinesAsync(seen, cancellationToken)).Distinct().ShouldBeEmpty("others could read a key for a moment");
        var keys = Directory.GetFiles(Path.Combine(hosts.Folder, "hosts"), "*.key", SearchOption.AllDirectories);
        keys.Length.ShouldBeGreaterThan(10);
        // The folder may be closed today; the key's own mode has to hold wherever it is copied to.
        keys.Where(key => File.GetUnixFileMode(key) != Own).ShouldBeEmpty("others could read a key");
        foreach (var text in Directory.GetFiles(hosts.Tree, "*", SearchOption.AllDirectories).Select(File.ReadAllText))
        {
            text.ShouldNotContain("BEGIN PRIVATE KEY");
            Regex.IsMatch(text, "secret: [A-Za-z0-9+/=]{40}").ShouldBeFalse("the key for Secrets is in the tree");
        }
    }

    [HostCheck("Substrate.14", "k8s-install.sh in a folder, for each kind of host; systemd-analyze")]
    public static async Task IsInstalled(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("etcd", "etcdctl", "curl", "tar");
        await hosts.MakeCertificates(cancellationToken);
        var binaries = Path.Combine(hosts.Folder, "binaries");
        foreach (var program in new[] { "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet" })
        {
            await hosts.Program($"binaries/{program}", $"#!/bin/sh\necho Kubernetes v{hosts.Kubernetes.Version}\n", cancellationToken);
        }

        var join = await Join(hosts, cancellationToken);
        (await hosts.Rehearse("k8s-install.sh", Worker, cancellationToken, "--binaries", binaries)).StandardError
            .ShouldContain("k8s-node.sh add");
        foreach (var (host, arguments) in new (string, string[])[]
        {
            (Store, []), (Front, []), (Worker, ["--join", join]),
        })
        {
            (await hosts.Rehearse("k8s-install.sh", host, cancellationToken, ["--binaries", binaries, .. arguments])).ShouldSucceed();
            (await hosts.Rehearse("k8s-install.sh", host, cancellationToken, ["--binaries", binaries])).StandardOutput
                .ShouldContain("nothing to do", customMessage: $"a second installation of {host} changes something");
        }

        // What another installer gets.
        async Task<IReadOnlyList<Resources.Resource>> Documents(string file) => Resources.YamlDocuments.Resources(
            await File.ReadAllTextAsync(Path.Combine(hosts.Tree, file), cancellationToken));
        var kubeadm = (await Documents("kubeadm/config.yaml")).Single(document => document.Kind == "InitConfiguration").Document;
        kubeadm["skipPhases"]!.AsArray().Select(phase => (string?)phase).ShouldContain("addon/coredns", "the CoreDNS of kubeadm");
        var k3s = (await Documents("k3s/config.yaml")).Single().Document;
        k3s["disable"]!.AsArray().Select(part => (string?)part).ShouldBe(["coredns"], "the CoreDNS of k3s");
        ((string?)k3s["datastore-endpoint"]).ShouldBe(hosts.EtcdUrl);
        foreach (var installer in new[] { "kubeadm", "k3s" })
        {
            (await hosts.Script(Certs, Front, cancellationToken, "--for", installer)).ShouldSucceed();
        }

        foreach (var (file, source) in new[]
        {
            ("/etc/kubernetes/pki/ca.crt", "kubernetes-client-ca.crt"), ("/etc/kubernetes/pki/ca.key", "kubernetes-client-ca.key"),
            ("/etc/kubernetes/pki/sa.key", "sa.key"), ("/etc/kubernetes/pki/encryption.yaml", "encryption.yaml"),
            ("/var/lib/rancher/k3s/server/tls/server-ca.key", "kubernetes-ca.key"),
            ("/var/lib/rancher/k3s/server/tls/client-ca.crt", "kubernetes-client-ca.crt"),
            ("/var/lib/rancher/k3s/server/tls/request-header-ca.crt", "front-proxy-ca.crt"),
            ("/var/lib/rancher/k3s/server/tls/service.key", "sa.key"),
        })
        {
            (await File.ReadAllTextAsync(hosts.In(Front, file), cancellationToken))
                .ShouldBe(await File.ReadAllTextAsync(hosts.Pki(source), cancellationToken), file);
        }

        foreach (var host in new[] { Store, Front, Worker })
        {
            await AreSound(Directory.GetFiles(hosts.In(host, "/etc/systemd/system")), cancellationToken);
        }
    }

    /// <summary>Each certificate that the definition asks for.</summary>
    private static IEnumerable<(string File, string Ca, string[] Uses, string[] Names)> Certificates(KubernetesHosts hosts)
    {
        var zone = hosts.Settings.Zone.Text;
        string[] etcd = [$"etcd-1.{zone}", $"etcd.{zone}", hosts.Address(Store)];
        yield return (hosts.Tls("etcd-server.crt"), "etcd-ca", [ServerUse, ClientUse], etcd);
        yield return (hosts.Tls("etcd-peer.crt"), "etcd-ca", [ServerUse, ClientUse], etcd);
        yield return (hosts.Tls("etcd-client.crt"), "etcd-ca", [ClientUse], []);
        yield return (hosts.Own("apiserver-etcd-client.crt"), "etcd-ca", [ClientUse], []);
        yield return (hosts.Own("apiserver.crt"), "kubernetes-ca", [ServerUse],
        [
            "kubernetes", "kubernetes.default", "kubernetes.default.svc", $"kubernetes.default.svc.{hosts.Cluster.Domain}",
            $"kubernetes.{zone}", $"cp-1.{zone}", hosts.Cluster.Services.AddressAt(1)!.ToString(), hosts.Address(Front),
        ]);
        yield return (hosts.Own("front-proxy-client.crt"), "front-proxy-ca", [ClientUse], []);
        foreach (var client in new[] { "apiserver-kubelet-client", "controller-manager", "scheduler", "admin" })
        {
            yield return (hosts.Own($"{client}.crt"), "kubernetes-client-ca", [ClientUse], []);
        }
    }

    /// <summary>Text and mode of every certificate and key of the hosts.</summary>
    private static Dictionary<string, string> Keys(KubernetesHosts hosts) =>
        Directory.GetFiles(Path.Combine(hosts.Folder, "hosts"), "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => $"{File.GetUnixFileMode(file)}\n{File.ReadAllText(file)}");

    /// <summary>What a worker joins with, without an API server that made its token.</summary>
    private static async Task<string> Join(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var join = Path.Combine(hosts.Folder, "join");
        var folder = Directory.CreateDirectory(Path.Combine(hosts.Folder, "joining")).FullName;
        foreach (var name in new[] { "ca.crt", "kubernetes-client-ca.crt" })
        {
            File.Copy(hosts.Pki(name), Path.Combine(folder, name));
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "bootstrap.conf"), "kind: Config\n", cancellationToken);
        (await SubstratePair.Run(
            "tar", ["-C", folder, "-cf", join, "ca.crt", "kubernetes-client-ca.crt", "bootstrap.conf"], cancellationToken)).ShouldSucceed();
        return join;
    }
}
