namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>A file of the run's folder, or a short text shown in place; one of them is set.</summary>
public sealed record Attachment
{
    public required string Title { get; init; }

    /// <summary>Relative to the run's folder, with forward slashes.</summary>
    public string? Path { get; init; }

    public string? Text { get; init; }
}
