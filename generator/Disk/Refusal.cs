using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Disk;

/// <summary>Why a file was left alone, in words that say what to do.</summary>
internal static class Refusal
{
    public static Finding HandEdited(string path) => Of(
        path,
        "hand-edited",
        "was edited by hand since it was generated.",
        "Say it in the definition and run generate --force, or undo the edit (git checkout).");

    public static Finding HandEditedObsolete(string path) => Of(
        path,
        "hand-edited",
        "is generated no longer, but was edited by hand.",
        "Remove it, move it out of the generated folders, or run generate --force.");

    public static Finding Foreign(string path) => Of(
        path,
        "foreign-file",
        "stands where a generated file belongs and was not written by the generator.",
        "Move it away, or run generate --force to overwrite it.");

    public static Finding ReadOnly(string path) => Of(
        path,
        "read-only",
        "is read-only.",
        "Make it writable (chmod u+w), or run generate --force.");

    public static Finding Link(string path, string link) => Of(
        path,
        "symlink",
        path == link ? "is a symbolic link, which could lead out of the tree." : $"lies below '{link}', a symbolic link that could lead out of the tree.",
        "Replace the link by a plain file or folder; --force does not follow it either.");

    public static Finding FolderInTheWay(string path) => Of(
        path,
        "folder-in-the-way",
        "is to be a file, but a folder stands there.",
        "Move the folder away; --force does not remove it.");

    public static Finding FileInTheWay(string path, string file) => Of(
        path,
        "file-in-the-way",
        $"needs the folder '{file}', but a file stands there.",
        "Move that file away; --force does not remove it.");

    public static Finding Case(string path, string other) => Of(
        path,
        "case-collision",
        $"differs from '{other}' only in case: a checkout on Windows or macOS would keep one of them.",
        "Rename or remove the other one.");

    public static Finding Failed(string path, Exception exception) => Of(
        path,
        "write-failed",
        $"could not be brought up to date ({exception.Message}); what stood there still stands in whole.",
        "Mend the cause and run generate again.");

    public static Finding Unreadable(Exception exception) => exception is FormatException
        ? Of(
            OwnFiles.Lock,
            "lock-unreadable",
            $"cannot be read: {exception.Message}.",
            "Restore it (git checkout), or remove it: generate then adopts every file that is as generated and names the others.")
        : Of(
            OwnFiles.Lock,
            "tree-unreadable",
            $"or its folder cannot be read or written ({exception.Message}).",
            "Mend the cause and run generate again.");

    public static Finding Of(string path, string rule, string message, string mend) =>
        new() { File = path, Rule = rule, Message = message, Mend = mend };
}
