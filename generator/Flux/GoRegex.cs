using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Flux;

/// <summary>
/// Regular expressions as Go's RE2 reads them: linear in time, without look-around and back references. Flux, kustomize and Prometheus
/// use them.
/// </summary>
public static class GoRegex
{
    /// <summary>A pattern that has to match a whole text; null if the pattern is not valid.</summary>
    public static Regex? Whole(string pattern) => Create($@"\A(?:{pattern})\z");

    /// <summary>A pattern that matches anywhere; null if the pattern is not valid.</summary>
    public static Regex? Create(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }
}
