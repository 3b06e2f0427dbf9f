using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>A prober's whole log, and what is missing from it.</summary>
public sealed record ProbeJournal
{
    public ProbeStart? Start { get; init; }

    public IReadOnlyList<ProbeAttempt> Attempts { get; init; } = [];

    public ProbeEnd? End { get; init; }

    /// <summary>Why figures of this journal would be too good; empty when it is whole. A log with holes must not count as one without losses.</summary>
    public IReadOnlyList<string> Gaps
    {
        get
        {
            var gaps = new List<string>();
            if (Start is null)
            {
                gaps.Add("the log has no beginning");
            }

            if (End is null)
            {
                gaps.Add("the log has no end: the prober was killed, or its log was cut");
            }
            else if (End.Attempts != Attempts.Count)
            {
                gaps.Add($"the prober counted {End.Attempts} attempts, its log has {Attempts.Count}");
            }

            return gaps;
        }
    }

    public static ProbeJournal Read(IEnumerable<string> lines)
    {
        var read = lines.Select(ProbeLog.TryRead).OfType<ProbeLine>().ToArray();
        return new ProbeJournal
        {
            Start = read.Select(l => l.Start).FirstOrDefault(s => s is not null),
            Attempts = [.. read.Select(l => l.Attempt).OfType<ProbeAttempt>()],
            End = read.Select(l => l.End).LastOrDefault(e => e is not null),
        };
    }
}
