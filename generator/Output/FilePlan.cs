namespace PlatformGitOps.Generator.Output;

/// <summary>What a run will do with one file, and the file's entries in the lock file before and after.</summary>
/// <param name="Result">The outcome, unless the operating system refuses.</param>
/// <param name="Text">The text to write; null for a file that is not generated anymore.</param>
/// <param name="Wanted">The hash of <paramref name="Text"/>.</param>
/// <param name="Found">The hash of the file on disk; null if there is no regular file.</param>
/// <param name="Known">The hashes in the lock file now.</param>
/// <param name="ReadOnly">True if the file's owner may not write to it.</param>
internal sealed record FilePlan(
    FileResult Result, string? Text, string? Wanted, string? Found, ImmutableSortedSet<string> Known, bool ReadOnly)
{
    public string Path => Result.Path;

    /// <summary>True if the disk has to change.</summary>
    public bool Touches => Result.Outcome is Outcome.Created or Outcome.Changed or Outcome.Removed;

    /// <summary>The hashes for the lock file during the run: of the old content and of the new.</summary>
    public ImmutableSortedSet<string> Pending => Wanted is not null && Touches ? Known.Add(Wanted) : Known;

    /// <summary>The hashes for the lock file after the run; empty for a file that is not owned anymore.</summary>
    public ImmutableSortedSet<string> After => Result.Outcome switch
    {
        Outcome.Created or Outcome.Changed or Outcome.Unchanged or Outcome.Adopted => [Wanted!],
        Outcome.Removed or Outcome.Forgotten => [],
        _ => Known,
    };

    public FilePlan Refuse(Finding finding, Outcome outcome = Outcome.Refused) =>
        this with { Result = new FileResult(Path, outcome, finding) };
}

/// <summary>Everything that a run will do, computed without changing anything.</summary>
internal sealed record TreePlan
{
    public required DiskState Disk { get; init; }

    public required ImmutableArray<FilePlan> Files { get; init; }

    public required Ownership Before { get; init; }

    public required string DefinitionHash { get; init; }

    /// <summary>The name of the definition's file; null if it is not known.</summary>
    public required string? DefinitionFile { get; init; }

    /// <summary>Why this definition must not write the tree: another one in the folder made it. Null if it may.</summary>
    public required Finding? Foreign { get; init; }

    /// <summary>The lock file during the run: a killed run leaves only contents that the next one knows.</summary>
    public Ownership Pending => Before with { Files = Hashes(Files.Select(file => KeyValuePair.Create(file.Path, file.Pending))) };

    /// <summary>The lock file after the run.</summary>
    public Ownership After => new()
    {
        DefinitionHash = DefinitionHash,
        DefinitionFile = DefinitionFile ?? Before.DefinitionFile,
        Files = Hashes(Files.Select(file => KeyValuePair.Create(file.Path, file.After))),
    };

    /// <summary>True if there is nothing to write, the lock file included.</summary>
    public bool IsDone => Disk.Leftovers.Count == 0 && !Files.Any(file => file.Touches) && LockFile.Write(After) == Disk.LockText;

    public WriteResult Result => new() { Files = [.. Files.Select(file => file.Result)] };

    /// <summary>Compares request, lock file and disk; reads every file once, several at a time.</summary>
    /// <exception cref="FormatException">The lock file cannot be parsed.</exception>
    /// <exception cref="IOException">A folder or the lock file cannot be read.</exception>
    public static TreePlan Of(WriteRequest request, CancellationToken cancellationToken)
    {
        var disk = DiskState.Of(request.Root);
        var ownership = LockFile.Read(disk.LockText);
        var wanted = request.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var all = request.Files.Select(file => (Path: file.Path, Text: (string?)file.Text))
            .Concat(ownership.Files.Keys.Where(path => !wanted.Contains(path)).Select(path => (Path: path, Text: (string?)null)))
            .ToArray();
        var planned = new FilePlan[all.Length];
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, all.Length, options, index => planned[index] = Of(request, all[index].Path, all[index].Text, ownership, disk));

