namespace PlatformGitOps.Generator.Disk;

/// <summary>What a run did, or would do, with one file.</summary>
public enum Outcome
{
    Unchanged,
    Created,
    Changed,
    Removed,

    /// <summary>A file that was not owned had exactly the new text; it is owned from now on.</summary>
    Adopted,

    /// <summary>An owned file that is generated no longer was gone already.</summary>
    Forgotten,

    /// <summary>Left as it is, because what stands there was not written by the generator.</summary>
    Refused,

    /// <summary>The operating system said no; the old content still stands in whole.</summary>
    Failed,
}
