namespace PlatformGitOps.KubeClient.Credentials;

/// <summary>A credential that stands in the kubeconfig itself.</summary>
public sealed class FixedCredential(Credential credential) : ICredentialSource
{
    public ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken) => ValueTask.FromResult(credential);
}
