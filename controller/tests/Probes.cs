using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using PlatformGitOps.Dns.Messages;
using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Controller.Tests;

/// <summary>Each kind of probe against a real server of its kind.</summary>
public sealed class Probes
{
    private EndpointProber _prober = null!;

    [SetUp]
    public void MakeProber() => _prober = new EndpointProber(TimeProvider.System, TimeProvider.System.GetTimestamp());

    [TearDown]
    public void DropProber() => _prober.Dispose();

    [TestCase(200, true)]
    [TestCase(204, true)]
    [TestCase(302, false)]
    [TestCase(404, false)]
    [TestCase(500, false)]
    public async Task Http_is_healthy_only_with_2xx(int status, bool healthy)
    {
        await using var server = await ServeAsync(HttpProtocols.Http1, null, context =>
        {
            context.Response.StatusCode = context.Request is { Path.Value: "/ready", Host.Host: "web.shop.svc" } ? status : 599;
            return Task.CompletedTask;
        });

        var result = await AskAsync(server, new() { Path = "/ready?full=1", ServerName = "web.shop.svc" });

        result.ShouldBe((healthy, $"HTTP {status}"));
    }

    [TestCase(ProbeScheme.Http)]
    [TestCase(ProbeScheme.Https)]
    [TestCase(ProbeScheme.Tcp)]
    [TestCase(ProbeScheme.Grpc)]
    [TestCase(ProbeScheme.Dns)]
    public async Task An_IPv6_endpoint_is_probed(ProbeScheme scheme)
    {
        using var certificate = SelfSigned("web.shop.svc");
        using var prober = new EndpointProber(TimeProvider.System, TimeProvider.System.GetTimestamp(), [certificate]);
        await using var web = await ServeAsync(
            scheme == ProbeScheme.Grpc ? HttpProtocols.Http2 : HttpProtocols.Http1, scheme == ProbeScheme.Https ? certificate : null,
            context => scheme == ProbeScheme.Grpc ? ServingAsync(context) : Task.CompletedTask, IPAddress.IPv6Loopback);
        await using var dns = DnsServer.Start(
            new DnsServerOptions
            {
                Listen = new IPEndPoint(IPAddress.IPv6Loopback, 0),
                Zones = [Zone.Empty("cluster.local", TimeSpan.FromSeconds(1))],
            },
            TimeProvider.System);
        var port = scheme == ProbeScheme.Dns ? dns.EndPoint.Port : new Uri(web.Urls.First()).Port;
        var policy = new HealthPolicy { Scheme = scheme, ServerName = "web.shop.svc", DnsName = "x.cluster.local." };

        var result = await prober.ProbeAsync(
            ProbeTarget.From(policy, new IPEndPoint(IPAddress.IPv6Loopback, port)) with { Timeout = TimeSpan.FromSeconds(10) },
            CancellationToken.None);

        result.Healthy.ShouldBeTrue(result.Detail);
    }

    [Test]
    public async Task The_server_name_is_sent_in_SNI()
    {
        using var one = SelfSigned("one.example.com");
        using var other = SelfSigned("other.example.com");
        using var prober = new EndpointProber(TimeProvider.System, TimeProvider.System.GetTimestamp(), [one, other]);
        await using var server = await ServeAsync(
            HttpProtocols.Http1, null, _ => Task.CompletedTask, select: name => name == "one.example.com" ? one : other);

        foreach (var name in new[] { "one.example.com", "other.example.com", "other.example.com:8443" })
        {
            var result = await AskAsync(server, new() { Scheme = ProbeScheme.Https, ServerName = name }, prober);
            result.ShouldBe((true, "HTTP 200"), name);
        }
    }

    [Test]
    public async Task The_server_name_is_sent_as_gRPC_authority()
    {
        string? asked = null;
        await using var server = await ServeAsync(HttpProtocols.Http2, null, context =>
        {
            asked = context.Request.Host.Value;
            return ServingAsync(context);
        });

        (await AskAsync(server, new() { Scheme = ProbeScheme.Grpc, ServerName = "web.shop.svc" })).ShouldBe((true, "SERVING"));
        asked.ShouldBe("web.shop.svc");
    }

    [Test]
    public async Task The_detail_of_a_declared_address_does_not_show_its_response()
    {
        await using var server = await ServeAsync(HttpProtocols.Http1, null, context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        });

