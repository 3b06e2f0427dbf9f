using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>One of these words.</summary>
public sealed record ChoiceShape(ImmutableArray<string> Words) : Shape;
