using System.Security.Cryptography.X509Certificates;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The certificates and keys of Kubernetes on the hosts.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.12", "Certificates are made once, with the names, uses and lives that they need", "each certificate of the definition",
    Needs = Feature.Substrate)]
[Check("Substrate.13", "Nobody else can read a private key, not even for a moment", "mode 0600 whenever it is there",
    Needs = Feature.Substrate)]
public static class KubernetesCertificates
{
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        .. In("Substrate.12", $"scripts/{Certs}",
            ("a certificate without the address of the Service kubernetes", "names of apiserver", "IP:$service_ip, ", ""),
            ("a client's certificate that can serve", "uses of admin",
                "/O=system:masters/CN=kubernetes-admin clientAuth", "/O=system:masters/CN=kubernetes-admin 'clientAuth, serverAuth'"),
            ("a certificate that outlives its CA", "outlives", "    [ \"$end\" -lt \"$limit\" ] || end=$limit\n    rm -f", "    rm -f"),
            ("certificates made again each time", "second run", "-ge $((($2 - $1) * 2)) ]", "-ge 0 ]"),
            ("no renewal", "near its end", "-ge $((($2 - $1) * 2)) ]", "-ge 999999999999 ]"),
            ("an expired CA goes on", "expired CA", "[ \"$end\" -gt \"$now\" ] || die", "[ \"$end\" -gt \"$now\" ] || say")),
        Of("keys that get their mode later", "Substrate.13", "could read", "scripts/k8s-lib.sh",
            "fresh=$(mktemp \"$(dirname \"$2\")/.new.XXXXXX\")", "umask 022; fresh=$2.new"),
        Of("keys that others read", "Substrate.13", "could read", $"scripts/{Certs}",
            "replace \"$stage/key\" \"$2/$1.key\" 600", "replace \"$stage/key\" \"$2/$1.key\" 644"),
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

        // Two of seven minutes remain: the timer's next run renews this one, and no other.
        await hosts.Set("certificate_seconds", "120", cancellationToken);
        await hosts.Succeeds(Certs, Store, cancellationToken, "--name", "etcd-client");
        await hosts.Set("certificate_seconds", "7776000", cancellationToken);
        before = Keys(hosts);
        (await hosts.Script(Certs, Store, cancellationToken, "--check"))
            .ExitCode.ShouldBe(1, "a certificate near its end goes unseen");
        await hosts.Succeeds(Certs, Store, cancellationToken);
        Keys(hosts).Where(file => before[file.Key] != file.Value).Select(file => file.Key)
            .ShouldBe([hosts.Tls("etcd-client.crt"), hosts.Tls("etcd-client.key")], ignoreOrder: true,
                "a certificate near its end, and no other, is renewed");

        // A request beyond the CA's own expiry.
        await hosts.Set("certificate_seconds", "999999999", cancellationToken);
        await hosts.Succeeds(Certs, Store, cancellationToken, "--name", "etcd-client");
        using var issuing = X509CertificateLoader.LoadCertificateFromFile(hosts.Pki("etcd-ca.crt"));
        using var client = X509CertificateLoader.LoadCertificateFromFile(hosts.Tls("etcd-client.crt"));
        client.NotAfter.ShouldBeLessThan(issuing.NotAfter, "etcd-client outlives its CA");
        await hosts.Set("certificate_seconds", "7776000", cancellationToken);

        // A key that others could read is replaced with its certificate; an unreadable key and an expired CA are refused.
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
        // After each program that the script calls, checks for keys that another user could open.
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

        async Task Run(string host, params string[] arguments) => (await LocalProgram.Run("sh",
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
        // The folder may be closed, but the key's own mode must protect it in copies too.
        keys.Where(key => File.GetUnixFileMode(key) != Own).ShouldBeEmpty("others could read a key");
        foreach (var text in Directory.GetFiles(hosts.Tree, "*", SearchOption.AllDirectories).Select(File.ReadAllText))
        {
            text.ShouldNotContain("BEGIN PRIVATE KEY");
            Regex.IsMatch(text, "secret: [A-Za-z0-9+/=]{40}").ShouldBeFalse("the key for Secrets is in the tree");
        }
    }

    /// <summary>All certificates of the definition.</summary>
    internal static IEnumerable<(string File, string Ca, string[] Uses, string[] Names)> Certificates(KubernetesHosts hosts)
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

    /// <summary>Text and mode of all certificates and keys on the hosts.</summary>
    private static Dictionary<string, string> Keys(KubernetesHosts hosts) =>
        Directory.GetFiles(Path.Combine(hosts.Folder, "hosts"), "*", SearchOption.AllDirectories)
            .ToDictionary(file => file, file => $"{File.GetUnixFileMode(file)}\n{File.ReadAllText(file)}");
}
