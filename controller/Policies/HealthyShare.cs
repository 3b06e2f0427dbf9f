using System.Globalization;

namespace PlatformGitOps.Controller.Policies;

/// <summary>How many endpoints must stay: a number, or a share of all, rounded up. Never less than one.</summary>
public readonly record struct HealthyShare(int? Count, int? Percent)
{
    public static HealthyShare Half { get; } = new(null, 50);

    public int Of(int total) => Math.Max(1, Count ?? (((total * (Percent ?? 50)) + 99) / 100));

    public static bool TryParse(string text, out HealthyShare share)
    {
        var percent = text.EndsWith('%');
        var digits = percent ? text[..^1] : text;
        var parsed = int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        share = percent ? new HealthyShare(null, number) : new HealthyShare(number, null);
        return parsed && number >= 0 && (!percent || number <= 100);
    }

    public override string ToString() => Count?.ToString(CultureInfo.InvariantCulture) ?? $"{Percent}%";
}
