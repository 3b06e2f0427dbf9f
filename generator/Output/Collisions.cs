namespace PlatformGitOps.Generator.Output;

/// <summary>The entries that are left on disk after the removals of a run: a new file can collide with one.</summary>
internal sealed class Collisions
{
    // Several for a key if paths differ only in case.
    private readonly Dictionary<string, List<(string Path, EntryKind Kind)>> _byPath = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, Func<string, Finding>?> _folderProblems = new(StringComparer.Ordinal);

    private readonly IReadOnlyCollection<DiskEntry> _entries;
    private readonly HashSet<string> _onDisk = new(StringComparer.Ordinal);

    /// <summary>Takes all entries but the removed ones; an empty folder does not count.</summary>
    public Collisions(IReadOnlyCollection<DiskEntry> entries, IReadOnlySet<string> removed)
    {
        _entries = entries;
        _onDisk.UnionWith(entries.Where(entry => entry.Kind == EntryKind.Folder).Select(entry => entry.Path));
        foreach (var entry in entries.Where(entry => entry.Kind != EntryKind.Folder && !removed.Contains(entry.Path)))
        {
            var added = Add(entry.Path, entry.Kind);
            foreach (var folder in SafePath.Folders(entry.Path))
            {
                added = added && Add(folder, EntryKind.Folder);
            }
        }
    }

    /// <summary>Why a file cannot be written at a path, or null.</summary>
    public Finding? With(string path)
    {
        if (path.LastIndexOf('/') is var slash and > 0 && FolderProblem(path[..slash]) is { } problem)
        {
            return problem(path);
        }

        return Find(path) switch
        {
            null => IsEmptyFolder(path) ? Refusal.FolderInTheWay(path) : null,
            var (other, _) when other != path => Refusal.Case(path, other),
            (_, EntryKind.Link) => Refusal.Link(path, path),
            (_, EntryKind.Folder) => Refusal.FolderInTheWay(path),
            (_, EntryKind.Special) => Refusal.Special(path),
            _ => null,
        };
    }

    /// <summary>True for an empty folder, which the run does not remove.</summary>
    private bool IsEmptyFolder(string path) =>
        _onDisk.Contains(path) && !_entries.Any(entry => entry.Path.StartsWith(path + "/", StringComparison.Ordinal));

    private Func<string, Finding>? FolderProblem(string folder)
    {
        if (!_folderProblems.TryGetValue(folder, out var problem))
        {
            var above = folder.LastIndexOf('/') is var slash and > 0 ? FolderProblem(folder[..slash]) : null;
            problem = above ?? OwnProblem(folder);
            _folderProblems.Add(folder, problem);
        }

        return problem;
    }

    private Func<string, Finding>? OwnProblem(string folder) => Find(folder) switch
    {
        null => null,
        var (other, _) when other != folder => path => Refusal.Case(path, other),
        (_, EntryKind.Link) => path => Refusal.Link(path, folder),
        (_, EntryKind.File or EntryKind.Special) => path => Refusal.FileInTheWay(path, folder),
        _ => null,
    };

    /// <summary>The entry at a path; one that differs in case comes first.</summary>
    private (string Path, EntryKind Kind)? Find(string path) => _byPath.TryGetValue(path, out var found)
        ? found.Find(entry => entry.Path != path) is { Path: not null } twin ? twin : found[0]
        : null;

    /// <summary>False if the path, and so every folder above it, was already added.</summary>
    private bool Add(string path, EntryKind kind)
    {
        if (!_byPath.TryGetValue(path, out var entries))
        {
            _byPath.Add(path, entries = new List<(string, EntryKind)>(1));
        }

        var isNew = entries.TrueForAll(entry => entry.Path != path);
        if (isNew)
        {
            entries.Add((path, kind));
        }

        return isNew;
    }
}
