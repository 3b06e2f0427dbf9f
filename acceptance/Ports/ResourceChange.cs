using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Ports;

public sealed record ResourceChange(ResourceChangeKind Kind, Resource Resource);
