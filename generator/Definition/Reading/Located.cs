using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>A value and where it stands; for a default, where it would stand.</summary>
internal sealed record Located<T>(T Value, Position Position);
