namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>true or false.</summary>
public sealed record SwitchShape : Shape;
