namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>
/// What may stand at a place of the definition. The reader and the JSON Schema are both made from the same shapes, so they cannot part.
/// </summary>
public abstract record Shape;
