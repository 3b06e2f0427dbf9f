using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>An answer of a DNS pod that reached a node and no client, as its connection tracking entry shows it.</summary>
/// <param name="At">When the entry was last refreshed, to the second: by the answer, or by a later one of the same pod and socket.</param>
public sealed record StrayAnswer(string Pod, string Client, int Port, DateTimeOffset At)
{
    /// <summary>What the kernel keeps an entry without a reply for (nf_conntrack_udp_timeout); listings count down from it.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(30);

    /// <summary>An answer comes soon after its query; listings have whole seconds.</summary>
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan After = TimeSpan.FromSeconds(1);

    /// <summary>Pod, client and port: one entry, however often it is seen.</summary>
    public string Flow => $"{Pod} to {Client} port {Port}";

    /// <summary>
    /// Whether this is the answer that the attempt waited for in vain. The port alone does not say that: a socket that stays open has the
    /// same one for hours, and other clients may have it too.
    /// </summary>
    public bool Answers(ProbeAttempt attempt, IReadOnlySet<string> clientAddresses) =>
        attempt.Port == Port && clientAddresses.Contains(Client) && attempt.At >= At - Before && attempt.At <= At + After;
}
