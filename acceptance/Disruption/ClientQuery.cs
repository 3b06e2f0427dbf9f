using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>One question as a client of a stub resolver lives it: all its attempts, and what it got in the end.</summary>
public sealed record ClientQuery
{
    /// <summary>When its first attempt was sent, on its node's clock.</summary>
    public required DateTimeOffset At { get; init; }

    public required DnsTransportKind Via { get; init; }

    public required string Name { get; init; }

    public required AttemptOutcome Outcome { get; init; }

    /// <summary>What the client waited, over all attempts.</summary>
    public required TimeSpan Elapsed { get; init; }

    public required int Attempts { get; init; }

    /// <summary>Attempts that got no answer of their own.</summary>
    public required int LostPackets { get; init; }

    public string? AnsweredBy { get; init; }

    /// <summary>Probed names exist, so anything but an answer with records is a failure that the client sees.</summary>
    public bool Failed => Outcome != AttemptOutcome.Ok;

    /// <summary>The client got its answer, but not at the first attempt.</summary>
    public bool Retried => !Failed && Attempts > 1;

    public bool Disturbed => Failed || Attempts > 1;

    public static ClientQuery Of(IEnumerable<ProbeAttempt> attempts)
    {
        var all = attempts.OrderBy(a => a.Attempt).ToArray();
        return new ClientQuery
        {
            At = all[0].At,
            Via = all[0].Via,
            Name = all[0].Name,
            Outcome = all[^1].Outcome,
            Elapsed = TimeSpan.FromMicroseconds(all.Sum(a => a.Micros)),
            Attempts = all.Length,
            LostPackets = all.Count(a => a.Outcome is AttemptOutcome.Timeout or AttemptOutcome.Mismatch or AttemptOutcome.Unreachable),
            AnsweredBy = all[^1].By,
        };
    }
}
