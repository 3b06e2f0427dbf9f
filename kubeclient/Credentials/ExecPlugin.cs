namespace PlatformGitOps.KubeClient.Credentials;

/// <summary>The command of a kubeconfig user's <c>exec</c> section.</summary>
/// <remarks>Arguments and variables may hold secrets, so this is no record: nothing prints them.</remarks>
public sealed class ExecPlugin
{
    public required string ApiVersion { get; init; }
    public required string Command { get; init; }
    public IReadOnlyList<string> Arguments { get; init; } = [];
    public IReadOnlyList<KeyValuePair<string, string>> Environment { get; init; } = [];
    public string? InstallHint { get; init; }
}
