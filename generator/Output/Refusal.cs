namespace PlatformGitOps.Generator.Output;

/// <summary>Findings about files that were left as they are, and what to do.</summary>
internal static class Refusal
{
    /// <summary>The rule of a hand-edited file.</summary>
    public const string Edited = "hand-edited";

    public static Finding HandEdited(string path) => Of(
        path,
        Edited,
        "was edited by hand since it was generated.",
        "Put the change into the definition and run generate --force, or undo the edit (git checkout).");

    public static Finding HandEditedObsolete(string path) => Of(
        path,
        Edited,
        "is not generated anymore, but was edited by hand.",
        "Remove it, move it out of the generated folders, or run generate --force.");

    public static Finding Foreign(string path) => Of(
        path,
        "foreign-file",
        "is at the path of a generated file, but the generator did not write it.",
        "Move it away, or run generate --force to overwrite it.");

    public static Finding ReadOnly(string path) => Of(
        path,
        "read-only",
        "is read-only.",
        "Make it writable (chmod u+w), or run generate --force.");

    public static Finding Link(string path, string link) => Of(
        path,
        "symlink",
        path == link
            ? "is a symbolic link, which could lead out of the tree."
            : $"is below '{link}', a symbolic link that could lead out of the tree.",
        "Replace the link with a file or folder; --force does not follow it either.");

    public static Finding FolderInTheWay(string path) => Of(
        path,
        "folder-in-the-way",
        "is a folder, but the generator needs a file here.",
        "Move the folder away; --force does not remove it.");

    public static Finding FileInTheWay(string path, string file) => Of(
        path,
        "file-in-the-way",
        $"needs the folder '{file}', but that is a file.",
        "Move that file away; --force does not remove it.");

    public static Finding Special(string path) => Of(
        path,
        "special-file",
        "is a named pipe, a device or a socket, which the generator never opens.",
        "Remove it; --force does not.");

    public static Finding ChangedMeanwhile(string path) => Of(
        path,
        "changed-meanwhile",
        "was changed while generate ran. The change was kept.",
        "Save or undo the change, and run generate again.");

    public static Finding Case(string path, string other) => Of(
        path,
        "case-collision",
        $"differs from '{other}' only in case: a checkout on Windows or macOS would keep one of them.",
        "Rename or remove the other one.");

    public static Finding Failed(string path, Exception exception) => Of(
        path,
        "write-failed",
        $"could not be written ({exception.Message}). The old file is unchanged.",
        "Fix the cause and run generate again.");

    public static Finding UnreadableFile(string path, Exception exception) => Of(
        path,
        "file-unreadable",
        $"cannot be read ({exception.Message}).",
        "Make it readable and run the command again.");

    public static Finding Unreadable(Exception exception) => exception is FormatException
        ? Of(
            LockFile.Name,
            "lock-unreadable",
            $"cannot be parsed: {exception.Message}.",
            "Restore it (git checkout), or remove it: generate then adopts the files that are as generated and reports the others.")
        : Of(
            LockFile.Name,
            "tree-unreadable",
            $"cannot be read or written, or its folder ({exception.Message}).",
            "Fix the cause and run generate again.");

    public static Finding Of(string path, string rule, string message, string fix) =>
        new() { File = path, Rule = rule, Message = message, Fix = fix };
}
