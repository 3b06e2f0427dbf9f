namespace PlatformGitOps.Dns.Messages;

/// <summary>What a resource record carries; <c>ToString</c> gives the presentation form of its type's RFC.</summary>
public abstract record RecordData;
