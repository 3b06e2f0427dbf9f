using System.Globalization;
using System.Text.RegularExpressions;

namespace PlatformGitOps.Controller.Policies;

/// <summary>Durations as Kubernetes objects write them: <c>500ms</c>, <c>10s</c>, <c>1m30s</c>, <c>2h</c>.</summary>
public static partial class Durations
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        var match = Form().Match(text);
        if (!match.Success)
        {
            return false;
        }

        foreach (var (unit, factor) in Units)
        {
            if (match.Groups[unit] is { Success: true } group)
            {
                duration += factor * double.Parse(group.Value, CultureInfo.InvariantCulture);
            }
        }

        return true;
    }

    public static string Format(TimeSpan duration) => duration.TotalSeconds >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{duration.TotalSeconds:0.###}s")
        : string.Create(CultureInfo.InvariantCulture, $"{duration.TotalMilliseconds:0}ms");

    private static readonly (string Unit, TimeSpan Factor)[] Units =
    [
        ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1)), ("ms", TimeSpan.FromMilliseconds(1)),
    ];

    [GeneratedRegex(
        @"^(?=\d)((?<h>\d{1,4})h)?((?<m>\d{1,4})m(?!s))?((?<s>\d{1,6}(\.\d{1,3})?)s)?((?<ms>\d{1,8})ms)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
