namespace PlatformGitOps.Acceptance.Ports;

public sealed record HttpAnswer(int Status, string Body);
