using System.Globalization;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>Times that were measured, shortest first.</summary>
internal sealed record Distribution(IReadOnlyList<TimeSpan> Times)
{
    public static Distribution Of(IEnumerable<TimeSpan> times) => new([.. times.Order()]);

    /// <summary>The part that was no longer than this.</summary>
    public double Share(TimeSpan within) => Times.Count(time => time <= within) / (double)Times.Count;

    /// <summary>The shortest time that so large a part did not exceed (nearest rank).</summary>
    public TimeSpan Quantile(double share) => Times[Math.Max(0, (int)Math.Ceiling(share * Times.Count) - 1)];

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"median {Quantile(0.5).TotalSeconds:0.0} s, 90 % {Quantile(0.9).TotalSeconds:0.0} s, longest {Times[^1].TotalSeconds:0.0} s [{string.Join(' ', Times.Select(time => time.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)))}]");
}
