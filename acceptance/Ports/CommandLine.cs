namespace PlatformGitOps.Acceptance.Ports;

/// <summary>One call of a program; arguments are passed as they are, no shell in between.</summary>
public sealed record CommandLine(string Program, params IReadOnlyList<string> Arguments)
{
    /// <summary>Added to the environment of this process; a null value removes the variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public string? WorkingDirectory { get; init; }

    /// <summary>Written to the program's standard input, which is then closed.</summary>
    public string? Input { get; init; }

    /// <summary>A non-zero exit code is an answer and not a failure.</summary>
    public bool AnyExitCode { get; init; }

    /// <summary>Called for each line of standard output and standard error as it comes.</summary>
    public Action<string>? OnLine { get; init; }

    public override string ToString() => string.Join(' ', Arguments.Prepend(Program).Select(Quoted));

    private static string Quoted(string argument) =>
        argument.Length > 0 && !argument.Any(char.IsWhiteSpace) ? argument : $"'{argument}'";
}
