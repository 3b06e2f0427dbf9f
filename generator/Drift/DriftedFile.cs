using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Drift;

/// <summary>One file that is not as generated.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Cause">Who changed it.</param>
public sealed record DriftedFile(string Path, DriftCause Cause)
{
    /// <summary>From the disk's text to the generated one, as a unified diff; null where there is nothing to compare.</summary>
    public string? Diff { get; init; }

    /// <summary>True where the file is not on disk.</summary>
    public bool Missing { get; init; }

    /// <summary>True where the file is generated no longer.</summary>
    public bool Obsolete { get; init; }

    /// <summary>What generate would say about it; null where generate would simply do its work.</summary>
    public Finding? Finding { get; init; }
}
