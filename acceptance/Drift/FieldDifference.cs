namespace PlatformGitOps.Acceptance.Drift;

/// <summary>One field that does not run as it was delivered.</summary>
/// <param name="Delivered">The value as text; null where nothing was delivered.</param>
/// <param name="Running">The value as text; null where nothing is there.</param>
public sealed record FieldDifference(string Path, string? Delivered, string? Running)
{
    public override string ToString() => $"{Path}: delivered {Delivered ?? "nothing"}, running {Running ?? "nothing"}";
}
