using System.Text;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>The files that Flux would see at the root of its source: generated in memory, on disk, or in a commit.</summary>
public abstract class SourceTree
{
    /// <summary>A file's bytes, or null where there is none.</summary>
    /// <param name="path">Relative to the root, with forward slashes.</param>
    public abstract byte[]? Read(string path);

    /// <summary>Every file below a folder, sorted, each relative to the root.</summary>
    public abstract IEnumerable<string> FilesBelow(string folder);

    /// <summary>The tree of generated files.</summary>
    public static SourceTree Of(IEnumerable<GeneratedFile> files) =>
        Of(files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal));

    /// <summary>The tree of files that are in memory.</summary>
    public static SourceTree Of(IReadOnlyDictionary<string, byte[]> files) => new MemoryTree(files);

    /// <summary>The tree on disk; it is read when it is asked for.</summary>
    public static SourceTree OnDisk(string root) => new FolderTree(Path.GetFullPath(root));
}
