namespace PlatformGitOps.Acceptance.Ports;

/// <param name="Arguments">Arguments of <c>k3s server</c>.</param>
public sealed record K3sSpec(string Name, string Image, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Labels);
