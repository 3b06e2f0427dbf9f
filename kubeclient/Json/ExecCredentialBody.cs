namespace PlatformGitOps.KubeClient.Json;

/// <summary>What a credential plugin prints (client.authentication.k8s.io/v1 and v1beta1).</summary>
internal sealed class ExecCredentialBody
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ExecCredentialStatus? Status { get; init; }
}
