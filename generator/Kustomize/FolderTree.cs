namespace PlatformGitOps.Generator.Kustomize;

/// <summary>Files on disk.</summary>
internal sealed class FolderTree(string root) : SourceTree
{
    public override byte[]? Read(string path)
    {
        var file = Path.Combine(root, path);
        return File.Exists(file) ? File.ReadAllBytes(file) : null;
    }

    public override IEnumerable<string> FilesBelow(string folder) => Directory.Exists(Path.Combine(root, folder))
        ? Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Order(StringComparer.Ordinal)
        : [];
}
