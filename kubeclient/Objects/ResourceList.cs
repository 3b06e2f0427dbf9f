namespace PlatformGitOps.KubeClient.Objects;

/// <summary>A list, or one page of it.</summary>
public sealed record ResourceList<T>
{
    public required IReadOnlyList<T> Items { get; init; }

    /// <summary>Where a watch that follows this list begins.</summary>
    public required string ResourceVersion { get; init; }

    /// <summary>The token of the next page; null on the last one.</summary>
    public string? Continue { get; init; }

    public long? RemainingItemCount { get; init; }
}
