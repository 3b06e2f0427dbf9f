using System.Text.Json.Serialization;

namespace PlatformGitOps.Dns.Client;

/// <summary>How a question reaches the server; each meets a different part of the path when a server pod goes away.</summary>
public enum DnsTransportKind
{
    /// <summary>A new UDP socket, and so a new source port and conntrack entry, for each question: what glibc and musl do.</summary>
    [JsonStringEnumMemberName("udp-fresh")]
    FreshUdp,

    /// <summary>One connected UDP socket for all questions: its conntrack entry, or Cilium's translation at connect, outlives the pod it
    /// leads to.</summary>
    [JsonStringEnumMemberName("udp-reused")]
    ReusedUdp,

    /// <summary>A new TCP connection for each question.</summary>
    [JsonStringEnumMemberName("tcp")]
    Tcp,
}
