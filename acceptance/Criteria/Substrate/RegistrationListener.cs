using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A stand-in for a substrate's discovery service: records requests over TLS, and answers with one status.</summary>
internal sealed class RegistrationListener : IAsyncDisposable
{
    private const int Port = 10016;

    private WebApplication? web;

    private RegistrationListener(string address) => Url = $"https://{address}:{Port}";

    public string Url { get; }

    public int Status { get; set; } = StatusCodes.Status200OK;

    /// <summary>The request line, content type and body of each request.</summary>
    public List<(string Line, string Type, string Body)> Requests { get; } = [];

    /// <param name="certificate">The path of its certificate and key without extension; null for a self-signed one.</param>
    public static async Task<RegistrationListener> Start(string address, string? certificate, CancellationToken cancellationToken)
    {
        var chain = new X509Certificate2Collection();
        if (certificate is not null)
        {
            chain.ImportFromPemFile($"{certificate}.crt");
        }

        var listener = new RegistrationListener(address);
        listener.web = await LocalWeb.Start(address, Port, listener.Take, cancellationToken, new HttpsConnectionAdapterOptions
        {
            ServerCertificate = certificate is null ? Unsigned(address)
                : X509Certificate2.CreateFromPemFile($"{certificate}.crt", $"{certificate}.key"),
            ServerCertificateChain = chain,
        });
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        if (web is not null)
        {
            await web.DisposeAsync();
        }
    }

    private async Task Take(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        Requests.Add(($"{context.Request.Method} {context.Request.Path} {context.Request.Protocol}", context.Request.ContentType ?? "",
            await reader.ReadToEndAsync(context.RequestAborted)));
        context.Response.StatusCode = Status;
    }

    private static X509Certificate2 Unsigned(string address)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=discovery", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddHours(-1), now.AddHours(1));
    }
}
