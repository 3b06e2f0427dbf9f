namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>Something about the run or the machine worth reading beside the results: versions, adapters, delivery.</summary>
public sealed record Fact(string Label, string Value);
