namespace PlatformGitOps.Generator.Plan;

/// <summary>Git could not be asked, or did not know the answer; the message is for people.</summary>
internal sealed class GitException(string message) : Exception(message);
