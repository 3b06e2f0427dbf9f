namespace PlatformGitOps.Generator.Emission;

/// <summary>A file of the tree before it is written.</summary>
/// <param name="Path">Relative to the repository's root, with forward slashes.</param>
/// <param name="Text">The whole text, UTF-8 without a byte order mark when written.</param>
public sealed record GeneratedFile(string Path, string Text);
