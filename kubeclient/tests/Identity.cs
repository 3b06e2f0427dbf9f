using System.Net;
using System.Security.Cryptography.X509Certificates;
using PlatformGitOps.KubeClient.Configuration;
using PlatformGitOps.KubeClient.Credentials;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;
using PlatformGitOps.KubeClient.Testing;

namespace PlatformGitOps.KubeClient.Tests;

public sealed class Identity : ApiServerFixture
{
    [Test]
    public async Task A_token_that_was_rotated_is_read_again_after_401()
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, $"token-{Guid.NewGuid():N}");
        await File.WriteAllTextAsync(file, "old-token\n", Limit);
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
        using var client = new KubernetesClient(Server.Connection(new TokenFileCredential(file, TimeProvider.System)), TimeProvider.System);
        await client.ListAsync(Resources.Pods, null, ListQuery.All, Limit);

        accepted = "new-token";
        await File.WriteAllTextAsync(file, "new-token\n", Limit);
        await client.ListAsync(Resources.Pods, null, ListQuery.All, Limit);

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
        var connection = Server.Connection(new FixedCredential(new Credential("s3cr3t")));
        using var client = new KubernetesClient(connection, TimeProvider.System);

        var failure = await Should.ThrowAsync<ApiException>(() => client.ListAsync(Resources.Pods, null, ListQuery.All, Limit));

        failure.Status.ShouldBe(HttpStatusCode.Unauthorized);
        failure.ToString().ShouldNotContain("s3cr3t");
        new Credential("s3cr3t").ToString().ShouldNotContain("s3cr3t");
    }

    [Test]
    public async Task A_server_whose_certificate_carries_another_name_is_refused()
    {
        using var certificate = Certificates.Server("somewhere.else");
        await using var server = await FakeApiServer.StartAsync(certificate);
        using var client = new KubernetesClient(server.Connection(), TimeProvider.System);

        await Should.ThrowAsync<HttpRequestException>(() => client.ListAsync(Resources.Pods, null, ListQuery.All, Limit));
    }

    [Test]
    public async Task A_server_of_an_unknown_authority_is_refused()
    {
        using var certificate = Certificates.Server("127.0.0.1");
        using var other = Certificates.Server("127.0.0.1");
        await using var server = await FakeApiServer.StartAsync(certificate);
        using var client = new KubernetesClient(Trusting(server, other, false, null), TimeProvider.System);

        await Should.ThrowAsync<HttpRequestException>(() => client.ListAsync(Resources.Pods, null, ListQuery.All, Limit));
    }

    [Test]
    public async Task The_name_the_kubeconfig_gives_is_the_name_that_counts()
    {
        using var certificate = Certificates.Server("kubernetes.default");
        await using var server = await FakeApiServer.StartAsync(certificate);
        using var client = new KubernetesClient(Trusting(server, certificate, false, "kubernetes.default"), TimeProvider.System);

        (await client.ListAsync(Resources.Pods, null, ListQuery.All, Limit)).Items.ShouldBeEmpty();
    }

    [Test]
    public async Task Verification_is_skipped_only_when_told_so()
    {
        using var certificate = Certificates.Server("somewhere.else");
        await using var server = await FakeApiServer.StartAsync(certificate);
        using var client = new KubernetesClient(Trusting(server, null, true, null), TimeProvider.System);

        (await client.ListAsync(Resources.Pods, null, ListQuery.All, Limit)).Items.ShouldBeEmpty();
    }

    private static ClusterConnection Trusting(FakeApiServer server, X509Certificate2? authority, bool skip, string? name) => new()
    {
        Server = server.Address,
        CertificateAuthorities = authority is null ? [] : [authority],
        SkipTlsVerification = skip,
        TlsServerName = name,
        Credentials = new FixedCredential(Credential.None),
    };
}
