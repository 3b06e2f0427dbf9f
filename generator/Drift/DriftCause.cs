namespace PlatformGitOps.Generator.Drift;

/// <summary>Why a file on disk is not what would be generated.</summary>
public enum DriftCause
{
    /// <summary>It is as generated.</summary>
    None,

    /// <summary>The definition changed since the file was written; generate brings it up to date.</summary>
    Definition,

    /// <summary>The definition is the same, but this generator writes another text than the one that wrote the file.</summary>
    Generator,

    /// <summary>A hand changed or removed the file; what would be generated is the same as before.</summary>
    Hand,

    /// <summary>A hand changed or removed it, and what would be generated changed as well.</summary>
    Both,

    /// <summary>A run was interrupted before it came to this file.</summary>
    Interrupted,

    /// <summary>It is as generated, but the lock file says otherwise.</summary>
    Lock,

    /// <summary>Something that the generator never wrote stands in the way.</summary>
    InTheWay,

    /// <summary>A file of someone else in a folder of the generator's; no drift, only worth knowing.</summary>
    Foreign,
}
