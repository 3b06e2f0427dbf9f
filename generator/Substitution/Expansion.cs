namespace PlatformGitOps.Generator.Substitution;

/// <summary>A substituted text, or why there is none.</summary>
public sealed record Expansion(string Text, TemplateFault? Fault);
