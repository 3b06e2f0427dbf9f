namespace PlatformGitOps.KubeClient.Credentials;

/// <summary>
/// A token in a file that somebody else rotates: the kubelet renews a projected service account token at 80 % of its life
/// (KEP-1205), so the file is read again every minute, and at once when the server answers 401.
/// </summary>
public sealed class TokenFileCredential(string path, TimeProvider time) : ICredentialSource
{
    private static readonly TimeSpan KeepFor = TimeSpan.FromMinutes(1);

    private (Credential Credential, long ReadAt)? _last;

    public async ValueTask<Credential> GetAsync(bool refresh, CancellationToken cancellationToken)
    {
        if (!refresh && _last is { } last && time.GetElapsedTime(last.ReadAt) < KeepFor)
        {
            return last.Credential;
        }

        var token = (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
        var credential = new Credential(token);
        _last = (credential, time.GetTimestamp());
        return credential;
    }
}
