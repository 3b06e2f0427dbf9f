using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using PlatformGitOps.Acceptance.Waiting;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check("Substrate.12", "Certificates are made once, with the names, uses and lives that they need", "each certificate of the definition",
    Needs = Feature.Substrate)]
[Check("Substrate.13", "Nobody else can read a private key, not even for a moment", "mode 0600 whenever it is there",
    Needs = Feature.Substrate)]
[Check("Substrate.14", "The files of Kubernetes are sound for systemd and kubeadm, and installing again changes nothing",
    "no message; systemd-analyze security at most 2.0", Needs = Feature.Substrate)]
[Check("Substrate.15", "Etcd opens for certificates of its own CA alone", "refused", Needs = Feature.Substrate)]
[Check("Substrate.16", "Etcd has every key after a SIGKILL, and after its data is lost", "the same keys and values",
    Needs = Feature.Substrate)]
[Check("Substrate.17", "The API server takes certificates of its clients' CA, and none of a server", "401 for those of the substrate",
    Needs = Feature.Substrate)]
[Check("Substrate.18", "Every object is there after etcd was away, and after a snapshot was restored", "the same objects",
    Needs = Feature.Substrate)]
[Check("Substrate.19", "A certificate near its end is renewed while clients ask", "0 failed requests", Needs = Feature.Substrate)]
[Check("Substrate.20", "An upgrade begins with the API server, and a part that is not healthy stays as it was",
    "the old part runs, and nothing behind it was touched", Needs = Feature.Substrate)]
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
        Of("etcd for everybody", "Substrate.15", "without a certificate", "units/globular-etcd.service",
            "  --client-cert-auth=true", "  --client-cert-auth=false"),
        Of("etcd for the whole substrate", "Substrate.15", "of another CA", "units/globular-etcd.service",
            "  --trusted-ca-file=/var/lib/globular/pki/etcd-ca.crt", "  --trusted-ca-file=/var/lib/globular/pki/ca.crt"),
        Of("a snapshot of etcd in plain text", "Substrate.16", "reads the keys", "scripts/k8s-common.sh",
            "crypt() { openssl enc", "crypt() { cat; return; openssl enc"),
        Of("a damaged snapshot of etcd restored", "Substrate.16", "damaged", "scripts/k8s-backup.sh",
            "if ! (cd \"$snap\" && sha256sum --quiet -c sums) >/dev/null 2>&1; then", "if false; then"),
        Of("a restore of nothing", "Substrate.16", "after the restore", "scripts/k8s-backup.sh",
            "tool snapshot restore \"$snap/etcd.db\" \"$@\" >\"$work/log\" 2>&1", "mkdir -p \"$2\""),
        Of("one CA for servers and clients", "Substrate.17", "etcd-server", "units/kube-apiserver.service",
            "--client-ca-file=/var/lib/kubernetes/pki/kubernetes-client-ca.crt", "--client-ca-file=/var/lib/kubernetes/pki/ca.crt"),
        Of("a cluster restored from nothing", "Substrate.18", "after the restore", "scripts/k8s-backup.sh",
            "tool snapshot restore \"$snap/etcd.db\" \"$@\" >\"$work/log\" 2>&1", "mkdir -p \"$2\""),
        Of("a restart for each new certificate", "Substrate.19", "failed requests", "scripts/k8s-apply-certs.sh",
            "    until [ \"$(served", "    systemd restart \"$1\"\n    until [ \"$(served"),
        Of("nobody watches the certificate", "Substrate.19", "watches", "units/k8s-certs-changed.path",
            "PathChanged=/var/lib/kubernetes/pki/apiserver.crt", "PathChanged=/var/lib/kubernetes/pki/admin.crt"),
        Of("no way back from a broken part", "Substrate.20", "the scheduler", "scripts/k8s-install.sh",
            "if [ -e \"$stage/undo/$number\" ]; then mv -f \"$stage/undo/$number\" \"$path\"; else rm -f \"$path\"; fi", ":"),
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
                    xargs -r grep -l 'PRIVATE KEY' >>{seen}
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
        Directory.GetFiles(Path.Combine(hosts.Folder, "hosts"), "*.key", SearchOption.AllDirectories).Length.ShouldBeGreaterThan(10);
        foreach (var text in Directory.GetFiles(hosts.Tree, "*", SearchOption.AllDirectories).Select(File.ReadAllText))
        {
            text.ShouldNotContain("BEGIN PRIVATE KEY");
        }
    }

    [HostCheck("Substrate.14", "k8s-install.sh in a folder, for each kind of host; systemd-analyze; kubeadm config validate where it is")]
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
            await AreSound(Directory.GetFiles(hosts.In(host, "/etc/systemd/system")), cancellationToken);
        }

        // What another installer is told.
        async Task<IReadOnlyList<Resources.Resource>> Documents(string file) => Resources.YamlDocuments.Resources(
            await File.ReadAllTextAsync(Path.Combine(hosts.Tree, file), cancellationToken));
        var kubeadm = (await Documents("kubeadm/config.yaml")).Single(document => document.Kind == "InitConfiguration").Document;
        kubeadm["skipPhases"]!.AsArray().Select(phase => (string?)phase).ShouldContain("addon/coredns", "the CoreDNS of kubeadm");
        var k3s = (await Documents("k3s/config.yaml")).Single().Document;
        k3s["disable"]!.AsArray().Select(part => (string?)part).ShouldBe(["coredns"], "the CoreDNS of k3s");
        ((string?)k3s["datastore-endpoint"]).ShouldBe(hosts.EtcdUrl);
        if (LocalProgram.Find("kubeadm") is { } validator && LocalProgram.Find("kube-apiserver") is not null)
        {
            (await SubstratePair.Run(validator, ["config", "validate", "--config", Path.Combine(hosts.Tree, "kubeadm/config.yaml")],
                cancellationToken)).ShouldSucceed();
        }

        foreach (var installer in new[] { "kubeadm", "k3s" })
        {
            (await hosts.Script(Certs, Front, cancellationToken, "--for", installer)).ShouldSucceed();
        }

        foreach (var (file, source) in new[]
        {
            ("/etc/kubernetes/pki/ca.crt", "kubernetes-client-ca.crt"), ("/etc/kubernetes/pki/ca.key", "kubernetes-client-ca.key"),
            ("/etc/kubernetes/pki/sa.key", "sa.key"), ("/var/lib/rancher/k3s/server/tls/server-ca.key", "kubernetes-ca.key"),
            ("/var/lib/rancher/k3s/server/tls/client-ca.crt", "kubernetes-client-ca.crt"),
            ("/var/lib/rancher/k3s/server/tls/request-header-ca.crt", "front-proxy-ca.crt"),
            ("/var/lib/rancher/k3s/server/tls/service.key", "sa.key"),
        })
        {
            (await File.ReadAllTextAsync(hosts.In(Front, file), cancellationToken))
                .ShouldBe(await File.ReadAllTextAsync(hosts.Pki(source), cancellationToken), file);
        }
    }

    [HostCheck("Substrate.15", "etcdctl with etcd's own client certificate, without one, and with those of Kubernetes' clients")]
    public static async Task EtcdAsksForItsClients(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartEtcd(cancellationToken);
        foreach (var (own, what) in new[]
        {
            (hosts.Tls("etcd-client"), "of etcd"), (hosts.Own("apiserver-etcd-client"), "of the API server"),
        })
        {
            (await hosts.Etcdctl(own, cancellationToken, "put", "/acceptance", what)).ExitCode.ShouldBe(0, $"a certificate {what}");
        }

        (await hosts.Etcdctl(null, cancellationToken, "get", "/acceptance")).ExitCode.ShouldNotBe(0, "etcd answers without a certificate");
        foreach (var other in new[] { "admin", "apiserver-kubelet-client", "front-proxy-client" })
        {
            (await hosts.Etcdctl(hosts.Own(other), cancellationToken, "get", "/acceptance"))
                .ExitCode.ShouldNotBe(0, $"etcd takes {other}, a certificate of another CA");
        }

        (await hosts.Script("k8s-health.sh", Store, cancellationToken)).ShouldSucceed();
    }

    [HostCheck("Substrate.16", "etcdctl before and after a SIGKILL, and after k8s-backup.sh restored an emptied host")]
    public static async Task EtcdKeepsKeys(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartEtcd(cancellationToken);
        var own = hosts.Tls("etcd-client");
        foreach (var batch in Enumerable.Range(0, 40))
        {
            (await hosts.Etcdctl(own, cancellationToken, "put", $"/acceptance/{batch}", new string('x', batch + 1))).ExitCode.ShouldBe(0);
        }

        async Task<string> All(CancellationToken token)
        {
            var all = await hosts.Etcdctl(own, token, "get", "--prefix", "/");
            return all.ExitCode == 0 ? all.StandardOutput : throw new NotYetException(all.StandardError);
        }

        var keys = await All(cancellationToken);
        keys.Split('\n').Length.ShouldBeGreaterThan(80);
        await hosts.Service(Store, "kill", "globular-etcd.service", cancellationToken);
        (await hosts.Script("k8s-health.sh", Store, cancellationToken)).StandardOutput.ShouldContain("FAULT etcd");
        await hosts.Service(Store, "start", "globular-etcd.service", cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(30), async token => (await All(token)).ShouldBe(keys, "after a SIGKILL"),
            "etcd answers after a SIGKILL", cancellationToken);

        var (folder, keyFile) = (Path.Combine(hosts.Folder, "snapshots"), Path.Combine(hosts.Folder, "backup.key"));
        await File.WriteAllTextAsync(keyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)) + "\n", cancellationToken);
        File.SetUnixFileMode(keyFile, Own);
        string[] where = ["--to", folder, "--key", keyFile];
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["create", "--name", "one", .. where])).ShouldSucceed();
        var snapshot = await File.ReadAllBytesAsync(Path.Combine(folder, "one.snapshot"), cancellationToken);
        File.GetUnixFileMode(Path.Combine(folder, "one.snapshot")).ShouldBe(Own);
        (snapshot is [0x1f, 0x8b, ..]).ShouldBeFalse("whoever has the snapshot reads the keys in it");
        snapshot[snapshot.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(folder, "two.snapshot"), snapshot, cancellationToken);
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["restore", "--snapshot", "two", .. where]))
            .StandardError.ShouldContain("it is damaged", customMessage: "a damaged snapshot goes unseen");
        (await All(cancellationToken)).ShouldBe(keys, "a refused restore changed something");

        // The host is lost with its CAs: those of the snapshot come back first.
        await hosts.Service(Store, "kill", "globular-etcd.service", cancellationToken);
        Directory.Delete(hosts.Root(Store), recursive: true);
        Directory.CreateDirectory(hosts.Root(Store));
        var before = TimeProvider.System.GetTimestamp();
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["restore", "--snapshot", "one", .. where])).ShouldSucceed();
        (await hosts.Script("k8s-install.sh", Store, cancellationToken)).ShouldSucceed();
        (await All(cancellationToken)).ShouldBe(keys, "the keys after the restore");
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"An emptied host of etcd was back after {TimeProvider.System.GetElapsedTime(before).TotalSeconds:F1} s."));
    }

    [HostCheck("Substrate.17", "requests to a real API server on that etcd, with each certificate of the definition and without one")]
    public static async Task ApiServerKnowsItsClients(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        const string Namespaces = "/api/v1/namespaces";
        (await hosts.Ask(hosts.Own("admin"), Namespaces, cancellationToken)).Status.ShouldBe("200");
        (await hosts.Ask(hosts.Own("scheduler"), "/api/v1/nodes", cancellationToken)).Status.ShouldBe("200");
        (await hosts.Ask(hosts.Own("scheduler"), "/api/v1/secrets", cancellationToken)).Status
            .ShouldBe("403", "the scheduler reads secrets");
        (await hosts.Ask(null, Namespaces, cancellationToken)).Status.ShouldBe("403", "without a certificate");
        foreach (var other in new[]
        {
            hosts.Tls("etcd-server"), hosts.Tls("etcd-peer"), hosts.Tls("etcd-client"), hosts.Own("apiserver"),
            hosts.Own("apiserver-etcd-client"), hosts.Own("front-proxy-client"),
        })
        {
            (await hosts.Ask(other, Namespaces, cancellationToken)).Status
                .ShouldBe("401", $"{Path.GetFileName(other)} opens the API server");
        }

        (await hosts.Script("k8s-health.sh", Front, cancellationToken)).ShouldSucceed();
        // A worker's first credential: good for a certificate of its own, and for nothing else.
        var join = Path.Combine(hosts.Folder, "join");
        (await hosts.Script("k8s-node.sh", Front, cancellationToken, "add", Worker, "--out", join))
            .ShouldSucceed();
        File.GetUnixFileMode(join).ShouldBe(Own);
        var config = (await SubstratePair.Run("tar", ["-xOf", join, "bootstrap.conf"], cancellationToken)).StandardOutput;
        var token = $"Authorization: Bearer {Regex.Match(config, "token: (.+) }").Groups[1].Value}";
        const string Requested = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
        await Eventually.Within(TimeSpan.FromSeconds(20), async limit =>
            (await hosts.Ask(null, Requested, limit, "-H", token, "-H", "Content-Type: application/json", "-d", "{}")).Status
                .ShouldNotBe("401"), "the API server knows the token", cancellationToken);
        (await hosts.Ask(null, Namespaces, cancellationToken, "-H", token)).Status.ShouldBe("403", "what a worker joins with reads more");
        (await hosts.Script("k8s-node.sh", Front, cancellationToken, "add", "stranger")).StandardError
            .ShouldContain("is not a worker of the definition");
    }

    [HostCheck("Substrate.18", "the objects of a real API server before and after etcd was killed, and after its snapshot was restored")]
    public static async Task ObjectsSurvive(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        var admin = hosts.Own("admin");
        const string Maps = "/api/v1/namespaces/default/configmaps";
        foreach (var number in Enumerable.Range(0, 30))
        {
            (await hosts.Ask(admin, Maps, cancellationToken, "-H", "Content-Type: application/json", "-d",
                $$"""{"metadata": {"name": "map-{{number}}"}, "data": {"number": "{{number}}"} }""")).Status.ShouldBe("201");
        }

        async Task<IReadOnlyList<string>> Objects(CancellationToken token)
        {
            var (status, body) = await hosts.Ask(admin, Maps, token);
            return status != "200" ? throw new NotYetException($"the API server answers {status}")
                : [.. JsonNode.Parse(body)!["items"]!.AsArray()
                    .Select(map => $"{map!["metadata"]!["name"]} {map["metadata"]!["uid"]} {map["data"]}")
                    .Where(map => map.StartsWith("map-", StringComparison.Ordinal))];
        }

        var objects = await Objects(cancellationToken);
        objects.Count.ShouldBe(30);
        await hosts.Service(Store, "kill", "globular-etcd.service", cancellationToken);
        (await hosts.Ask(admin, "/readyz", cancellationToken)).Status.ShouldNotBe("200", "the API server is ready without etcd");
        await hosts.Service(Store, "start", "globular-etcd.service", cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            async token => (await Objects(token)).ShouldBe(objects, "after a SIGKILL of etcd"),
            "every object is there after a SIGKILL of etcd", cancellationToken);

        var (folder, keyFile) = (Path.Combine(hosts.Folder, "snapshots"), Path.Combine(hosts.Folder, "backup.key"));
        await File.WriteAllTextAsync(keyFile, Convert.ToBase64String(RandomNumberGenerator.GetBytes(48)) + "\n", cancellationToken);
        File.SetUnixFileMode(keyFile, Own);
        string[] where = ["--to", folder, "--key", keyFile];
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["create", "--name", "one", .. where])).ShouldSucceed();
        (await hosts.Ask(admin, Maps, cancellationToken, "-X", "DELETE")).Status.ShouldBe("200");

        // As the runbook has it: API servers first, for they must not take the older state for the newer one.
        await hosts.Service(Front, "stop", "kube-apiserver.service", cancellationToken);
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["restore", "--snapshot", "one", .. where])).ShouldSucceed();
        await hosts.Service(Front, "start", "kube-apiserver.service", cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(90),
            async token => (await Objects(token)).ShouldBe(objects, "the objects after the restore"),
            "every object is there after the restore", cancellationToken);
    }

    [HostCheck("Substrate.19", "a request every 20 ms, each on a new connection, while the timer's and the path unit's commands run")]
    public static async Task RenewsUnnoticed(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.MakeCertificates(cancellationToken);
        await hosts.Set("certificate_seconds", "600", cancellationToken);
        (await hosts.Script(Certs, Front, cancellationToken, "--name", "apiserver")).ShouldSucceed();
        await hosts.StartControlPlane(cancellationToken);
        var (first, serial) = await Served(hosts, cancellationToken);
        first.ShouldBeLessThan(TimeProvider.System.GetUtcNow().AddMinutes(15).UtcDateTime);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = Requests(hosts, stop.Token);
        await hosts.Set("certificate_seconds", "7776000", cancellationToken);
        (await hosts.Script(Certs, Front, cancellationToken, "--name", "apiserver")).ShouldSucceed();
        (await File.ReadAllTextAsync(hosts.In(Front, "/etc/systemd/system/k8s-certs-changed.path"), cancellationToken))
            .ShouldContain($"PathChanged={hosts.Own("apiserver.crt")}\n", customMessage: "nothing watches the API server's certificate");
        (await hosts.Script("k8s-apply-certs.sh", Front, cancellationToken, "--wait", "90")).ShouldSucceed();
        var (renewed, other) = await Served(hosts, cancellationToken);
        await stop.CancelAsync();
        var (requests, failed) = await asking;
        other.ShouldNotBe(serial, "the API server serves the old certificate");
        renewed.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddDays(80).UtcDateTime);
        requests.ShouldBeGreaterThan(20);
        failed.ShouldBeEmpty($"failed requests of {requests}");
        TestContext.Out.WriteLine($"{requests} requests during the renewal, {failed.Count} failed.");
    }

    [HostCheck("Substrate.20", "k8s-install.sh with programs of the next version, of which the scheduler does not start")]
    public static async Task UpgradesInOrder(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        var (host, version) = (Front, hosts.Kubernetes.Version);
        var next = $"{version.Major}.{version.Minor + 1}.0";
        var binaries = Path.Combine(hosts.Folder, "next");
        foreach (var program in new[] { "kube-apiserver", "kube-controller-manager", "kube-scheduler" })
        {
            var starts = program == "kube-scheduler" ? "exit 1" : $"exec {LocalProgram.Find(program)} \"$@\"";
            await hosts.Program($"next/{program}",
                $"#!/bin/sh\n[ \"$*\" != --version ] || {{ echo Kubernetes v{next}; exit; }}\n{starts}\n", cancellationToken);
        }

        var started = Path.Combine(hosts.Folder, "state", host, "started");
        File.Delete(started);
        await hosts.Set("version", next, cancellationToken);
        var failed = await hosts.Script("k8s-install.sh", host, cancellationToken, "--binaries", binaries, "--wait", "60");
        failed.ExitCode.ShouldNotBe(0);
        (await File.ReadAllLinesAsync(started, cancellationToken)).Take(3)
            .ShouldBe(["kube-apiserver.service", "kube-controller-manager.service", "kube-scheduler.service"]);
        foreach (var (program, expected) in new[]
        {
            ("kube-apiserver", next), ("kube-controller-manager", next), ("kube-scheduler", version.ToString()),
        })
        {
            (await SubstratePair.Run(hosts.In(host, $"/usr/local/bin/{program}"), ["--version"], cancellationToken)).StandardOutput.Trim()
                .ShouldBe($"Kubernetes v{expected}", program == "kube-scheduler" ? "the scheduler is not as it was" : program);
        }

        await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
            (await hosts.Script("k8s-health.sh", host, token)).StandardOutput.ShouldNotContain("FAULT"),
            "the control plane is healthy", cancellationToken);

        // With a sound scheduler the same command ends it.
        var broken = await File.ReadAllTextAsync(Path.Combine(binaries, "kube-scheduler"), cancellationToken);
        await hosts.Program("next/kube-scheduler",
            broken.Replace("exit 1", $"exec {LocalProgram.Find("kube-scheduler")} \"$@\"", StringComparison.Ordinal), cancellationToken);
        (await hosts.Script("k8s-install.sh", host, cancellationToken, "--binaries", binaries)).ShouldSucceed();
        (await hosts.Script("k8s-health.sh", host, cancellationToken)).ShouldSucceed();
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

    /// <summary>The end and the serial number of the certificate that the API server serves.</summary>
    private static async Task<(DateTime End, string Serial)> Served(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var shown = await SubstratePair.Run(
            "sh", ["-c", $"openssl s_client -connect {hosts.Api["https://".Length..]} </dev/null 2>/dev/null | openssl x509"],
            cancellationToken);
        shown.ShouldSucceed();
        using var served = X509Certificate2.CreateFromPem(shown.StandardOutput);
        return (served.NotAfter.ToUniversalTime(), served.SerialNumber);
    }

    /// <summary>Asks until it is cancelled, each time on a new connection that trusts the root CA alone.</summary>
    private static async Task<(int Requests, IReadOnlyList<string> Failed)> Requests(
        KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        using var root = X509CertificateLoader.LoadCertificateFromFile(hosts.Own("ca.crt"));
        using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(root);
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        var (requests, failed) = (0, new List<string>());
        await foreach (var _ in Pace.Every(
            TimeSpan.FromMilliseconds(20), TimeSpan.FromMinutes(4), TimeProvider.System, CancellationToken.None))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            requests++;
            try
            {
                using var answer = await client.GetAsync(new Uri(hosts.Api + "/readyz"), CancellationToken.None);
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    failed.Add(answer.StatusCode.ToString());
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
            {
                failed.Add(exception.Message);
            }
        }

        return (requests, failed);
    }

    /// <summary>systemd reads the units without a message, and the services of the control plane and of etcd are confined.</summary>
    private static async Task AreSound(string[] units, CancellationToken cancellationToken)
    {
        if (SubstratePair.Find("systemd-analyze") is null)
        {
            return;
        }

        var verified = await SubstratePair.Run("systemd-analyze", ["verify", .. units], cancellationToken);
        verified.ExitCode.ShouldBe(0, verified.StandardError);
        // It reads the units of the whole machine too.
        Lines(verified.StandardError).Where(line => units.Any(unit => line.Contains(Path.GetFileName(unit), StringComparison.Ordinal)))
            .ShouldBeEmpty();
        foreach (var unit in units.Where(unit => Regex.IsMatch(unit, "/(globular-etcd|kube-.*)\\.service$")))
        {
            var security = await SubstratePair.Run(
                "systemd-analyze", ["security", "--offline=true", "--threshold=20", "--no-pager", unit], cancellationToken);
            var overall = Regex.Match(security.StandardOutput, "Overall exposure level.*: ([0-9.]+)").Groups[1].Value;
            double.Parse(overall, CultureInfo.InvariantCulture).ShouldBeLessThanOrEqualTo(2.0, $"{Path.GetFileName(unit)} is exposed");
        }
    }
}
