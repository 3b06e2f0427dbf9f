namespace PlatformGitOps.Generator.Plan;

/// <summary>The changed files between two trees, so that only clusters that may change are built.</summary>
internal sealed partial class TreeDifference
{
    private readonly SourceTree _after;
    private readonly HashSet<string> _clusters = new(StringComparer.Ordinal);
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);
    private readonly bool _shared;

    /// <summary>Compares every file of both trees.</summary>
    public TreeDifference(SourceTree before, SourceTree after)
    {
        _after = after;
        foreach (var path in before.FilesBelow(Layout.Root).Union(after.FilesBelow(Layout.Root), StringComparer.Ordinal))
        {
            var cluster = Layout.ClusterOf(path);
            if (cluster is not null)
            {
                _clusters.Add(cluster);
            }

            // Only the generator reads the lock file.
            if (path != Output.LockFile.Name && !Same(before.Read(path), after.Read(path)))
            {
                _shared |= cluster is null;
                _touched.Add(cluster ?? "");
            }
        }
    }

    /// <summary>False only if no file that the cluster reads can have changed.</summary>
    public bool MayChange(string cluster) => _shared || _touched.Contains(cluster) || (_touched.Count > 0 && LooksElsewhere(cluster));

    /// <summary>True if a cluster's files may refer to the folder of another one: by its path, or by a relative path.</summary>
    private bool LooksElsewhere(string cluster)
    {
        foreach (var path in _after.FilesBelow(Layout.ClusterFolder(cluster)))
        {
            var text = Encoding.UTF8.GetString(_after.Read(path)!);
            if (Reference().Matches(text).Any(match => match.Groups[1].Value is var name && name != cluster && _clusters.Contains(name)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Same(byte[]? one, byte[]? other) => one is not null && other is not null && one.AsSpan().SequenceEqual(other);

    [GeneratedRegex(@"(?:clusters|\.\.)/([a-z0-9][a-z0-9-]*)", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
