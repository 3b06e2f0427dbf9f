namespace PlatformGitOps.Generator.Plan;

/// <summary>One field that differs.</summary>
/// <param name="Path">As <c>kubectl explain</c> writes it, with the index of a list's item in brackets.</param>
/// <param name="Before">The old value on one line; null where there was none.</param>
/// <param name="After">The new value on one line; null where there is none.</param>
public sealed record FieldChange(string Path, string? Before, string? After);
