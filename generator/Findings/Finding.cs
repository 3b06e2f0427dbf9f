using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Findings;

/// <summary>One thing that is wrong, where it stands, and what to write instead.</summary>
public sealed record Finding
{
    /// <summary>A short stable id, for example <c>cidr-host-bits</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>The file as the user named it, with forward slashes.</summary>
    public required string File { get; init; }

    public Position Position { get; init; } = Position.None;

    /// <summary>What is wrong, with the offending value; never a secret's text.</summary>
    public required string Message { get; init; }

    /// <summary>What to write or do instead.</summary>
    public required string Fix { get; init; }

    /// <summary>As compilers print it, so that editors can jump: <c>file:line:column: rule: message (fix)</c>.</summary>
    public override string ToString() => Painted(default);

    public string Painted(Ink ink) =>
        $"{ink.Bold(Position == Position.None ? $"{File}:" : $"{File}:{Position}:")} {ink.Red($"{Rule}:")} {Message} {Fix}";
}
