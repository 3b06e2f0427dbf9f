namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>
/// One half of a row of the story's matrix: a method that takes a <see cref="Rendering.RenderedCluster"/> is the static half,
/// one that takes a <see cref="Live.LiveCluster"/> the live half. Both halves of a row carry the same id and title.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RowAttribute(string id, string title) : Attribute
{
    public string Id { get; } = id;
    public string Title { get; } = title;

    /// <summary>What this half looks at.</summary>
    public required string Sees { get; init; }

    /// <summary>Whether looking takes DNS down or changes it: such a live half runs only where that is allowed.</summary>
    public bool Disturbs { get; init; }
}
