using System.Security.Cryptography.X509Certificates;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>Pebble, Let's Encrypt's small ACME server, on the loopback address. It uses one DNS server for all challenges.</summary>
internal sealed class LocalAcme : IDisposable
{
    private readonly string folder = RunSession.NewFolder("acme");
    private readonly int port = LocalProgram.FreePort();
    private readonly LocalProgram server;

    /// <param name="pebble">The path of Pebble.</param>
    /// <param name="dnsPort">The port of the DNS server on the loopback address.</param>
    public LocalAcme(string pebble, int dnsPort)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddHours(-1), now.AddDays(1));
        File.WriteAllText(In("cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(In("key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(In("pebble.json"), $$"""
            {"pebble": {"listenAddress": "127.0.0.1:{{port}}", "managementListenAddress": "127.0.0.1:{{LocalProgram.FreePort()}}",
              "certificate": "{{In("cert.pem")}}", "privateKey": "{{In("key.pem")}}", "httpPort": 1, "tlsPort": 1} }
            """);
        server = LocalProgram.Start(
            pebble,
            ["-config", In("pebble.json"), "-dnsserver", $"127.0.0.1:{dnsPort}"],
            folder,
            // Without its random delays and rejections.
            new Dictionary<string, string> { ["PEBBLE_VA_NOSLEEP"] = "1", ["PEBBLE_WFE_NONCEREJECT"] = "0" });
    }

    public string Output => server.Output;

    /// <summary>Requests a certificate with lego, whose solver for DNS updates is the origin of cert-manager's.</summary>
    /// <param name="lego">The path of lego.</param>
    /// <param name="name">The name.</param>
    /// <param name="update">The update for the challenge.</param>
    /// <returns>lego's result, and the certificate; null if it got none.</returns>
    public async Task<(BufferedCommandResult Result, X509Certificate2? Certificate)> Request(
        string lego, string name, SignedUpdate update, CancellationToken cancellationToken)
    {
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            () => server.Output.ShouldContain("Listening on: "),
            "Pebble listens",
            cancellationToken);
        var accounts = In($"lego-{Guid.NewGuid():N}");
        var result = await LocalProgram.Run(lego,
        [
            "--server", $"https://127.0.0.1:{port}/dir", "--accept-tos",
            "--email", "platform@example.com", "--path", accounts, "--dns", "rfc2136", "--dns.resolvers", update.Server,
            // Otherwise it would query the servers of the NS records, on port 53.
            "--dns.disable-cp", "--domains", name, "run",
        ], cancellationToken, new Dictionary<string, string?>
        {
            ["LEGO_CA_CERTIFICATES"] = In("cert.pem"),
            ["RFC2136_NAMESERVER"] = update.Server,
            ["RFC2136_TSIG_KEY"] = update.KeyName,
            ["RFC2136_TSIG_ALGORITHM"] = $"{update.Algorithm}.",
            ["RFC2136_TSIG_SECRET"] = update.Secret,
            ["RFC2136_PROPAGATION_TIMEOUT"] = "5",
            ["RFC2136_POLLING_INTERVAL"] = "1",
        });
        var file = Path.Combine(accounts, "certificates", $"{name}.crt");
        return (result, File.Exists(file) ? X509CertificateLoader.LoadCertificateFromFile(file) : null);
    }

    public void Dispose()
    {
        server.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private string In(string file) => Path.Combine(folder, file);
}

/// <summary>The parameters of a DNS update, as in nsupdate.</summary>
/// <param name="Server">Address and port.</param>
/// <param name="KeyName">The key's name.</param>
/// <param name="Algorithm">Such as hmac-sha256.</param>
/// <param name="Secret">The key, base64.</param>
internal sealed record SignedUpdate(string Server, string KeyName, string Algorithm, string Secret)
{
    /// <summary>Sends lines to a zone with knsupdate.</summary>
    public async Task<BufferedCommandResult> Send(string program, string zone, string lines, CancellationToken cancellationToken)
    {
        var folder = RunSession.NewFolder("update");
        var key = Path.Combine(folder, "key");
        await File.WriteAllTextAsync(key, $"{Algorithm}:{KeyName}:{Secret}\n", cancellationToken);
        var script = $"server {Server.Replace(':', ' ')}\nzone {zone}.\n{lines}\nsend\n";
        var result = await Cli.Wrap(program).WithArguments(["-k", key]).WithStandardInputPipe(PipeSource.FromString(script))
            .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(cancellationToken);
        Directory.Delete(folder, recursive: true);
        return result;
    }
}
