namespace PlatformGitOps.Acceptance.Ports;

/// <summary>How a cluster is reached: a kubeconfig file and the name of a context in it.</summary>
public sealed record KubeContext(string ConfigFile, string Name);
