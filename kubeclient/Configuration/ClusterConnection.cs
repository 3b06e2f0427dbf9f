using System.Security.Cryptography.X509Certificates;
using PlatformGitOps.KubeClient.Credentials;

namespace PlatformGitOps.KubeClient.Configuration;

/// <summary>Everything needed to talk to one API server.</summary>
public sealed class ClusterConnection
{
    public required Uri Server { get; init; }

    /// <summary>The namespace of the context, or of the pod; "default" when neither says.</summary>
    public string Namespace { get; init; } = "default";

    /// <summary>The roots that are trusted; empty means the machine's own.</summary>
    public X509Certificate2Collection CertificateAuthorities { get; init; } = [];

    /// <summary>The server's certificate is not looked at: only what a kubeconfig says in so many words.</summary>
    public bool SkipTlsVerification { get; init; }

    /// <summary>The name the certificate must carry when it differs from the address.</summary>
    public string? TlsServerName { get; init; }

    public Uri? Proxy { get; init; }

    public required ICredentialSource Credentials { get; init; }

    /// <summary>The time a new connection may take, TLS included.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The time a request other than a watch or exec may take, with its answer.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public ClusterConnection With(TimeSpan requestTimeout) => new()
    {
        Server = Server,
        Namespace = Namespace,
        CertificateAuthorities = CertificateAuthorities,
        SkipTlsVerification = SkipTlsVerification,
        TlsServerName = TlsServerName,
        Proxy = Proxy,
        Credentials = Credentials,
        ConnectTimeout = ConnectTimeout,
        RequestTimeout = requestTimeout,
    };
}
