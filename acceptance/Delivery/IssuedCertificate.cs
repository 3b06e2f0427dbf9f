using System.Security.Cryptography.X509Certificates;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>A certificate for one of the suite's servers and its CA, as PEM.</summary>
public sealed record IssuedCertificate(string Authority, string Certificate, string Key)
{
    private const string ForServers = "1.3.6.1.5.5.7.3.1";

    /// <param name="server">The server's name, in one word.</param>
    /// <param name="host">The host name or address that clients use.</param>
    public static IssuedCertificate Make(string server, string host)
    {
        var (from, to) = (TimeProvider.System.GetUtcNow().AddHours(-1), TimeProvider.System.GetUtcNow().AddDays(365));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Authority of the acceptance suite", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = authority.CreateSelfSigned(from, to);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={server} of the acceptance suite", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (IPAddress.TryParse(host, out var address))
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(host);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(new OidCollection { new Oid(ForServers) }, false));
        using var certificate = request.Create(issuer, from, to.AddDays(-1), RandomNumberGenerator.GetBytes(8));
        return new(issuer.ExportCertificatePem(), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }
}
