namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>How far another machine's clock is ahead of the suite's, and how well that is known.</summary>
public sealed record ClockOffset(TimeSpan Ahead, TimeSpan Uncertainty)
{
    /// <summary>Nodes that are containers on the suite's own machine read the suite's own clock.</summary>
    public static ClockOffset Same { get; } = new(TimeSpan.Zero, TimeSpan.Zero);

    /// <summary>
    /// Marzullo's and NTP's way (RFC 5905 section 8): the other clock was read between <c>Asked</c> and <c>Answered</c>,
    /// so the sample with the shortest trip bounds it best, and half that trip is the uncertainty.
    /// </summary>
    public static ClockOffset Estimate(IReadOnlyList<(DateTimeOffset Asked, DateTimeOffset Read, DateTimeOffset Answered)> samples)
    {
        var (asked, read, answered) = samples.MinBy(s => s.Answered - s.Asked);
        var half = (answered - asked) / 2;
        return new ClockOffset(read - (asked + half), half);
    }
}
