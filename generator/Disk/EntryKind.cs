namespace PlatformGitOps.Generator.Disk;

/// <summary>What stands at a path.</summary>
public enum EntryKind
{
    File,
    Folder,

    /// <summary>A symbolic link or, on Windows, any other reparse point; never followed.</summary>
    Link,
}
