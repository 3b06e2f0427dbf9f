namespace PlatformGitOps.KubeClient.Credentials;

/// <summary>Where the credential of the next request comes from.</summary>
public interface ICredentialSource
{
    /// <param name="refresh">True after the server refused the last one (401): a kept credential must not be given again.</param>
    /// <param name="cancellationToken">Ends a plugin that is still running.</param>
    ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken);
}
