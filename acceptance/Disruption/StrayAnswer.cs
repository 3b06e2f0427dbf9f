using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>An answer of a DNS pod that reached a node but no client, from its connection tracking entry.</summary>
/// <param name="At">When the entry was last refreshed, in seconds: by the answer, or by a later one of the same pod and socket.</param>
public sealed record StrayAnswer(string Pod, string Client, int Port, DateTimeOffset At)
{
    /// <summary>The kernel's time-out of an entry without a reply (nf_conntrack_udp_timeout); listings count down from it.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    /// <summary>An answer arrives soon after its query; listings are in whole seconds.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    /// <summary>Pod, client and port: they identify the entry.</summary>
    public string Flow => $"{Pod} to {Client} port {Port}";

    /// <summary>
    /// True if this is the answer that the attempt did not get. The port alone is not enough: an open socket keeps its port for hours, and
    /// other clients may use the same number.
    /// </summary>
    public bool Answers(ProbeAttempt attempt, IReadOnlySet<string> clientAddresses) =>
        attempt.Port == Port && clientAddresses.Contains(Client) && attempt.At >= At - Before && attempt.At <= At + After;
}
