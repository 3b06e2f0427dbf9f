using System.Collections.Concurrent;

namespace PlatformGitOps.Generator.Flux;

/// <summary>
/// Regular expressions as Go's RE2 reads them: linear in time, without look-around and back references. Flux, kustomize and Prometheus
/// use them.
/// </summary>
public static partial class GoRegex
{
    /// <summary>One pattern is in many rules and asked for several times in each, and its automaton is expensive to make.</summary>
    private static readonly ConcurrentDictionary<string, Regex?> Made = new(StringComparer.Ordinal);

    /// <summary>A pattern that has to match a whole text; null if the pattern is not valid.</summary>
    public static Regex? Whole(string pattern) => Create($@"\A(?:{pattern})\z");

    /// <summary>A pattern that matches anywhere; null if the pattern is not valid.</summary>
    public static Regex? Create(string pattern) => Made.GetOrAdd(pattern, Make);

    private static Regex? Make(string pattern)
    {
        try
        {
            return new Regex(Translated().Replace(pattern, InNet),
                RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    /// <summary>Named groups and Unicode classes of one letter, which .NET writes otherwise.</summary>
    private static string InNet(Match match) => match.Value switch
    {
        "(?P<" => "(?<",
        [.. var start, 'p' or 'P', var letter] when start == "\\" => $"\\{match.Value[1]}{{{letter}}}",
        var other => other,
    };

    [GeneratedRegex(@"\\[pP][A-Z]|\\.|\(\?P<", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Translated();
}
