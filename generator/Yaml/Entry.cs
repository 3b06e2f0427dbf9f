namespace PlatformGitOps.Generator.Yaml;

/// <summary>One key of a mapping with its value.</summary>
/// <param name="Key">The key's text.</param>
/// <param name="Value">What the key holds.</param>
public sealed record Entry(string Key, Node Value)
{
    /// <summary>Where the key begins.</summary>
    public Position KeyPosition { get; init; } = Position.None;

    /// <summary>A line of its own above the key, without the <c>#</c>; null for none.</summary>
    public string? Comment { get; init; }
}
