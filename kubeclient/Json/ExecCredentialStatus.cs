namespace PlatformGitOps.KubeClient.Json;

/// <remarks>A class, not a record: a record would print the token in its ToString.</remarks>
internal sealed class ExecCredentialStatus
{
    public string? Token { get; init; }
    public string? ClientCertificateData { get; init; }
    public string? ClientKeyData { get; init; }
    public DateTimeOffset? ExpirationTimestamp { get; init; }
}
