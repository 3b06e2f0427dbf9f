namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>The tree has not what a criterion looks at.</summary>
public sealed class MissingException(string what) : Exception(what);
