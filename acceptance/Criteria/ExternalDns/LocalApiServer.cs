namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>
/// An API server without nodes, with etcd and RBAC: enough for objects that External-DNS reads. Both only listen on the loopback address.
/// </summary>
internal sealed class LocalApiServer : IDisposable
{
    // For a server that only exists during the test, on the loopback address.
    private const string Token = "acceptance";

    private readonly string folder = RunSession.NewFolder("api");
    private readonly int port = LocalProgram.FreePort();
    private LocalProgram? etcd;
    private LocalProgram? server;

    public KubernetesApi Api { get; private set; } = null!;

    public static async Task<LocalApiServer> Start(string etcd, string apiServer, CancellationToken cancellationToken)
    {
        var local = new LocalApiServer();
        try
        {
            await local.Run(etcd, apiServer, cancellationToken);
            return local;
        }
        catch
        {
            local.Dispose();
            throw;
        }
    }

    /// <summary>The kubeconfig of an administrator.</summary>
    public string AdminConfig => Path.Combine(folder, "kubeconfig");

    /// <summary>A kubeconfig for a ServiceAccount, by impersonation, so that only its rights apply.</summary>
    public string ConfigOf(string serviceAccount)
    {
        var file = Path.Combine(folder, $"kubeconfig-{serviceAccount}");
        File.WriteAllText(file, Config($"      as: system:serviceaccount:kube-system:{serviceAccount}"));
        return file;
    }

    /// <summary>The same with a token, for programs that cannot impersonate.</summary>
    public string ConfigByToken(string serviceAccount)
    {
        var file = Path.Combine(folder, $"kubeconfig-token-{serviceAccount}");
        File.WriteAllText(file, Config("").Replace($"token: {Token}\n", $"token: {Token}-{serviceAccount}\n")
            .Replace("      user: admin\n", "      user: admin\n      namespace: kube-system\n"));
        return file;
    }

    public void Dispose()
    {
        Api?.Dispose();
        server?.Dispose();
        etcd?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task Run(string etcdFile, string apiServerFile, CancellationToken cancellationToken)
    {
        var (clients, peers) = (Url("http", LocalProgram.FreePort()), Url("http", LocalProgram.FreePort()));
        etcd = LocalProgram.Start(etcdFile,
        [
            "--data-dir", Path.Combine(folder, "etcd"), "--listen-client-urls", clients, "--advertise-client-urls", clients,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers, "--initial-cluster", $"default={peers}",
        ], folder);
        using (var key = RSA.Create(2048))
        {
            await File.WriteAllTextAsync(Path.Combine(folder, "key.pem"), key.ExportRSAPrivateKeyPem(), cancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "tokens.csv"), $"""
            {Token},admin,admin,"system:masters"
            {Token}-geo-dns,system:serviceaccount:kube-system:geo-dns,geo-dns

            """, cancellationToken);
        server = LocalProgram.Start(apiServerFile,
        [
            $"--etcd-servers={clients}", "--bind-address=127.0.0.1",
            $"--secure-port={port}", $"--cert-dir={Path.Combine(folder, "certificates")}",
            $"--token-auth-file={Path.Combine(folder, "tokens.csv")}", "--authorization-mode=RBAC",
            $"--service-account-key-file={Path.Combine(folder, "key.pem")}",
            $"--service-account-signing-key-file={Path.Combine(folder, "key.pem")}",
            "--service-account-issuer=https://kubernetes.default.svc", "--service-cluster-ip-range=10.96.0.0/16",
        ], folder);
        await File.WriteAllTextAsync(AdminConfig, Config(""), cancellationToken);
        Api = KubernetesApi.Connect(new KubeContext(AdminConfig, "local"));
        await Eventually.Within(
            TimeSpan.FromMinutes(2),
            async token =>
            {
                (server.Runs && etcd.Runs).ShouldBeTrue($"it has ended: {server.Output.Split('\n').TakeLast(5).FirstOrDefault()}");
                foreach (var name in new[] { "kube-system", "default" })
                {
                    _ = await Api.Get(Resources.ResourceKind.Namespace.Named(name), token)
                        ?? throw new NotYetException($"the namespace {name} does not exist yet");
                }
            },
            "the API server answers",
            cancellationToken);
    }

    private string Config(string also) => $"""
        apiVersion: v1
        kind: Config
        clusters:
          - name: local
            cluster:
              server: "https://127.0.0.1:{port}"
              insecure-skip-tls-verify: true
        users:
          - name: admin
            user:
              token: {Token}
        {also}
        contexts:
          - name: local
            context:
              cluster: local
              user: admin
        current-context: local
        """;

    private static string Url(string scheme, int port) => $"{scheme}://127.0.0.1:{port}";
}
