using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using PlatformGitOps.KubeClient.Configuration;
using PlatformGitOps.KubeClient.Credentials;
using PlatformGitOps.KubeClient.Json;

namespace PlatformGitOps.KubeClient;

/// <summary>Sends requests with the connection's credential and turns refusals into <see cref="ApiException"/>.</summary>
internal sealed class ApiTransport : IDisposable
{
    // An error body is a Status object; anything longer comes from something that is not an API server.
    private const int MaxErrorBody = 64 * 1024;

    private readonly ClusterConnection _connection;
    private readonly HttpMessageInvoker _invoker;
    private X509Certificate2? _certificate;

    public ApiTransport(ClusterConnection connection)
    {
        _connection = connection;
        _invoker = new HttpMessageInvoker(CreateHandler(connection));
    }

    public HttpMessageInvoker Invoker => _invoker;

    public void Dispose() => _invoker.Dispose();

    public Uri Address(string pathAndQuery) => new(_connection.Server.AbsoluteUri.TrimEnd('/') + pathAndQuery);

    public async ValueTask<Credential> CredentialAsync(bool refresh, CancellationToken cancellationToken)
    {
        var credential = await _connection.Credentials.GetAsync(refresh, cancellationToken);
        _certificate = credential.Certificate;
        return credential;
    }

    /// <summary>Sends; a 401 is answered once with a fresh credential, because tokens rotate. Anything but 2xx throws.</summary>
    public async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        for (var refresh = false; ; refresh = true)
        {
            using var request = create();
            var credential = await CredentialAsync(refresh, cancellationToken);
            if (credential.BearerToken is { } token)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            request.Headers.Host = _connection.TlsServerName;
            request.Version = HttpVersion.Version20;
            request.VersionPolicy = HttpVersionPolicy.RequestVersionOrLower;
            var response = await _invoker.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return response;
            }

            using (response)
            {
                if (response.StatusCode != HttpStatusCode.Unauthorized || refresh)
                {
                    throw await FailureAsync(request, response, cancellationToken);
                }
            }
        }
    }

    internal static ApiException Failure(string what, StatusBody status)
    {
        var code = (HttpStatusCode)(status.Code ?? 500);
        TimeSpan? retryAfter = status.Details?.RetryAfterSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null;
        return new ApiException(code, status.Reason ?? code.ToString(), $"{what}: {(int)code} {status.Message ?? status.Reason}", retryAfter);
    }

    private static async Task<ApiException> FailureAsync(
        HttpRequestMessage request, HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var what = $"{request.Method} {request.RequestUri?.AbsolutePath}";
        var status = await ReadStatusAsync(response, cancellationToken);
        var failure = Failure(what, status with { Code = (int)response.StatusCode });
        var header = response.Headers.RetryAfter?.Delta;
        return header is null ? failure : new ApiException(failure.Status, failure.Reason, failure.Message, header);
    }

    private static async Task<StatusBody> ReadStatusAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var nothing = new StatusBody { Reason = response.StatusCode.ToString(), Message = response.ReasonPhrase };
        try
        {
            await response.Content.LoadIntoBufferAsync(MaxErrorBody, cancellationToken);
            await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
            var status = await JsonSerializer.DeserializeAsync(stream, KubeJson.Default.StatusBody, cancellationToken);
            return status ?? nothing;
        }
        catch (Exception e) when (e is JsonException or HttpRequestException or IOException)
        {
            return nothing;
        }
    }

    [SuppressMessage("Security", "CA5359", Justification = "only on the kubeconfig's own word, insecure-skip-tls-verify")]
    private SocketsHttpHandler CreateHandler(ClusterConnection connection)
    {
        var tls = new SslClientAuthenticationOptions();
        tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => _certificate!;
        if (connection.SkipTlsVerification)
        {
            tls.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        }
        else if (connection.CertificateAuthorities.Count > 0)
        {
            tls.CertificateChainPolicy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                // Cluster CAs publish no revocation lists.
                RevocationMode = X509RevocationMode.NoCheck,
            };
            tls.CertificateChainPolicy.CustomTrustStore.AddRange(connection.CertificateAuthorities);
        }

        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = connection.Proxy is not null,
            Proxy = connection.Proxy is null ? null : new WebProxy(connection.Proxy),
            ConnectTimeout = connection.ConnectTimeout,
            SslOptions = tls,
            AutomaticDecompression = DecompressionMethods.GZip,
            // A connection whose peer went away without a word is found by ping, not by the next request's time-out.
            KeepAlivePingDelay = TimeSpan.FromSeconds(5),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(5),
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            EnableMultipleHttp2Connections = true,
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
        };
    }
}
