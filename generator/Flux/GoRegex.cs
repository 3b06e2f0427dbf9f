using System.Collections.Concurrent;

namespace PlatformGitOps.Generator.Flux;

/// <summary>
/// Go's RE2 regular expressions: linear time, no look-around, no back references. Flux, kustomize and Prometheus use them.
/// </summary>
public static partial class GoRegex
{
    /// <summary>Many rules use the same pattern several times, and building its automaton is slow.</summary>
    private static readonly ConcurrentDictionary<string, Regex?> Made = new(StringComparer.Ordinal);

    /// <summary>A pattern that must match the whole text; null if it is invalid.</summary>
    public static Regex? Whole(string pattern) => Create($@"\A(?:{pattern})\z");

    /// <summary>A pattern that may match anywhere; null if it is invalid.</summary>
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

    /// <summary>Named groups and one-letter Unicode classes, which .NET writes differently.</summary>
    private static string InNet(Match match) => match.Value switch
    {
        "(?P<" => "(?<",
        [.. var start, 'p' or 'P', var letter] when start == "\\" => $"\\{match.Value[1]}{{{letter}}}",
        var other => other,
    };

    [GeneratedRegex(@"\\[pP][A-Z]|\\.|\(\?P<", RegexOptions.Singleline | RegexOptions.CultureInvariant)]
    private static partial Regex Translated();
}