        var removed = planned.Where(file => file.Result.Outcome == Outcome.Removed).Select(file => file.Path);
        var collisions = new Collisions([.. disk.Entries.Values], removed.ToHashSet(StringComparer.Ordinal));
        var files = planned
            .Select(file => file.Text is not null && collisions.With(file.Path) is { } problem ? file.Refuse(problem) : file);
        return new TreePlan
        {
            Disk = disk,
            Files = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)],
            Before = ownership,
            DefinitionHash = request.DefinitionHash,
            DefinitionFile = request.DefinitionFile,
            Foreign = OtherDefinition.In(request, ownership),
        };
    }

    /// <summary>Decides from three hashes what may be done with a path: generated, on disk, and once written by the generator.</summary>
    /// <param name="wanted">The hash of the generated text; null for a file that is not generated anymore.</param>
    /// <param name="found">The hash of the file on disk; null without a file.</param>
    /// <param name="known">The hashes in the lock file; empty for a file that is not owned.</param>
    /// <param name="force">True to overwrite hand edits and foreign files.</param>
    internal static Outcome Decide(string? wanted, string? found, ImmutableSortedSet<string> known, bool force) => (wanted, found) switch
    {
        (not null, null) => Outcome.Created,
        (not null, not null) when wanted == found => known.IsEmpty ? Outcome.Adopted : Outcome.Unchanged,
        (not null, not null) when force || known.Contains(found) => Outcome.Changed,
        (null, null) => Outcome.Forgotten,
        (null, not null) when force || known.Contains(found) => Outcome.Removed,
        _ => Outcome.Refused,
    };

    private static FilePlan Of(WriteRequest request, string path, string? text, Ownership ownership, DiskState disk)
    {
        var known = ownership.HashesOf(path);
        var entry = disk.Entries.GetValueOrDefault(path);
        var wanted = text is null ? null : ContentHash.OfText(text);
        var plan = new FilePlan(new FileResult(path, Outcome.Failed), text, wanted, null, known, entry?.ReadOnly ?? false);
        try
        {
            var found = entry?.Kind == EntryKind.File ? ContentHash.OfFile(DiskState.OnDisk(request.Root, path)) : null;
            plan = plan with { Found = found, Result = new FileResult(path, Decide(wanted, found, known, request.Force)) };
            return plan switch
            {
                { Result.Outcome: Outcome.Refused } => plan.Refuse(
                    text is null ? Refusal.HandEditedObsolete(path) : known.IsEmpty ? Refusal.Foreign(path) : Refusal.HandEdited(path)),
                { Touches: true, ReadOnly: true } when !request.Force => plan.Refuse(Refusal.ReadOnly(path)),
                _ => plan,
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return plan.Refuse(Refusal.UnreadableFile(path, exception), Outcome.Failed);
        }
    }

    private static ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Hashes(
        IEnumerable<KeyValuePair<string, ImmutableSortedSet<string>>> files) =>
        files.Where(file => !file.Value.IsEmpty).ToImmutableSortedDictionary(StringComparer.Ordinal);
}

/// <summary>What a run did, or would do, with one file.</summary>
public enum Outcome
{
    Unchanged,
    Created,
    Changed,
    Removed,

    /// <summary>A file that was not owned already had the generated text; it is owned from now on.</summary>
    Adopted,

    /// <summary>An owned file that is not generated anymore was already deleted.</summary>
    Forgotten,

    /// <summary>Left as it is, because the generator did not write it.</summary>
    Refused,

    /// <summary>The operating system refused; the old content is unchanged.</summary>
    Failed,
}

/// <summary>One file's outcome.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Outcome">What was done.</param>
/// <param name="Finding">Why nothing was done and what to do; set for refused and failed files only.</param>
public sealed record FileResult(string Path, Outcome Outcome, Finding? Finding = null);

/// <summary>What a run did to the tree.</summary>
public sealed record WriteResult
{
    /// <summary>Every file that is generated or was owned, sorted by path.</summary>
    public ImmutableArray<FileResult> Files { get; init; } = [];

    /// <summary>Why nothing was written, or only the lock file was not.</summary>
    public ImmutableArray<Finding> Obstacles { get; init; } = [];

    /// <summary>True if a file that the generator did not write was kept, or the tree belongs to another definition.</summary>
    public bool Refused => Files.Any(file => file.Outcome == Outcome.Refused)
        || Obstacles.Any(obstacle => obstacle.Rule == OtherDefinition.Rule);

    /// <summary>True if the tree now matches the definition.</summary>
    public bool Complete => Obstacles.IsEmpty && Files.All(file => file.Finding is null);

    /// <summary>True if the tree, the lock file included, matched the definition before the run.</summary>
    public bool NothingToWrite { get; init; }

    public int Count(Outcome outcome) => Files.Count(file => file.Outcome == outcome);

    public static WriteResult Stopped(params IEnumerable<Finding> obstacles) => new() { Obstacles = [.. obstacles] };
}
