namespace PlatformGitOps.KubeClient.Configuration;

/// <summary>The kubeconfig, or what it points to, cannot be used; the message says which file and why.</summary>
public sealed class KubeConfigException(string message) : Exception(message);
