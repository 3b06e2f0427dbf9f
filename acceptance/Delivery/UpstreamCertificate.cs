using System.Security.Cryptography.X509Certificates;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// The TLS certificate of the suite's upstream, for the definition's server name. Its CA is not among the public ones in CoreDNS's image,
/// so the pods get it.
/// </summary>
public sealed record UpstreamCertificate(string Authority, string Certificate, string Key)
{
    /// <summary>The Secret in kube-system with the CA.</summary>
    private const string Secret = "acceptance-upstream-ca";

    private const string Folder = "/etc/acceptance-upstream-ca";

    private const string AuthorityFile = "ca.crt";

    private const string CertificateFile = "tls.crt";

    private const string KeyFile = "tls.key";

    /// <summary>Go programs read the CAs from this file instead of the image's.</summary>
    private const string TrustVariable = "SSL_CERT_FILE";

    /// <summary>The files of the upstream's pods.</summary>
    public IReadOnlyDictionary<string, string> Files => new Dictionary<string, string>
    {
        [AuthorityFile] = Authority,
        [CertificateFile] = Certificate,
        [KeyFile] = Key,
    };

    /// <summary>The certificate of an earlier run on a kept cluster, whose DNS pods already trust its CA, or a new one.</summary>
    public static async Task<UpstreamCertificate> Of(KubernetesApi api, string name, CancellationToken cancellationToken) =>
        await api.Get(ResourceKind.Secret.Named(UpstreamDns.Name, UpstreamDns.Namespace), cancellationToken) is { } kept
            && Read(kept) is { } earlier && earlier.IsFor(name) ? earlier : Make(name);

    public static UpstreamCertificate Make(string name)
    {
        var (authority, certificate, key) = IssuedCertificate.Make("Upstream", name);
        return new(authority, certificate, key);
    }

    /// <summary>True if it is for the name, and valid for at least another day.</summary>
    public bool IsFor(string name)
    {
        using var certificate = X509Certificate2.CreateFromPem(Certificate);
        return certificate.MatchesHostname(name) && certificate.NotAfter > TimeProvider.System.GetLocalNow().AddDays(1).DateTime;
    }

    /// <summary>The Secret with the CA, for the pods of CoreDNS.</summary>
    public Resource Trust() => new(new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Secret",
        ["metadata"] = new JsonObject { ["name"] = Secret, ["namespace"] = "kube-system" },
        ["stringData"] = new JsonObject { [AuthorityFile] = Authority },
    });

    /// <summary>Helm values with which the pods trust the CA, merged into the definition's.</summary>
    public static Mapping Trusting(Mapping values) => values
        .Set("env", Sequence.Of(
        [
            .. values.MappingsAt("env").Where(variable => variable.TextAt("name") != TrustVariable),
            new Mapping { { "name", TrustVariable }, { "value", $"{Folder}/{AuthorityFile}" } },
        ]))
        .Set("extraSecrets", Sequence.Of(
        [
            .. values.ItemsAt("extraSecrets"),
            new Mapping { { "name", Secret }, { "mountPath", Folder }, { "defaultMode", Convert.ToInt32("444", 8) } },
        ]));

    private static UpstreamCertificate? Read(Resource secret)
    {
        return Of(AuthorityFile) is { } authority && Of(CertificateFile) is { } certificate && Of(KeyFile) is { } key
            ? new(authority, certificate, key) : null;

        string? Of(string file) => (string?)secret.Document["data"]?[file] is { } text
            ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;
    }
}
