using System.Security.Cryptography.X509Certificates;
using System.Text;
using PlatformGitOps.KubeClient.Configuration;

namespace PlatformGitOps.KubeClient.Tests;

public sealed class KubeConfigs
{
    private string _folder = null!;

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("kubeconfig-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public async Task The_current_context_names_cluster_user_and_namespace()
    {
        var connection = Load(Config("token: abc")).Connect(TimeProvider.System);

        connection.Server.ShouldBe(new Uri("https://api.test:6443"));
        connection.Namespace.ShouldBe("shop");
        connection.Proxy.ShouldBeNull();
        (await connection.Credentials.GetAsync(false, CancellationToken.None)).BearerToken.ShouldBe("abc");
    }

    [Test]
    public void Of_two_files_the_first_that_names_something_wins()
    {
        var first = Write("first", "apiVersion: v1\ncurrent-context: test\nclusters:\n- name: c\n  cluster: {server: 'https://first:1'}\n");
        var second = Write("second", Config("token: abc"));

        KubeConfig.Load([first, second]).Connect(TimeProvider.System).Server.Host.ShouldBe("first");
    }

    [Test]
    public void A_missing_context_is_told_with_those_there_are()
    {
        var failure = Should.Throw<KubeConfigException>(() => Load(Config("token: abc")).Connect(TimeProvider.System, "prod"));

        failure.Message.ShouldBe("no context 'prod'; there are: test");
    }

    [Test]
    public async Task A_token_file_is_relative_to_the_kubeconfig_and_wins_over_a_token()
    {
        Write("token", "from-file\n");

        var connection = Load(Config("token: abc\n    tokenFile: token")).Connect(TimeProvider.System);

        (await connection.Credentials.GetAsync(false, CancellationToken.None)).BearerToken.ShouldBe("from-file");
    }

    [Test]
    public async Task Client_certificates_come_inline_or_from_files()
    {
        using var certificate = Certificates.Server("me");
        var pem = certificate.ExportCertificatePem();
        using var key = certificate.GetECDsaPrivateKey()!;
        var keyPem = key.ExportPkcs8PrivateKeyPem();
        Write("me.crt", pem);
        Write("me.key", keyPem);

        var files = Load(Config("client-certificate: me.crt\n    client-key: me.key")).Connect(TimeProvider.System);
        var inline = Load(Config($"client-certificate-data: {Base64(pem)}\n    client-key-data: {Base64(keyPem)}")).Connect(TimeProvider.System);

        foreach (var connection in new[] { files, inline })
        {
            var credential = await connection.Credentials.GetAsync(false, CancellationToken.None);
            credential.Certificate!.Thumbprint.ShouldBe(certificate.Thumbprint);
            credential.Certificate.HasPrivateKey.ShouldBeTrue();
        }
    }

    [Test]
    public async Task A_plugin_is_run_with_its_arguments_and_its_credential_kept_until_it_runs_out()
    {
        Plugin("""echo run >> "$RUNS"; echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$1'"}}'""");
        var runs = Path.Combine(_folder, "runs");
        var exec = $"exec: {{apiVersion: client.authentication.k8s.io/v1, command: ./plugin, args: [xyz], env: [{{name: RUNS, value: {runs}}}]}}";

        var credentials = Load(Config(exec)).Connect(TimeProvider.System).Credentials;

        (await credentials.GetAsync(false, CancellationToken.None)).BearerToken.ShouldBe("xyz");
        (await credentials.GetAsync(false, CancellationToken.None)).BearerToken.ShouldBe("xyz");
        File.ReadAllLines(runs).Length.ShouldBe(1);
        await credentials.GetAsync(true, CancellationToken.None);
        File.ReadAllLines(runs).Length.ShouldBe(2);
    }

    [Test]
    public async Task A_plugin_that_prints_garbage_is_told_without_quoting_it()
    {
        Plugin("echo not-json-but-s3cr3t");

        var credentials = Load(Config("exec: {command: ./plugin}")).Connect(TimeProvider.System).Credentials;

        var failure = await Should.ThrowAsync<KubeConfigException>(() => credentials.GetAsync(false, CancellationToken.None).AsTask());
        failure.Message.ShouldNotContain("s3cr3t");
    }

    [Test]
    public async Task A_plugin_that_is_not_installed_is_told_with_its_hint()
    {
        var credentials = Load(Config("exec: {command: ./nowhere, installHint: get it there}")).Connect(TimeProvider.System).Credentials;

        var failure = await Should.ThrowAsync<KubeConfigException>(() => credentials.GetAsync(false, CancellationToken.None).AsTask());
        failure.Message.ShouldContain("get it there");
    }

    [Test]
    public void Broken_yaml_is_told_by_place_and_not_by_text()
    {
        var failure = Should.Throw<KubeConfigException>(() => Load("users:\n- {token: s3cr3t\n  ]"));

        failure.Message.ShouldContain("line ");
        failure.Message.ShouldNotContain("s3cr3t");
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Config(string user) => $$"""
        apiVersion: v1
        kind: Config
        current-context: test
        clusters:
        - name: c
          cluster: {server: "https://api.test:6443", insecure-skip-tls-verify: true}
        contexts:
        - name: test
          context: {cluster: c, user: u, namespace: shop}
        users:
        - name: u
          user:
            {{user}}
        """;

    private KubeConfig Load(string text) => KubeConfig.Load([Write("config", text)]);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private void Plugin(string body)
    {
        var path = Write("plugin", $"#!/bin/sh\n{body}\n");
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("the plugin of this test is a shell script; run it on Linux or macOS");
        }
        else
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
