using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A server in the place of a substrate's discovery: it keeps what it is asked over TLS, and answers with one status.</summary>
internal sealed class RegistrationListener : IDisposable
{
    private readonly TcpListener listener;
    private readonly SslStreamCertificateContext context;
    private readonly Task answering;

    /// <param name="certificate">The path of its certificate and key without their endings; null for one that nobody signed.</param>
    public RegistrationListener(string address, string? certificate, int port = 10016)
    {
        var chain = new X509Certificate2Collection();
        if (certificate is not null)
        {
            chain.ImportFromPemFile($"{certificate}.crt");
        }

        context = SslStreamCertificateContext.Create(
            certificate is null ? Unsigned(address) : X509Certificate2.CreateFromPemFile($"{certificate}.crt", $"{certificate}.key"),
            chain, offline: true);
        listener = new TcpListener(IPAddress.Parse(address), port);
        listener.Start();
        Url = string.Create(CultureInfo.InvariantCulture, $"https://{address}:{port}");
        answering = Answer();
    }

    public string Url { get; }

    public int Status { get; set; } = 200;

    /// <summary>The first line, the type of the content and the body of each request.</summary>
    public List<(string Line, string Type, string Body)> Requests { get; } = [];

    public void Dispose()
    {
        listener.Stop();
        answering.Wait(TimeSpan.FromSeconds(5));
        listener.Dispose();
    }

    private async Task Answer()
    {
        while (true)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync();
                await using var stream = new SslStream(client.GetStream());
                await stream.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = context });
                await Take(stream);
            }
            catch (Exception exception) when (exception is AuthenticationException or IOException)
            {
                // A client that does not trust it.
            }
            catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
            {
                return;
            }
        }
    }

    private async Task Take(SslStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var (line, type, length) = (await reader.ReadLineAsync() ?? "", "", 0);
        while (await reader.ReadLineAsync() is { Length: > 0 } header)
        {
            var (name, value) = header.Split(": ", 2) is [var key, var rest] ? (key.ToUpperInvariant(), rest) : ("", "");
            type = name == "CONTENT-TYPE" ? value : type;
            length = name == "CONTENT-LENGTH" ? int.Parse(value, CultureInfo.InvariantCulture) : length;
        }

        var body = new char[length];
        await reader.ReadBlockAsync(body);
        Requests.Add((line, type, new string(body)));
        await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"HTTP/1.1 {Status} Answer\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")));
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
