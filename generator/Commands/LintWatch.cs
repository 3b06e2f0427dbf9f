using System.Threading.Channels;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// <c>lint --watch</c>: a change in the folder or the overlay of a cluster is checked in that cluster, any other change in the whole tree.
/// </summary>
internal static class LintWatch
{
    public static async Task<int> Run(CommandContext context, string[] requested, CancellationToken cancellationToken)
    {
        if (context.Format != OutputFormat.Text)
        {
            context.Error.WriteLine("--watch prints findings for people to read; leave --output away.");
            return ExitCode.Unusable;
        }

        // Watches before the first check: a change during it must not be lost.
        using var changes = new TreeChanges(Path.GetFullPath(context.Root), Path.GetFileName(context.DefinitionPath), context.Time);
        if (LintInput.Read(context, requested) is not { } input)
        {
            return ExitCode.Unusable;
        }

        changes.Follow(input.Platform.ReferencedFiles);
        var (definition, next, since) = (input.Definition, (LintInput?)input, (At: context.Time.GetTimestamp(), Cause: "start"));
        LintedTree? known = null;
        string[]? affected = null;
        while (true)
        {
            try
            {
                known = next is null ? null : Check(context, next, LintOptions.Of(definition.Platform), known, affected, since);
                var (changed, at) = await changes.Next(cancellationToken);
                since = (at, "change");
                affected = AffectedClusters(changed);
                if (affected is null)
                {
                    // A definition with violations is reported, and the last valid one stays in force.
                    definition = context.ReadConsistentDefinition() ?? definition;
                    changes.Follow(definition.Platform.ReferencedFiles);
                }

                next = LintInput.Read(context, definition, requested);
            }
            catch (Exception exception) when (UnreadableException.In(exception) is { } unreadable)
            {
                context.Stop(unreadable);
                (known, next) = (null, null);
            }
        }
    }

    /// <summary>Reports what is wrong with a tree after a change of some clusters.</summary>
    /// <param name="context">The command.</param>
    /// <param name="input">The tree.</param>
    /// <param name="options">The definition's settings of lint.</param>
    /// <param name="known">The last result; null if absent.</param>
    /// <param name="affected">The clusters that changed; null for all.</param>
    /// <param name="since">The time of the change, in words.</param>
    private static LintedTree Check(CommandContext context, LintInput input, LintOptions options, LintedTree? known,
        string[]? affected, (long At, string Cause) since)
    {
        // A cluster that was added or removed affects all of them.
        var again = known is not null && affected is not null && affected.All(known.OfClusters.ContainsKey)
            && known.OfClusters.Keys.ToHashSet(StringComparer.Ordinal).SetEquals(input.Clusters);
        var found = again ? Linter.CheckAgain(known!, input.Files, options, LintRules.All, affected!)
            : Linter.CheckAll(input.Files, options, LintRules.All, input.Clusters);
        LintCommand.Report(context, input, found.InOrder());
        context.Output.WriteLine($"Checked {(again ? affected!.Length : input.Clusters.Count)} of {input.Clusters.Count} clusters, "
            + $"{context.Time.GetElapsedTime(since.At).TotalMilliseconds:0} ms after the {since.Cause}; waiting for a change.");
        return found;
    }

    /// <summary>The clusters that own all of these files; null if a file belongs to several.</summary>
    private static string[]? AffectedClusters(IEnumerable<string> paths)
    {
        var clusters = paths.Select(path => Layout.ClusterOf(path) ?? OverlaidBy(path)).Distinct().ToArray();
        return clusters.Contains(null) ? null : [.. clusters.OfType<string>()];
    }

    private static string? OverlaidBy(string path) =>
        path.Split('/') is [var root, var overlays, var cluster, _, ..]
            && $"{root}/{overlays}/{cluster}" == Layout.OverlayFolder(cluster) ? cluster : null;
}

/// <summary>Watches the files of a tree. Paths are relative to its root; the empty path means that any file may have changed.</summary>
internal sealed class TreeChanges : IDisposable
{
    /// <summary>An editor writes a file in several steps, and a generator many files.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMilliseconds(30);

    private readonly Channel<(string Path, long Time)> changes = Channel.CreateUnbounded<(string Path, long Time)>();
    private readonly Dictionary<string, FileSystemWatcher> watchers = new(StringComparer.Ordinal);
    private readonly string root;
    private readonly TimeProvider time;
    private readonly HashSet<string> single;

    public TreeChanges(string root, string definition, TimeProvider time)
    {
        (this.root, this.time, single) = (root, time, new(SafePath.Tops.Append(definition), StringComparer.Ordinal));
        watchers.Add("", Watch("", deep: false));
        FollowFolders();
    }

    /// <summary>Watches these files too.</summary>
    public void Follow(IEnumerable<string> files)
    {
        foreach (var file in files)
        {
            single.Add(file);
            var folder = Path.GetDirectoryName(file)!;
            if (Directory.Exists(Path.Combine(root, folder)) && !watchers.ContainsKey(folder))
            {
                watchers.Add(folder, Watch(folder, deep: false));
            }
        }
    }

    /// <summary>Waits for the next changes; returns them and the timestamp of the first one.</summary>
    public async Task<(IReadOnlyCollection<string> Paths, long Since)> Next(CancellationToken cancellationToken)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        long? since = null;
        do
        {
            var change = await changes.Reader.ReadAsync(cancellationToken);
            since ??= change.Time;
            paths.Add(change.Path);
            while (changes.Reader.TryRead(out change))
            {
                paths.Add(change.Path);
            }

            await Task.Delay(Settle, time, cancellationToken);
        }
        while (changes.Reader.TryPeek(out _));
        if (paths.Overlaps(SafePath.Tops))
        {
            // The folder itself was made, removed or replaced: its watcher saw only the old one.
            FollowFolders();
        }

        return (paths, since.Value);
    }

    public void Dispose()
    {
        foreach (var watcher in watchers.Values)
        {
            watcher.Dispose();
        }
    }

    private void FollowFolders()
    {
        foreach (var top in SafePath.Tops)
        {
            if (watchers.Remove(top, out var old))
            {
                old.Dispose();
            }

            if (Directory.Exists(Path.Combine(root, top)))
            {
                watchers.Add(top, Watch(top, deep: true));
            }
        }
    }

    private FileSystemWatcher Watch(string folder, bool deep)
    {
        var watcher = new FileSystemWatcher(Path.Combine(root, folder))
        {
            IncludeSubdirectories = deep,

            // Attributes: what could not be read may be readable now.
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.LastWrite | NotifyFilters.Attributes,
            InternalBufferSize = 64 * 1024,
        };
        watcher.Changed += (_, change) => Add(change.FullPath);
        watcher.Created += (_, change) => Add(change.FullPath);
        watcher.Deleted += (_, change) => Add(change.FullPath);
        watcher.Renamed += (_, change) =>
        {
            Add(change.OldFullPath);
            Add(change.FullPath);
        };
        // The watcher's buffer overflowed.
        watcher.Error += (_, _) => changes.Writer.TryWrite(("", time.GetTimestamp()));
        watcher.EnableRaisingEvents = true;
        return watcher;

        void Add(string path)
        {
            var relative = Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/');
            if (deep || single.Contains(relative))
            {
                changes.Writer.TryWrite((relative, time.GetTimestamp()));
            }
        }
    }
}