        (await AskAsync(server, new() { Removal = RemovalMethod.EndpointSlices })).ShouldBe((false, "unhealthy"));
        (await AskAsync(server, new())).ShouldBe((false, "HTTP 403"));
    }

    [TestCase("a b", "/")]
    [TestCase("web", "no path")]
    public async Task A_probe_that_cannot_be_sent_is_a_failure_and_an_internal_error(string name, string path)
    {
        var target = new ProbeTarget
        {
            Scheme = ProbeScheme.Http,
            Address = new IPEndPoint(IPAddress.Loopback, 1),
            Timeout = TimeSpan.FromSeconds(10),
            ServerName = name,
            Path = path,
        };

        (await _prober.ProbeAsync(target, CancellationToken.None)).Unexpected.ShouldNotBeNull();
        var late = await _prober.ProbeAsync(target with { Timeout = TimeSpan.FromHours(1300) }, CancellationToken.None);
        (late.Healthy, late.Detail).ShouldBe((false, "the probe failed: ArgumentOutOfRangeException"));
    }

    [Test]
    public async Task Too_large_headers_are_a_failure()
    {
        await using var server = await ServeAsync(HttpProtocols.Http1, null, context =>
        {
            for (var i = 0; i < 30; i++)
            {
                context.Response.Headers[$"x-{i}"] = new string('x', 1000);
            }

            return Task.CompletedTask;
        });

        (await AskAsync(server, new())).Healthy.ShouldBeFalse();
    }

    [TestCase(true, false)]
    [TestCase(false, true)]
    public async Task An_untrusted_certificate_is_refused_unless_verification_is_off(bool verify, bool healthy)
    {
        using var certificate = SelfSigned("web.shop.svc");
        await using var server = await ServeAsync(HttpProtocols.Http1, certificate, _ => Task.CompletedTask);

        var result = await AskAsync(server, new() { Scheme = ProbeScheme.Https, ServerName = "web.shop.svc", VerifyTls = verify });

        result.Healthy.ShouldBe(healthy, result.Detail);
    }

    [TestCase("web.shop.svc", true)]
    [TestCase("other.shop.svc", false)]
    public async Task A_certificate_must_contain_the_server_name(string name, bool healthy)
    {
        using var certificate = SelfSigned("web.shop.svc");
        using var prober = new EndpointProber(TimeProvider.System, TimeProvider.System.GetTimestamp(), [certificate]);
        await using var server = await ServeAsync(HttpProtocols.Http1, certificate, _ => Task.CompletedTask);

        var result = await AskAsync(server, new() { Scheme = ProbeScheme.Https, ServerName = name }, prober);

        result.Healthy.ShouldBe(healthy, result.Detail);
    }

    [TestCase(new byte[] { 0, 0, 0, 0, 2, 8, 1 }, "0", true, "SERVING")]
    [TestCase(new byte[] { 0, 0, 0, 0, 2, 8, 2 }, "0", false, "health status 2")]
    [TestCase(new byte[] { 0, 0, 0, 0, 0 }, "0", false, "health status 0")]
    [TestCase(new byte[] { }, "5", false, "grpc-status 5")]
    [TestCase(new byte[] { 1, 2, 3 }, "0", false, "not a HealthCheckResponse")]
    public async Task Grpc_calls_the_health_service(byte[] answer, string status, bool healthy, string detail)
    {
        byte[]? asked = null;
        await using var server = await ServeAsync(HttpProtocols.Http2, null, async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            asked = context.Request.Path == "/grpc.health.v1.Health/Check" ? body.ToArray() : null;
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(answer, context.RequestAborted);
            context.Response.AppendTrailer("grpc-status", status);
        });

        var result = await AskAsync(server, new() { Scheme = ProbeScheme.Grpc, GrpcService = "ab" });

        result.ShouldBe((healthy, detail));
        asked.ShouldBe([0, 0, 0, 0, 4, 10, 2, (byte)'a', (byte)'b']);
    }

    [TestCase(null, false, 10_000, true, "NXDOMAIN")]
    [TestCase(ResponseCode.ServerFailure, false, 10_000, false, "SERVFAIL")]
    [TestCase(ResponseCode.Refused, false, 10_000, false, "REFUSED")]
    [TestCase(null, true, 300, false, "no answer within 300ms", TestName = "Dns_waits_for_the_answer_to_its_own_question")]
    public async Task Dns_is_healthy_with_NOERROR_or_NXDOMAIN(
        ResponseCode? code, bool wrongId, int milliseconds, bool healthy, string detail)
    {
        var options = new DnsServerOptions
        {
            Zones = [Zone.Empty("cluster.local", TimeSpan.FromSeconds(1))],
            FaultFor = _ => new ServerFault { ResponseCode = code, WrongId = wrongId },
        };
        await using var server = DnsServer.Start(options, TimeProvider.System);
        var target = new ProbeTarget
        {
            Scheme = ProbeScheme.Dns,
            Address = server.EndPoint,
            Timeout = TimeSpan.FromMilliseconds(milliseconds),
            DnsName = "x.cluster.local.",
        };

        var result = await _prober.ProbeAsync(target, CancellationToken.None);

        (result.Healthy, result.Detail).ShouldBe((healthy, detail));
    }

    [Test]
    public async Task Tcp_is_healthy_if_a_connection_succeeds()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var target =
            new ProbeTarget { Scheme = ProbeScheme.Tcp, Address = (IPEndPoint)listener.LocalEndPoint!, Timeout = TimeSpan.FromSeconds(10) };

        (await _prober.ProbeAsync(target, CancellationToken.None)).Detail.ShouldBe("connection refused");
        listener.Listen();
        (await _prober.ProbeAsync(target, CancellationToken.None)).Healthy.ShouldBeTrue();
    }

    private static async Task ServingAsync(HttpContext context)
    {
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, 2, 8, 1 }, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static async Task<WebApplication> ServeAsync(
        HttpProtocols protocols, X509Certificate2? certificate, RequestDelegate answer, IPAddress? at = null,
        Func<string?, X509Certificate2>? select = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(options => options.Listen(at ?? IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = protocols;
            if (certificate is not null || select is not null)
            {
                listen.UseHttps(https => https.ServerCertificateSelector = (_, name) => select?.Invoke(name) ?? certificate);
            }
        }));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }

    private static X509Certificate2 SelfSigned(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddDnsName(name);
        request.CertificateExtensions.Add(alternatives.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
    }

    private async Task<(bool Healthy, string Detail)> AskAsync(WebApplication server, HealthPolicy policy, EndpointProber? prober = null)
    {
        var address = new Uri(server.Urls.First());
        var target = ProbeTarget.From(policy, new IPEndPoint(IPAddress.Loopback, address.Port)) with { Timeout = TimeSpan.FromSeconds(10) };
        var result = await (prober ?? _prober).ProbeAsync(target, CancellationToken.None);
        return (result.Healthy, result.Detail);
    }
}
