namespace PlatformGitOps.Generator.Substitution;

/// <summary>Why a text cannot be substituted.</summary>
/// <param name="Offset">Where in the text, in characters.</param>
/// <param name="Reason">A clause without a full stop; it names variables, never their values.</param>
public sealed record TemplateFault(int Offset, string Reason);
