namespace PlatformGitOps.Generator.Output;

/// <summary>Why a file on disk is not what would be generated.</summary>
public enum DriftCause
{
    /// <summary>It is as generated.</summary>
    None,

    /// <summary>The definition changed since the file was written; generate updates it.</summary>
    Definition,

    /// <summary>The definition is the same, but this generator writes another text than the one that wrote the file.</summary>
    Generator,

    /// <summary>The file was edited or removed by hand; what would be generated is the same as before.</summary>
    Hand,

    /// <summary>The file was edited or removed by hand, and what would be generated changed as well.</summary>
    Both,

    /// <summary>A run was interrupted before it came to this file.</summary>
    Interrupted,

    /// <summary>It is as generated, but the lock file has another hash.</summary>
    Lock,

    /// <summary>Something that the generator never wrote is in the way.</summary>
    InTheWay,

    /// <summary>A file of another author in a generated folder; not drift, only worth knowing.</summary>
    Foreign,
}

/// <summary>One file that is not as generated.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Cause">Who changed it.</param>
public sealed record DriftedFile(string Path, DriftCause Cause)
{
    /// <summary>From the disk's text to the generated one, as a unified diff; null where there is nothing to compare.</summary>
    public string? Diff { get; init; }

    /// <summary>True where the file is not on disk.</summary>
    public bool Missing { get; init; }

    /// <summary>True where the file is not generated anymore.</summary>
    public bool Obsolete { get; init; }

    /// <summary>Why generate would refuse it; null where it would not.</summary>
    public Finding? Finding { get; init; }

    /// <summary>True where generate leaves what is on disk.</summary>
    public bool IsKept => Finding is not null;

    /// <summary>Why generate would refuse it, where that is not an edit by hand.</summary>
    private Finding? Refused => Finding?.Rule == Refusal.Edited ? null : Finding;

    /// <summary>What is wrong and what to do, for programs.</summary>
    public Finding AsFinding()
    {
        if (Refused is { } refused)
        {
            return refused;
        }

        var end = Sentence.IndexOf(". ", StringComparison.Ordinal) + 1;
        return new Finding
        {
            Rule = Finding?.Rule ?? RuleOf(Cause),
            File = Path,
            Message = Sentence[..end],
            Fix = Sentence[end..].TrimStart(),
        };
    }

    /// <summary>The cause in programs' output.</summary>
    public string Name => NameOf(Cause);

    internal static string RuleOf(DriftCause cause) => $"drift-{NameOf(cause)}";

    private static string NameOf(DriftCause cause) => cause == DriftCause.InTheWay ? "in-the-way" : cause.ToString().ToLowerInvariant();

    /// <summary>Who changed it and what to do, behind its path.</summary>
    public string Sentence => this switch
    {
        { Refused: { } refused } => $"{refused.Rule}: {refused.Text}",
        { Cause: DriftCause.Definition or DriftCause.Generator, Missing: true } => $"is new: {Changed}. Run generate.",
        { Cause: DriftCause.Definition or DriftCause.Generator, Obsolete: true } => $"is not generated anymore: {Changed}. Run generate.",
        { Cause: DriftCause.Definition or DriftCause.Generator } => $"{Changed}. Run generate.",
        { Cause: DriftCause.Hand, Missing: true } => "was removed by hand. Run generate to restore it.",
        { Cause: DriftCause.Hand } => "was edited by hand. Put the change into the definition, or undo it (generate --force).",
        { Cause: DriftCause.Both, Missing: true } => "was removed by hand, and the generated text changed. Run generate.",
        { Cause: DriftCause.Both, Obsolete: true } =>
            "was edited by hand, and is not generated anymore. Remove it, or run generate --force.",
        { Cause: DriftCause.Both } =>
            "was edited by hand, and the generated text changed. Put the edit into the definition, then run generate --force.",
        { Cause: DriftCause.Interrupted } => "was not written: a run was interrupted. Run generate.",
        { Cause: DriftCause.Lock, Obsolete: true } => "does not exist, but the lock file names it. Run generate.",
        { Cause: DriftCause.Lock } => "is as generated, but the lock file does not have its hash. Run generate.",
        { Cause: DriftCause.Foreign } => "was not generated. It is left alone.",
        _ => throw new InvalidOperationException($"{Cause} is not a cause of drift."),
    };

    private string Changed => Cause == DriftCause.Definition ? "the definition changed"
        : Layout.ClusterOf(Path) is null ? "the generator changed"
        : $"the generator changed, or a folder in {Layout.Overlays}";
}

/// <summary>What a comparison of the tree with its definition found.</summary>
public sealed record DriftResult
{
    /// <summary>The files that are not as generated, sorted by path; foreign ones among them.</summary>
    public ImmutableArray<DriftedFile> Files { get; init; } = [];

    /// <summary>How many files are as generated.</summary>
    public int Same { get; init; }

    /// <summary>What generate would change about the lock file where every other file is as generated; null for nothing.</summary>
    public Finding? StaleLock { get; init; }

    /// <summary>Why no comparison was possible.</summary>
    public ImmutableArray<Finding> Obstacles { get; init; } = [];

    /// <summary>What differs, and why nothing could be compared; a foreign file is no difference.</summary>
    public IEnumerable<Finding> Findings => Obstacles
        .Concat(Files.Where(file => file.Cause != DriftCause.Foreign).Select(file => file.AsFinding()))
        .Concat(StaleLock is null ? [] : [StaleLock]);

