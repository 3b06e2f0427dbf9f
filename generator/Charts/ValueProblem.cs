using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Charts;

/// <summary>A value that a chart does not read, or reads as something else.</summary>
/// <param name="Path">From the top of the values, with dots.</param>
/// <param name="Node">The value.</param>
/// <param name="Position">Where it, or its key, stands.</param>
/// <param name="Expected">What belongs there; null where nothing does.</param>
/// <param name="Siblings">The keys that are known beside an unknown one.</param>
public sealed record ValueProblem(string Path, Node Node, Position Position, string? Expected, IReadOnlyList<string> Siblings);
