using System.Text.RegularExpressions;

namespace PlatformGitOps.Generator.Tools;

/// <summary>How a program ended.</summary>
public sealed partial record ToolResult
{
    private const int TailLength = 2000;

    public required string Program { get; init; }

    public required int ExitCode { get; init; }

    public required string Output { get; init; }

    public required string Error { get; init; }

    /// <summary>True when it did not end in time and was ended with everything that it had started.</summary>
    public bool TimedOut { get; init; }

    public bool Succeeded => ExitCode == 0 && !TimedOut;

    /// <summary>For people: the program, how it ended and the last that it said, without the credentials of any address.</summary>
    public string Explain() => $"{Program} {(TimedOut ? "did not end in time" : $"ended with {ExitCode}")}: {Credentials().Replace(Tail(Error), "$1***@")}";

    private static string Tail(string text) => text.Trim() is var said && said.Length > TailLength ? "..." + said[^TailLength..] : said;

    [GeneratedRegex(@"(://)[^/@\s]+@", RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();
}
