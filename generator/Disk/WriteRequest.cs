using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Generator.Disk;

/// <summary>A tree to bring to disk.</summary>
public sealed record WriteRequest
{
    /// <summary>The repository's root; the only path that may itself be a symbolic link.</summary>
    public required string Root { get; init; }

    /// <summary>The whole tree: an owned file that is not among them is removed.</summary>
    public required IReadOnlyList<GeneratedFile> Files { get; init; }

    /// <summary><see cref="ContentHash.OfText"/> of the definition, so that a later check can tell its changes from the generator's own.</summary>
    public required string DefinitionHash { get; init; }

    /// <summary>Overwrite and remove what was edited by hand or is foreign. Symbolic links and folders stay refused.</summary>
    public bool Force { get; init; }

    /// <summary>How long to wait for another run in the same tree.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);
}
