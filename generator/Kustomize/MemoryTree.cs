namespace PlatformGitOps.Generator.Kustomize;

/// <summary>Files in memory.</summary>
internal sealed class MemoryTree(IReadOnlyDictionary<string, byte[]> files) : SourceTree
{
    private readonly string[] _sorted = [.. files.Keys.Order(StringComparer.Ordinal)];

    public override byte[]? Read(string path) => files.GetValueOrDefault(path);

    public override IEnumerable<string> FilesBelow(string folder)
    {
        var prefix = folder.Length == 0 ? "" : folder + "/";
        var start = Array.BinarySearch(_sorted, prefix, StringComparer.Ordinal);
        return _sorted.Skip(start < 0 ? ~start : start).TakeWhile(path => path.StartsWith(prefix, StringComparison.Ordinal));
    }
}
