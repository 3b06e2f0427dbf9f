using System.Security.Cryptography.X509Certificates;

namespace PlatformGitOps.KubeClient.Credentials;

/// <summary>What a request proves its sender with. A class whose ToString says nothing, so that no log line can hold a token.</summary>
public sealed class Credential(string? bearerToken, X509Certificate2? certificate = null)
{
    public static Credential None { get; } = new(null);

    public string? BearerToken { get; } = bearerToken;

    public X509Certificate2? Certificate { get; } = certificate;

    public override string ToString() => nameof(Credential);
}
