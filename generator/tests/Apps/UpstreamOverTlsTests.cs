using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The answers of the real CoreDNS with a TLS server, and the server names that it accepts.</summary>
public sealed class UpstreamOverTlsTests
{
    private const string Name = "dns.example";

    private static readonly StubResolver Client = new(new StubOptions { Attempts = 1 }, TimeProvider.System);

    [TestCase(Name, AttemptOutcome.Ok)]
    [TestCase("other.example", AttemptOutcome.ServerFailure, Description = "the certificate is for another name")]
    [CancelAfter(60_000)]
    public async Task A_server_is_asked_over_TLS_by_its_name(string serverName, AttemptOutcome outcome, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        using var certificate = Certificate();
        var authorities = folder.Write("ca.crt", certificate.ExportCertificatePem());
        await using var plain = DnsServer.Start(new DnsServerOptions
        {
            Zones = [Zone.Empty("corp.example.com", TimeSpan.FromSeconds(30)).With("www", IPAddress.Parse("192.0.2.10"))],
        }, TimeProvider.System);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Serve(listener, certificate, plain.EndPoint, end.Token);
        var cluster = DnsDefinition.Read(
            $"stubDomains: {{ corp.example.com: {{ servers: ['tls://192.0.2.1:8853'], serverName: {serverName} }} }}");
        using var coreDns = await RunningCoreDns.Start(
            cluster, authorities, cancellationToken, ("192.0.2.1:8853", (IPEndPoint)listener.LocalEndpoint));
        coreDns.Serves.ShouldBeTrue(coreDns.Output);

        await using var transport = new FreshUdpTransport(coreDns.Server);
        var query = DnsMessage.Query(1, new Question(DnsName.Parse("www.corp.example.com"), RecordType.A));
        var answer = (await Client.AskAsync(transport, query, cancellationToken)).Final;

        answer.Outcome.ShouldBe(outcome);
        await end.CancelAsync();
        await serving;
    }

    /// <summary>A TLS proxy before a TCP server: both have the same bytes in their streams (RFC 7858).</summary>
    private static async Task Serve(
        TcpListener listener, X509Certificate2 certificate, IPEndPoint server, CancellationToken cancellationToken)
    {
        var connections = new List<Task>();
        try
        {
            while (true)
            {
                connections.Add(Connect(await listener.AcceptTcpClientAsync(cancellationToken)));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }

        async Task Connect(TcpClient client)
        {
            using (client)
            using (var behind = new TcpClient())
            await using (var stream = new SslStream(client.GetStream()))
            {
                try
                {
                    await stream.AuthenticateAsServerAsync(
                        new SslServerAuthenticationOptions { ServerCertificate = certificate }, cancellationToken);
                    await behind.ConnectAsync(server, cancellationToken);
                    await Task.WhenAny(
                        stream.CopyToAsync(behind.GetStream(), cancellationToken),
                        behind.GetStream().CopyToAsync(stream, cancellationToken));
                }
                catch (Exception exception) when (exception is IOException or OperationCanceledException
                    or System.Security.Authentication.AuthenticationException)
                {
                    // A client that does not trust the certificate closes the connection.
                }
            }
        }
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }
}
