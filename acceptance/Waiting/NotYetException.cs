namespace PlatformGitOps.Acceptance.Waiting;

/// <summary>Thrown by a probe whose condition does not hold yet; the message is what was observed.</summary>
public sealed class NotYetException(string observed) : Exception(observed);