    /// <summary>True when generate would change something, or refuse to: exit code 1. No format is without a reason then.</summary>
    public bool Drifted => Findings.Any();
}

/// <summary>Compares the tree on disk with what would be generated, without writing anything.</summary>
public static class DriftCheck
{
    // A foreign file of any size may be at the path of a generated one.
    private const int LargestDiffed = 1 << 20;

    /// <summary>Compares; force and patience of the request are ignored.</summary>
    public static DriftResult Run(WriteRequest request, CancellationToken cancellationToken)
    {
        var problems = SafePath.Check(request.Files).ToImmutableArray();
        if (!problems.IsEmpty)
        {
            return new DriftResult { Obstacles = problems };
        }

        try
        {
            var plan = TreePlan.Of(request with { Force = false }, cancellationToken);
            return !plan.Disk.Obstacles.IsEmpty ? new DriftResult { Obstacles = plan.Disk.Obstacles }
                : plan.Foreign is { } foreign ? new DriftResult { Obstacles = [foreign] }
                : Compare(request, plan);
        }
        catch (FormatException exception)
        {
            return new DriftResult { Obstacles = [Refusal.LockUnreadable(exception)] };
        }
    }

    /// <summary>Compares what would be generated, what is on disk and what was generated last.</summary>
    /// <param name="wanted">The hash of what would be generated; null for a file that is not generated anymore.</param>
    /// <param name="found">The hash of what is on disk; null where there is no file.</param>
    /// <param name="known">The hashes in the lock file; empty for a file that was never generated.</param>
    /// <param name="sameDefinition">True when the lock file was written from the same definition.</param>
    public static DriftCause CauseOf(string? wanted, string? found, ImmutableSortedSet<string> known, bool sameDefinition)
    {
        var generated = sameDefinition ? DriftCause.Generator : DriftCause.Definition;
        if (wanted == found)
        {
            var same = wanted is null ? known.IsEmpty : known.Count == 1 && known.Contains(wanted);
            return same ? DriftCause.None : DriftCause.Lock;
        }

        if (known.IsEmpty)
        {
            return found is null ? generated : DriftCause.InTheWay;
        }

        var changedByHand = found is null || !known.Contains(found);
        var changedByGenerator = wanted is null || !known.Contains(wanted);
        return (changedByHand, changedByGenerator) switch
        {
            (true, true) => DriftCause.Both,
            (true, false) => DriftCause.Hand,
            (false, true) => generated,
            (false, false) => DriftCause.Interrupted,
        };
    }

    private static DriftResult Compare(WriteRequest request, TreePlan plan)
    {
        var sameDefinition = plan.Before.DefinitionHash == request.DefinitionHash;
        var drifted = plan.Files.AsParallel().AsOrdered()
            .Select(file => Drifted(request.Root, file, CauseOf(file.Wanted, file.Found, file.Known, sameDefinition)))
            .Where(file => file.Cause != DriftCause.None)
            .ToArray();
        return new DriftResult
        {
            Files = [.. drifted.Concat(Foreign(plan)).OrderBy(file => file.Path, StringComparer.Ordinal)],
            Same = plan.Files.Length - drifted.Length,
            StaleLock = drifted.Length == 0 ? StaleLock(plan, sameDefinition) : null,
        };
    }

    private static Finding? StaleLock(TreePlan plan, bool sameDefinition)
    {
        // The name alone, which older generators did not write and a renamed definition has not yet, makes no difference.
        var wanted = LockFile.Write(plan.After with { DefinitionFile = plan.Before.DefinitionFile });
        return wanted == plan.Disk.LockText ? null : Refusal.Of(
            LockFile.Name,
            DriftedFile.RuleOf(DriftCause.Lock),
            sameDefinition ? "has another text than generate writes, with the same hashes."
                : "was written from another text of the definition, which gives the same files.",
            "Run generate.");
    }

    private static DriftedFile Drifted(string root, FilePlan file, DriftCause cause)
    {
        // What is in the way has no hash: a link, a folder, a name that differs in case.
        var blocked = file.Result.Finding is { Rule: not (Refusal.Edited or "read-only") };
        return new DriftedFile(file.Path, blocked ? DriftCause.InTheWay : cause)
        {
            Missing = file.Found is null,
            Obsolete = file.Wanted is null,
            Finding = file.Result.Finding,
            Diff = cause is DriftCause.None or DriftCause.Lock || file.Found is null ? null : Diff(root, file),
        };
    }

    private static string? Diff(string root, FilePlan file)
    {
        if (TreeDisk.Read(root, file.Path, LargestDiffed) is not { } onDisk)
        {
            return null;
        }

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(onDisk);
            return UnifiedDiff.Of(file.Path, text, file.Text ?? "");
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static IEnumerable<DriftedFile> Foreign(TreePlan plan)
    {
        var owned = plan.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var folders = owned.Select(path => path[..path.LastIndexOf('/')]).ToHashSet(StringComparer.Ordinal);
        return plan.Disk.Entries.Values
            .Where(entry => entry.Kind != EntryKind.Folder && !owned.Contains(entry.Path) && entry.Path != LockFile.Name)
            .Where(entry => entry.Path.LastIndexOf('/') is var slash and > 0 && folders.Contains(entry.Path[..slash]))
            .Select(entry => new DriftedFile(entry.Path, DriftCause.Foreign));
    }
}
