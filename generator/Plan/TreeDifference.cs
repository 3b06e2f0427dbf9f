using System.Text;
using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Plan;

/// <summary>Which files differ between two trees, so that of a thousand clusters only those are looked at that may change.</summary>
internal sealed partial class TreeDifference
{
    private static readonly string Clusters = Layout.ClusterFolder("");

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
            var cluster = ClusterOf(path);
            if (cluster is not null)
            {
                _clusters.Add(cluster);
            }

            // The lock file is read by nobody but the generator.
            if (path != Disk.OwnFiles.Lock && !Same(before.Read(path), after.Read(path)))
            {
                _shared |= cluster is null;
                _touched.Add(cluster ?? "");
            }
        }
    }

    /// <summary>False only where no file that the cluster reads can have changed.</summary>
    public bool MayChange(string cluster) => _shared || _touched.Contains(cluster) || (_touched.Count > 0 && LooksElsewhere(cluster));

    /// <summary>The cluster that a file belongs to; null for one that clusters share.</summary>
    public static string? ClusterOf(string path) =>
        path.StartsWith(Clusters, StringComparison.Ordinal) && path.IndexOf('/', Clusters.Length) is var slash and > 0 ? path[Clusters.Length..slash] : null;

    /// <summary>True where a cluster's files may lead into the folder of another one: by its path, or up and down again.</summary>
    private bool LooksElsewhere(string cluster)
    {
        foreach (var path in _after.FilesBelow(Layout.ClusterFolder(cluster)))
        {
            if (Reference().Matches(Encoding.UTF8.GetString(_after.Read(path)!)).Any(match => match.Groups[1].Value is var name && name != cluster && _clusters.Contains(name)))
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
