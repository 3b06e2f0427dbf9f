using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Disk;

/// <summary>Everything that a run is going to do, found out without changing anything.</summary>
internal sealed record TreePlan
{
    public required ImmutableArray<PlannedFile> Files { get; init; }

    public required Ownership Before { get; init; }

    public required string DefinitionHash { get; init; }

    /// <summary>The lock file while the run is under way: a killed run leaves only contents that the next one knows.</summary>
    public Ownership Pending => Before with { Files = Hashes(Files.Select(file => KeyValuePair.Create(file.Path, file.Pending))) };

    /// <summary>The lock file after the run.</summary>
    public Ownership After => new() { DefinitionHash = DefinitionHash, Files = Hashes(Files.Select(file => KeyValuePair.Create(file.Path, file.After))) };

    /// <summary>Compares request, lock file and disk; reads every file once, several at a time.</summary>
    public static TreePlan Make(WriteRequest request, Ownership ownership, TreeScan scan, CancellationToken cancellationToken)
    {
        var wanted = request.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var all = request.Files.Select(file => (Path: file.Path, Text: (string?)file.Text))
            .Concat(ownership.Files.Keys.Where(path => !wanted.Contains(path)).Select(path => (Path: path, Text: (string?)null)))
            .ToArray();
        var planned = new PlannedFile[all.Length];
        var options = new ParallelOptions { CancellationToken = cancellationToken, MaxDegreeOfParallelism = Environment.ProcessorCount };
        Parallel.For(0, all.Length, options, index => planned[index] = Plan(request, all[index].Path, all[index].Text, ownership, scan));

        var removed = planned.Where(file => file.Result.Outcome == Outcome.Removed).Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var standing = new Standing(scan.Entries.Values, removed);
        var files = planned.Select(file => file.Text is not null && standing.Problem(file.Path) is { } problem ? Refuse(file, problem) : file);
        return new TreePlan
        {
            Files = [.. files.OrderBy(file => file.Path, StringComparer.Ordinal)],
            Before = ownership,
            DefinitionHash = request.DefinitionHash,
        };
    }

    private static PlannedFile Plan(WriteRequest request, string path, string? text, Ownership ownership, TreeScan scan)
    {
        var known = ownership.HashesOf(path);
        var wanted = text is null ? null : ContentHash.OfText(text);
        var entry = scan.Entries.GetValueOrDefault(path);
        PlannedFile With(Outcome outcome, string? found) => new(new FileResult(path, outcome), text, wanted, found, known, entry?.ReadOnly ?? false);
        try
        {
            var found = entry?.Kind == EntryKind.File ? ContentHash.OfFile(TreeScan.OnDisk(request.Root, path)) : null;
            var planned = With(Decision.Of(wanted, found, known, request.Force), found);
            return planned switch
            {
                { Result.Outcome: Outcome.Refused } => Refuse(planned, text is null ? Refusal.HandEditedObsolete(path) : known.IsEmpty ? Refusal.Foreign(path) : Refusal.HandEdited(path)),
                { Touches: true, ReadOnly: true } when !request.Force => Refuse(planned, Refusal.ReadOnly(path)),
                _ => planned,
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refuse(With(Outcome.Failed, null), Refusal.Failed(path, exception), Outcome.Failed);
        }
    }

    private static PlannedFile Refuse(PlannedFile file, Finding finding, Outcome outcome = Outcome.Refused) =>
        file with { Result = file.Result with { Outcome = outcome, Finding = finding } };

    private static ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Hashes(IEnumerable<KeyValuePair<string, ImmutableSortedSet<string>>> files) =>
        files.Where(file => !file.Value.IsEmpty).ToImmutableSortedDictionary(StringComparer.Ordinal);
}
