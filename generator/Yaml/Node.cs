using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>A YAML value, read from a file (then it knows its position) or made to be written.</summary>
public abstract record Node
{
    public Position Position { get; init; } = Position.None;

    /// <summary>A null text is no node, which leaves its key out of a mapping.</summary>
    [return: NotNullIfNotNull(nameof(text))]
    public static implicit operator Node?(string? text) => text is null ? null : new Scalar(text) { IsText = true };

    public static implicit operator Node(int number) => new Scalar(number.ToString(CultureInfo.InvariantCulture));

    public static implicit operator Node(bool value) => new Scalar(value ? "true" : "false");

    /// <summary>The file that it was read from; empty where the generator made it. Kept through merges, where a file alone does not tell.</summary>
    public string File { get; init; } = "";
}
