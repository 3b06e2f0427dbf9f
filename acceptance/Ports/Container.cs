namespace PlatformGitOps.Acceptance.Ports;

/// <param name="Addresses">Network name to the container's IPv4 address in it; empty while the container is down.</param>
/// <param name="Ports">Container port such as <c>6443/tcp</c> to the port on the host.</param>
public sealed record Container(
    string Id,
    string Name,
    string Image,
    bool Running,
    IReadOnlyDictionary<string, string> Labels,
    IReadOnlyDictionary<string, string> Addresses,
    IReadOnlyDictionary<string, int> Ports);
