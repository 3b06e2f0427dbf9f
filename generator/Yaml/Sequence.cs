using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>A YAML sequence.</summary>
public sealed record Sequence(ImmutableArray<Node> Items) : Node
{
    public static Sequence Of(params IEnumerable<Node> items) => new([.. items]);
}
