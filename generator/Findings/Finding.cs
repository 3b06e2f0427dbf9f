namespace PlatformGitOps.Generator.Findings;

/// <summary>The severity of a finding; only errors set the exit code to <see cref="Commands.ExitCode.Findings"/>.</summary>
public enum Severity
{
    Error,
    Warning,
    Note,
}

/// <summary>One thing that is wrong, where it is, and what to write instead.</summary>
public sealed record Finding
{
    /// <summary>The rule of an internal error; <c>lint.ignore</c> does not apply to it.</summary>
    public const string InternalError = "internal-error";

    /// <summary>A short stable id, for example <c>cidr-host-bits</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>The file as the user named it, with forward slashes.</summary>
    public required string File { get; init; }

    public Position Position { get; init; } = Position.None;

    public Severity Severity { get; init; }

    /// <summary>The name of the object or value in question, for rules that use the findings of others; null if none does.</summary>
    public string? Subject { get; init; }

    /// <summary>Further clusters with the same finding.</summary>
    public IReadOnlyList<string> AlsoIn { get; init; } = [];

    /// <summary>What is wrong, with the offending value; never a secret's text.</summary>
    public required string Message { get; init; }

    /// <summary>What to write or do instead.</summary>
    public required string Fix { get; init; }

    /// <summary>The format of compilers, so that editors can jump to it: <c>file:line:column: rule: message (fix)</c>.</summary>
    public override string ToString() => Painted(default);

    public string Painted(Ink ink)
    {
        var rule = Severity == Severity.Error ? ink.Red($"{Rule}:") : ink.Yellow($"{Rule}: {Word}:");
        return $"{ink.Bold(Position == Position.None ? $"{File}:" : $"{File}:{Position}:")} {rule} {Text}";
    }

    /// <summary>The severity in lower case, as other programs name it.</summary>
    public string Word => Severity.ToString().ToLowerInvariant();

    /// <summary>Message, fix, and the other clusters.</summary>
    public string Text => $"{Message} {Fix}" + AlsoIn.Count switch
    {
        0 => "",
        1 => $" And in cluster {AlsoIn[0]}.",
        <= 4 => $" And in {AlsoIn.Count} more clusters: {string.Join(", ", AlsoIn)}.",
        _ => $" And in {AlsoIn.Count} more clusters: {string.Join(", ", AlsoIn.Take(3))} ...",
    };
}
