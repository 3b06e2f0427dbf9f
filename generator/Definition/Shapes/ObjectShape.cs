using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>A mapping with these keys and no others.</summary>
public sealed record ObjectShape(ImmutableArray<Key> Keys) : Shape
{
    /// <summary>True where a cluster's own mapping replaces the defaults' as a whole instead of key by key.</summary>
    public bool Whole { get; init; }

    public Key? this[string name] => Keys.FirstOrDefault(key => key.Name == name);
}
