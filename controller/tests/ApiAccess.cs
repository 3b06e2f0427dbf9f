using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using k8s;
using k8s.Exceptions;

namespace PlatformGitOps.Controller.Tests;

/// <summary>Tokens, TLS, kubeconfigs and time limits of the API connection.</summary>
public sealed class ApiAccess : ClusterFixture
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("kubeconfig-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task A_rotated_token_is_read_again_after_401()
    {
        var file = Write("token", "old-token\n");
        var accepted = "old-token";
        Server.Intercept = async context =>
        {
            if (context.Request.Headers.Authorization == $"Bearer {accepted}")
            {
                return false;
            }

            await context.WriteStatusAsync(401, "Unauthorized", "Unauthorized");
            return true;
        };
        var connection = Connection();
        connection.Configuration.TokenProvider = new TokenFile(file, TimeProvider.System);
        using var client = new ApiClient(connection, TimeProvider.System);
        await ListAsync(client);

        accepted = "new-token";
        Write("token", "new-token\n");
        await ListAsync(client);

        Server.Log.Count.ShouldBe(3, "the second list is tried twice");
    }

    [Test]
    public async Task A_refused_token_is_in_no_message()
    {
        Server.Intercept = async context =>
        {
            await context.WriteStatusAsync(401, "Unauthorized", "Unauthorized");
            return true;
        };
        var connection = Connection();
        connection.Configuration.AccessToken = "s3cr3t";
        using var client = new ApiClient(connection, TimeProvider.System);

        var failure = await Should.ThrowAsync<ApiException>(() => ListAsync(client));

        failure.Status.ShouldBe(HttpStatusCode.Unauthorized);
        failure.Message.ShouldBe("GET /api/v1/pods: 401 Unauthorized");
        failure.ToString().ShouldNotContain("s3cr3t");
    }

    [TestCase("127.0.0.1", null, true)]
    [TestCase("somewhere.else", null, false)]
    [TestCase("kubernetes.default", "kubernetes.default", true)]
    public async Task The_name_in_the_certificate_must_be_the_servers_or_the_kubeconfigs(string name, string? expected, bool accepted)
    {
        using var certificate = Certificate(name);
        await using var server = await FakeApiServer.StartAsync(certificate);
        var tls = expected is null ? "" : $", tls-server-name: {expected}";
        using var client = new ApiClient(
            Load(Config("token: abc", $"certificate-authority-data: {Base64(certificate.ExportCertificatePem())}{tls}", server.Address)),
            TimeProvider.System);

        await (accepted ? ListAsync(client) : Should.ThrowAsync<HttpRequestException>(() => ListAsync(client)));
    }

    [Test]
    public async Task An_unknown_authority_is_refused_unless_verification_is_off()
    {
        using var certificate = Certificate("127.0.0.1");
        using var other = Certificate("127.0.0.1");
        await using var server = await FakeApiServer.StartAsync(certificate);
        var authority = $"certificate-authority-data: {Base64(other.ExportCertificatePem())}";
        using var strict = new ApiClient(Load(Config("token: abc", authority, server.Address)), TimeProvider.System);
        using var lenient = new ApiClient(
            Load(Config("token: abc", "insecure-skip-tls-verify: true", server.Address)), TimeProvider.System);

        await Should.ThrowAsync<HttpRequestException>(() => ListAsync(strict));
        await ListAsync(lenient);
    }

    [Test]
    public void The_first_of_two_kubeconfigs_wins_and_its_context_sets_the_namespace()
    {
        var first = Write(
            "first", "apiVersion: v1\nkind: Config\ncurrent-context: test\nclusters:\n- name: c\n  cluster: {server: 'https://first:1'}\n");
        var second = Write("second", Config("token: abc"));

        var connection = ApiConnection.FromFiles([first, second, Path.Combine(_folder, "missing")], null);

        connection.Server.Host.ShouldBe("first");
        connection.Namespace.ShouldBe("shop");
        connection.Configuration.AccessToken.ShouldBe("abc");
    }

    [TestCase(
        "token: abc", "certificate-authority-data: bm90aGluZw==", null, "certificate-authority-data of cluster 'c' has no certificate")]
    [TestCase("{token: abc, as: admin}", "insecure-skip-tls-verify: true", null, "impersonation (as, as-groups), which is not supported")]
    [TestCase("{token: abc, as-groups: ['system:masters']}", "insecure-skip-tls-verify: true", null, "impersonation (as, as-groups)")]
    [TestCase("token: abc", "insecure-skip-tls-verify: true", "TEST", "context 'TEST' does not exist. Contexts: test.")]
    [TestCase("token: [s3cr3t", "insecure-skip-tls-verify: true", null, "is not valid YAML: line ")]
    public void An_unsafe_or_invalid_kubeconfig_is_refused(string user, string cluster, string? context, string message)
    {
        var failure = Should.Throw<KubeConfigException>(() => ApiConnection.FromFiles([Write("config", Config(user, cluster))], context));

        failure.Message.ShouldContain(message);
        failure.Message.ShouldNotContain("s3cr3t");
    }

    [Test]
    public void A_missing_kubeconfig_is_named() =>
        Should.Throw<KubeConfigException>(() => ApiConnection.FromFiles(["/nowhere/config"], null)).Message
            .ShouldBe("no kubeconfig found: /nowhere/config");

    [Test]
    public async Task A_plugin_gives_the_token()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("the plugin of this test is a shell script; run it on Linux or macOS");
            return;
        }

        const string answer =
            """{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"from-plugin"}}""";
        var plugin = Write("plugin", $"#!/bin/sh\necho '{answer}'\n");
        File.SetUnixFileMode(plugin, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var user = $"exec: {{apiVersion: client.authentication.k8s.io/v1, command: {plugin}}}";

        var header = await Load(Config(user)).Configuration.TokenProvider.GetAuthenticationHeaderAsync(Limit);

        header.Parameter.ShouldBe("from-plugin");
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_missing_or_stalled_response_is_a_timeout(bool headers)
    {
        Server.Intercept = async context =>
        {
            if (headers)
            {
                context.Response.ContentLength = 1000;
                await context.Response.Body.WriteAsync("{\"items\":"u8.ToArray(), Limit);
                await context.Response.Body.FlushAsync(Limit);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
            return true;
        };
        var connection = new ApiConnection { Configuration = Connection().Configuration, RequestTimeout = TimeSpan.FromMilliseconds(300) };
        using var client = new ApiClient(connection, TimeProvider.System);

        (await Should.ThrowAsync<TimeoutException>(() => ListAsync(client))).Message.ShouldBe("no answer from the API server within 0.3 s");
    }

    [Test]
    public async Task A_connection_attempt_can_time_out_and_cancellation_is_not_a_timeout()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var connection = new ApiConnection
        {
            Configuration = new KubernetesClientConfiguration { Host = $"https://{listener.LocalEndpoint}" },
            ConnectTimeout = TimeSpan.FromMilliseconds(300),
        };
        using var client = new ApiClient(connection, TimeProvider.System);
        (await Should.ThrowAsync<TimeoutException>(() => ListAsync(client))).Message.ShouldBe(
            "no connection to the API server within 0.3 s");

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => ListAsync(client, cancelled.Token));
    }

    private async Task ListAsync(ApiClient client, CancellationToken? cancellationToken = null) => await client.CallAsync(
        (api, token) => api.CoreV1.ListPodForAllNamespacesAsync(cancellationToken: token), cancellationToken ?? Limit);

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Config(string user, string cluster = "insecure-skip-tls-verify: true", Uri? server = null) => $$"""
        apiVersion: v1
        kind: Config
        current-context: test
        clusters:
        - name: c
          cluster: {server: "{{server ?? new Uri("https://api.test:6443")}}", {{cluster}} }
        contexts:
        - name: test
          context: {cluster: c, user: u, namespace: shop}
        users:
        - name: u
          user:
            {{user}}
        """;

    private ApiConnection Load(string text) => ApiConnection.FromFiles([Write("config", text)], null);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static X509Certificate2 Certificate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=test", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(name, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(name);
        }

        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }
}
