using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PlatformGitOps.Controller.Probing;

/// <summary>
/// Probes HTTP, HTTPS and gRPC health. Each probe opens a connection, because a kept one shows nothing about new ones. No redirects,
/// proxies or cookies; at most 16 KB of headers; no HTTP body is read.
/// </summary>
internal sealed class HttpProbe(X509Certificate2Collection authorities) : IDisposable
{
    private const int MaxHeaderKilobytes = 16;
    private const int GrpcPrefix = 5;
    private const int MaxGrpcAnswer = 64;
    private const int GrpcServing = 1;

    private readonly HttpMessageInvoker _checked = new(Handler(verify: true, authorities));
    private readonly HttpMessageInvoker _unchecked = new(Handler(verify: false, authorities));

    public async Task<(bool Healthy, string Detail)> AskAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        using var request = Request(target, HttpMethod.Get, target.Path);
        request.Headers.ConnectionClose = true;
        using var response = await Invoker(target).SendAsync(request, cancellationToken);
        var status = (int)response.StatusCode;
        return (status is >= 200 and < 300, $"HTTP {status}");
    }

    /// <summary>
    /// grpc.health.v1 (grpc/grpc, doc/health-checking.md): field 1 of the request is the service, field 1 of the response its status.
    /// </summary>
    public async Task<(bool Healthy, string Detail)> AskGrpcAsync(ProbeTarget target, CancellationToken cancellationToken)
    {
        using var request = Request(target, HttpMethod.Post, "/grpc.health.v1.Health/Check");
        request.Version = HttpVersion.Version20;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Content = new ByteArrayContent(GrpcHealth.Request(target.GrpcService));
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await Invoker(target).SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.OK)
        {
            return (false, $"HTTP {(int)response.StatusCode}");
        }

        var buffer = new byte[GrpcPrefix + MaxGrpcAnswer];
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        var outcome = response.TrailingHeaders.TryGetValues("grpc-status", out var trailer) ? trailer.First()
            : response.Headers.TryGetValues("grpc-status", out var header) ? header.First()
            : "missing";
        return outcome != "0"
            ? (false, $"grpc-status {outcome}")
            : GrpcHealth.Status(buffer.AsSpan(0, length)) switch
            {
                GrpcServing => (true, "SERVING"),
                { } status => (false, $"health status {status}"),
                null => (false, "not a HealthCheckResponse"),
            };
    }

    public void Dispose()
    {
        _checked.Dispose();
        _unchecked.Dispose();
    }

    private HttpMessageInvoker Invoker(ProbeTarget target) => target.VerifyTls ? _checked : _unchecked;

    private static HttpRequestMessage Request(ProbeTarget target, HttpMethod method, string path)
    {
        var scheme = target.Scheme == ProbeScheme.Https ? "https" : "http";
        var request = new HttpRequestMessage(method, new Uri($"{scheme}://{target.Address}{path}"));
        request.Headers.Host = target.ServerName.Length > 0 ? target.ServerName : null;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("dns-health-controller", null));
        return request;
    }

    [SuppressMessage("Security", "CA5359", Justification = "only for Services with verify-tls: \"false\"")]
    private static SocketsHttpHandler Handler(bool verify, X509Certificate2Collection authorities)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseHeadersLength = MaxHeaderKilobytes,
            MaxResponseDrainSize = 0,
            PooledConnectionLifetime = TimeSpan.Zero,
            PooledConnectionIdleTimeout = TimeSpan.Zero,
            ActivityHeadersPropagator = null,
        };
        if (!verify)
        {
            handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        else if (authorities.Count > 0)
        {
            handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handler;
    }
}

/// <summary>The messages of grpc.health.v1, with gRPC's five-octet prefix (no compression, length).</summary>
internal static class GrpcHealth
{
    private const int Prefix = 5;
    private const byte ServiceField = (1 << 3) | 2;
    private const byte StatusField = (1 << 3) | 0;

    public static byte[] Request(string service)
    {
        var name = Encoding.UTF8.GetBytes(service);
        byte[] message = name.Length == 0 ? [] : [ServiceField, checked((byte)name.Length), .. name];
        var frame = new byte[Prefix + message.Length];
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(1), (uint)message.Length);
        message.CopyTo(frame, Prefix);
        return frame;
    }

    /// <summary>Null if this is not a HealthCheckResponse. Status zero (UNKNOWN) is omitted on the wire.</summary>
    public static int? Status(ReadOnlySpan<byte> frame)
    {
        if (frame.Length < Prefix || frame[0] != 0 || BinaryPrimitives.ReadUInt32BigEndian(frame[1..]) != frame.Length - Prefix)
        {
            return null;
        }

        return frame[Prefix..] switch
        {
            [] => 0,
            [StatusField, < 0x80 and var status] => status,
            _ => null,
        };
    }
}
