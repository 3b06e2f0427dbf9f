using System.Text;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>A cluster with nothing but what its network and its <c>dns</c> say.</summary>
internal static class DnsDefinition
{
    /// <summary>Reads the keys of <paramref name="dns"/>, in braces or without them, and the lines of <paramref name="more"/> behind
    /// them.</summary>
    public static Cluster Read(string dns, string more = "") => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(
        "repository: { url: https://github.com/example/platform.git }\nclusters:\n  - name: infra\n    network: " +
        "{ pods: 10.244.0.0/16, services: 10.245.0.0/16 }\n    dns: " +
        (dns.Length == 0 ? "{}" : dns.StartsWith('{') ? dns : "{ " + dns + " }") + "\n" + more)) switch
    {
        PlatformReading.Sound sound => sound.Platform.Clusters[0],
        PlatformReading.Refused refused => throw new InvalidDataException(string.Join('\n', refused.Findings)),
        _ => throw new InvalidDataException(dns),
    };
}
