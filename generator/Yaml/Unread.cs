namespace PlatformGitOps.Generator.Yaml;

/// <summary>Stands where a value was refused, for example an alias: there is a finding about it already.</summary>
public sealed record Unread : Node;
