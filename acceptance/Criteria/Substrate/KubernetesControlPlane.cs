using System.Security.Cryptography.X509Certificates;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>One etcd and one API server: authentication and durability.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.15", "Etcd opens for certificates of its own CA alone", "refused", Needs = Feature.Substrate)]
[Check("Substrate.16", "Etcd has every key after a SIGKILL, and after its data is lost", "the same keys and values",
    Needs = Feature.Substrate)]
[Check("Substrate.17", "The API server takes certificates of its clients' CA, and none of a server", "401 for those of the substrate",
    Needs = Feature.Substrate)]
[Check("Substrate.18", "Every object is there after etcd was away, and after its file was damaged and a snapshot restored",
    "the same objects", Needs = Feature.Substrate)]
[Check("Substrate.19", "A certificate near its end is renewed while clients ask", "0 failed requests", Needs = Feature.Substrate)]
public static class KubernetesControlPlane
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        // etcd requires certificates as soon as it has a CA for them.
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
        Of("one CA for servers and clients", "Substrate.17", "etcd-server", "units/kube-apiserver.service",
            "--client-ca-file=/var/lib/kubernetes/pki/kubernetes-client-ca.crt", "--client-ca-file=/var/lib/kubernetes/pki/ca.crt"),
        Of("no network plugin can run", "Substrate.17", "refuses a privileged container", "units/kube-apiserver.service",
            "--allow-privileged=true", "--allow-privileged=false"),
        Of("a cluster restored from nothing", "Substrate.18", "after the restore", "scripts/k8s-backup.sh",
            "tool snapshot restore \"$snap/etcd.db\" \"$@\" >\"$work/log\" 2>&1", "mkdir -p \"$2\""),
        Of("a restart for each new certificate", "Substrate.19", "failed requests", "scripts/k8s-apply-certs.sh",
            "    until [ \"$(served", "    systemd restart \"$1\"\n    until [ \"$(served"),
        Of("nobody watches the certificate", "Substrate.19", "watches", "units/k8s-certs-changed.path",
            "PathChanged=/var/lib/kubernetes/pki/apiserver.crt", "PathChanged=/var/lib/kubernetes/pki/admin.crt"),
        Of("a damaged member that stays", "Substrate.18", "a damaged member is not restored", "scripts/k8s-backup.sh",
            "[ ! -d \"$data\" ] || mv \"$data\" \"$data$aside\"", ":"),
    ];

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

        await hosts.Succeeds("k8s-health.sh", Store, cancellationToken);
    }

    /// <summary>No test reaches this revision without raising it.</summary>
    private const long Raised = 1_000_000_000;

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

        var folder = Path.Combine(hosts.Folder, "snapshots");
        string[] where = ["--to", folder, "--key", await SnapshotKey(hosts.Folder, cancellationToken)];
        await hosts.Succeeds("k8s-backup.sh", Store, cancellationToken, ["create", "--name", "one", .. where]);
        var snapshot = await File.ReadAllBytesAsync(Path.Combine(folder, "one.snapshot"), cancellationToken);
        File.GetUnixFileMode(Path.Combine(folder, "one.snapshot")).ShouldBe(Own);
        (snapshot is [0x1f, 0x8b, ..]).ShouldBeFalse("whoever has the snapshot reads the keys in it");
        snapshot[snapshot.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(Path.Combine(folder, "two.snapshot"), snapshot, cancellationToken);
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["restore", "--snapshot", "two", .. where]))
            .StandardError.ShouldContain("it is damaged", customMessage: "a damaged snapshot goes unseen");
        (await All(cancellationToken)).ShouldBe(keys, "a refused restore changed something");

        // If one file of the CAs differs, none is restored.
        File.Delete(hosts.Pki("ca.crt"));
        await File.WriteAllTextAsync(hosts.Pki("sa.pub"), "another", cancellationToken);
        (await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["restore", "--snapshot", "one", .. where])).StandardError
            .ShouldContain("another");
        File.Exists(hosts.Pki("ca.crt")).ShouldBeFalse("a refused restore brought a file back");

        // The host is lost with its CAs: those of the snapshot are restored first.
        await hosts.Service(Store, "kill", "globular-etcd.service", cancellationToken);
        Directory.Delete(hosts.Root(Store), recursive: true);
        Directory.CreateDirectory(hosts.Root(Store));
        var before = TimeProvider.System.GetTimestamp();
        var restored = await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["restore", "--snapshot", "one", .. where]);
        restored.ShouldSucceed();
        await hosts.Succeeds("k8s-install.sh", Store, cancellationToken);
        (await All(cancellationToken)).ShouldBe(keys, "the keys after the restore");
        var status = JsonNode.Parse((await hosts.Etcdctl(own, cancellationToken, "endpoint", "status", "-w", "json")).StandardOutput)!;
        var raised = (long)status[0]!["Status"]!["header"]!["revision"]! > Raised;
        restored.StandardOutput.Contains("restart kubelet")
            .ShouldBe(!raised, $"clients see nothing where the revision is not raised (raised: {raised}): {restored.StandardOutput}");
        TestContext.Out.WriteLine(
            $"An emptied host of etcd was back after {TimeProvider.System.GetElapsedTime(before).TotalSeconds:F1} s.");
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

        await hosts.Succeeds("k8s-health.sh", Front, cancellationToken);
        // As network plugins and kube-proxy have it. Until the namespace has its account the answer is 403.
        await Eventually.Within(TimeSpan.FromSeconds(60), async limit =>
        {
            var (status, body) = await hosts.Ask(hosts.Own("admin"), "/api/v1/namespaces/kube-system/pods", limit,
                "-H", "Content-Type: application/json", "-d", """
                {"metadata": {"name": "plugin"}, "spec": {"hostNetwork": true, "containers": [
                  {"name": "agent", "image": "registry.example/agent:1", "securityContext": {"privileged": true} }]} }
                """);
            status.ShouldNotBe("403", body);
            status.ShouldBe("201", $"the API server refuses a privileged container: {body}");
        }, "the API server takes the pod of a network plugin", cancellationToken);
        // A worker's first credential: only allows to request its own certificate.
        var join = Path.Combine(hosts.Folder, "join");
        await hosts.Succeeds("k8s-node.sh", Front, cancellationToken, "add", Worker, "--out", join);
        File.GetUnixFileMode(join).ShouldBe(Own);
        var config = (await LocalProgram.Run("tar", ["-xOf", join, "bootstrap.conf"], cancellationToken)).StandardOutput;
        var token = $"Authorization: Bearer {Regex.Match(config, "token: (.+) }").Groups[1].Value}";
        const string Requested = "/apis/certificates.k8s.io/v1/certificatesigningrequests";
        await Eventually.Within(TimeSpan.FromSeconds(20), async limit =>
            (await hosts.Ask(null, Requested, limit, "-H", token, "-H", "Content-Type: application/json", "-d", "{}")).Status
                .ShouldNotBe("401"), "the API server knows the token", cancellationToken);
        (await hosts.Ask(null, Namespaces, cancellationToken, "-H", token)).Status.ShouldBe("403", "what a worker joins with reads more");
        (await hosts.Script("k8s-node.sh", Front, cancellationToken, "add", "stranger")).StandardError
            .ShouldContain("is not a worker of the definition");
    }

    [HostCheck("Substrate.18",
        "the objects of a real API server before and after etcd was killed, and after its file was damaged and its snapshot was restored")]
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
        (await hosts.Etcdctl(hosts.Tls("etcd-client"), cancellationToken, "get", "/")).ExitCode.ShouldNotBe(0, "etcd is still there");
        await hosts.Service(Store, "start", "globular-etcd.service", cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(60),
            async token => (await Objects(token)).ShouldBe(objects, "after a SIGKILL of etcd"),
            "every object is there after a SIGKILL of etcd", cancellationToken);

        string[] where = ["--to", Path.Combine(hosts.Folder, "snapshots"), "--key", await SnapshotKey(hosts.Folder, cancellationToken)];
        await hosts.Succeeds("k8s-backup.sh", Store, cancellationToken, ["create", "--name", "one", .. where]);
        (await hosts.Ask(admin, Maps, cancellationToken, "-X", "DELETE")).Status.ShouldBe("200");

        // As in the runbook, API servers first, because they must not take the older state for the newer one.
        await hosts.Service(Front, "stop", "kube-apiserver.service", cancellationToken);
        await Damage(hosts, cancellationToken);
        var restored = await hosts.Script("k8s-backup.sh", Store, cancellationToken, ["restore", "--snapshot", "one", .. where]);
        restored.ExitCode.ShouldBe(0, $"a damaged member is not restored: {restored.StandardOutput}{restored.StandardError}");
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
        await hosts.Succeeds(Certs, Front, cancellationToken, "--name", "apiserver");
        await hosts.StartControlPlane(cancellationToken);
        var (first, serial) = await Served(hosts, cancellationToken);
        first.ShouldBeLessThan(TimeProvider.System.GetUtcNow().AddMinutes(15).UtcDateTime);

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = Requests(hosts, stop.Token);
        await hosts.Set("certificate_seconds", "7776000", cancellationToken);
        await hosts.Succeeds(Certs, Front, cancellationToken, "--name", "apiserver");
        (await File.ReadAllTextAsync(hosts.In(Front, "/etc/systemd/system/k8s-certs-changed.path"), cancellationToken))
            .ShouldContain($"PathChanged={hosts.Own("apiserver.crt")}\n", customMessage: "nothing watches the API server's certificate");
        await hosts.Succeeds("k8s-apply-certs.sh", Front, cancellationToken, "--wait", "90");
        var (renewed, other) = await Served(hosts, cancellationToken);
        await stop.CancelAsync();
        var (requests, failed) = await asking;
        other.ShouldNotBe(serial, "the API server serves the old certificate");
        renewed.ShouldBeGreaterThan(TimeProvider.System.GetUtcNow().AddDays(80).UtcDateTime);
        requests.ShouldBeGreaterThan(20);
        failed.ShouldBeEmpty($"failed requests of {requests}");
        TestContext.Out.WriteLine($"{requests} requests during the renewal, {failed.Count} failed.");
    }

    /// <summary>The expiry and serial number of the API server's current certificate.</summary>
    private static async Task<(DateTime End, string Serial)> Served(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var shown = await LocalProgram.Run(
            "sh", ["-c", $"openssl s_client -connect {hosts.Api["https://".Length..]} </dev/null 2>/dev/null | openssl x509"],
            cancellationToken);
        shown.ShouldSucceed();
        using var served = X509Certificate2.CreateFromPem(shown.StandardOutput);
        return (served.NotAfter.ToUniversalTime(), served.SerialNumber);
    }

    /// <summary>Sends requests until cancelled, each on a new connection that only trusts the host's root CAs.</summary>
    internal static Task<(int Requests, IReadOnlyList<string> Failed)> Requests(
        KubernetesHosts hosts, CancellationToken cancellationToken) =>
        Requests(hosts.Api, hosts.Own("ca.crt"), TimeSpan.FromMilliseconds(20), cancellationToken);

    /// <param name="roots">The file with the client's root CAs.</param>
    internal static async Task<(int Requests, IReadOnlyList<string> Failed)> Requests(
        string server, string roots, TimeSpan pause, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero };
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(roots);
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(5) };
        var (requests, failed) = (0, new List<string>());
        await foreach (var _ in Pace.Every(pause, TimeSpan.FromMinutes(30), TimeProvider.System, CancellationToken.None))
        {
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }

            requests++;
            try
            {
                using var answer = await client.GetAsync(new Uri(server + "/readyz"), CancellationToken.None);
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

    /// <summary>Damages the first two pages of etcd's file while it is stopped, so that it cannot start.</summary>
    private static async Task Damage(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.Service(Store, "stop", Unit, cancellationToken);
        await using (var file = File.OpenWrite(hosts.In(Store, "/var/lib/globular/etcd/member/snap/db")))
        {
            await file.WriteAsync(new byte[8192], cancellationToken);
        }

        await hosts.Service(Store, "start", Unit, cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(30), async token =>
            (await hosts.Service(Store, "is-active", Unit, token)).ExitCode.ShouldNotBe(0, "etcd runs with a damaged file"),
            "etcd ends", cancellationToken);
        (await hosts.Script("k8s-health.sh", Store, cancellationToken)).StandardOutput.ShouldContain("FAULT etcd");
    }
}
