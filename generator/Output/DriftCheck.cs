namespace PlatformGitOps.Generator.Output;

/// <summary>Why a file on disk differs from the generated one.</summary>
public enum DriftCause
{
    /// <summary>It does not differ.</summary>
    None,

    /// <summary>The definition changed since the file was written; generate updates the file.</summary>
    Definition,

    /// <summary>The definition is the same, but this version of the generator writes another text.</summary>
    Generator,

    /// <summary>The file was edited or removed by hand; the generated text is the same as before.</summary>
    Hand,

    /// <summary>The file was edited or removed by hand, and the generated text changed as well.</summary>
    Both,

    /// <summary>A run was interrupted before it wrote this file.</summary>
    Interrupted,

    /// <summary>The file does not differ, but the lock file has another hash.</summary>
    Lock,

    /// <summary>Something that the generator never wrote is at the path.</summary>
    InTheWay,

    /// <summary>A file of another author in a generated folder; not drift, only listed.</summary>
    Foreign,
}

/// <summary>A file on disk that differs from the generated one.</summary>
/// <param name="Path">Relative to the root, with forward slashes.</param>
/// <param name="Cause">Why it differs.</param>
public sealed record DriftedFile(string Path, DriftCause Cause)
{
    /// <summary>The unified diff from the file to the generated text; null if there is nothing to compare.</summary>
    public string? Diff { get; init; }

    /// <summary>True if the file is not on disk.</summary>
    public bool Missing { get; init; }

    /// <summary>True if the file is not generated anymore.</summary>
    public bool Obsolete { get; init; }

    /// <summary>Why generate would refuse to write it; null if it would not.</summary>
    public Finding? Finding { get; init; }

    /// <summary>True if generate leaves the file as it is.</summary>
    public bool IsKept => Finding is not null;

    /// <summary>Why generate would refuse to write it; null also for a hand edit.</summary>
    private Finding? Refused => Finding?.Rule == Refusal.Edited ? null : Finding;

    /// <summary>What is wrong and what to do, for other programs.</summary>
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

    /// <summary>The cause in the output for other programs.</summary>
    public string Name => NameOf(Cause);

    internal static string RuleOf(DriftCause cause) => $"drift-{NameOf(cause)}";

    private static string NameOf(DriftCause cause) => cause == DriftCause.InTheWay ? "in-the-way" : cause.ToString().ToLowerInvariant();

    /// <summary>Who changed it and what to do; printed after the path.</summary>
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

/// <summary>The result of comparing the tree with its definition.</summary>
public sealed record DriftResult
{
    /// <summary>The files that differ, and foreign files, sorted by path.</summary>
    public ImmutableArray<DriftedFile> Files { get; init; } = [];

    /// <summary>The number of files that do not differ.</summary>
    public int Same { get; init; }

    /// <summary>What generate would change in the lock file if every other file is as generated; null if nothing.</summary>
    public Finding? StaleLock { get; init; }

    /// <summary>Why the trees could not be compared.</summary>
    public ImmutableArray<Finding> Obstacles { get; init; } = [];

    /// <summary>The differences, and why trees could not be compared; foreign files are not among them.</summary>
    public IEnumerable<Finding> Findings => Obstacles
        .Concat(Files.Where(file => file.Cause != DriftCause.Foreign).Select(file => file.AsFinding()))
        .Concat(StaleLock is null ? [] : [StaleLock]);

    /// <summary>True if generate would change something, or refuse to: exit code 1. Then there is always a finding.</summary>
    public bool Drifted => Findings.Any();
}

/// <summary>Compares the tree on disk with the generated one, without writing.</summary>
public static class DriftCheck
{
    // A foreign file at the path of a generated one can have any size.
    private const int LargestDiffed = 1 << 20;

    /// <summary>Compares; ignores <see cref="WriteRequest.Force"/> and <see cref="WriteRequest.Patience"/>.</summary>
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

    /// <summary>Compares the hashes of the generated file, of the file on disk and of the last run.</summary>
    /// <param name="wanted">The hash of the generated file; null if it is not generated anymore.</param>
    /// <param name="found">The hash of the file on disk; null if absent.</param>
    /// <param name="known">The hashes in the lock file; empty if the file was never generated.</param>
    /// <param name="sameDefinition">True if the lock file was written from the same definition.</param>
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
        // Ignores the definition's file name, which older generators did not write and a renamed definition does not have yet.
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
        // A link, a folder or a name that differs in case has no hash.
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
