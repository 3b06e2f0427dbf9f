namespace PlatformGitOps.Generator.Output;

/// <summary>The content of the lock file: the files that the generator wrote, and the definition's hash.</summary>
public sealed record Ownership
{
    public static readonly Ownership None = new();

    /// <summary>The hash of the definition at the last run that wrote; null if nothing was ever written.</summary>
    public string? DefinitionHash { get; init; }

    /// <summary>The name of the definition's file, next to <c>kubernetes/</c>; null in a lock file of an older generator.</summary>
    public string? DefinitionFile { get; init; }

    /// <summary>
    /// The hashes of each owned path. There are several during a run, after a killed run and after a merge: the generator wrote, or was
    /// about to write, each of these contents.
    /// </summary>
    public ImmutableSortedDictionary<string, ImmutableSortedSet<string>> Files { get; init; } =
        ImmutableSortedDictionary.Create<string, ImmutableSortedSet<string>>(StringComparer.Ordinal);

    /// <summary>The known hashes of one path, empty for a path that is not owned.</summary>
    public ImmutableSortedSet<string> HashesOf(string path) => Files.GetValueOrDefault(path, []);
}

/// <summary>
/// The lock file, and the names of the generator's other files. It has the format of <c>sha256sum</c>, sorted by path: <c>sha256sum -c
/// kubernetes/.platform-gitops.lock</c> checks a checkout, and a merge of two branches conflicts only where both changed a file.
/// </summary>
public static class LockFile
{
    /// <summary>Lists the files that the generator owns; committed with them.</summary>
    public const string Name = $"{Layout.Root}/.platform-gitops.lock";

    /// <summary>Locked by the running generator; exists only during a run or after a killed one.</summary>
    public const string Busy = $"{Layout.Root}/.platform-gitops.busy";

    private const string TemporaryPrefix = ".platform-gitops-";
    private const string TemporarySuffix = ".tmp";
    private const string FirstLine =
        "# What the platform-gitops generator owns here. After a merge conflict keep both sides and run generate.";
    private const string DefinitionPrefix = "# definition sha256:";
    private const string DefinitionFilePrefix = "# definition file:";
    private const int HashLength = 64;

    /// <summary>A new name for a temporary file.</summary>
    public static string NewTemporary() => $"{TemporaryPrefix}{Guid.NewGuid():N}{TemporarySuffix}";

    /// <summary>True for a name of <see cref="NewTemporary"/>.</summary>
    public static bool IsTemporary(string name) =>
        name.Length == TemporaryPrefix.Length + 32 + TemporarySuffix.Length
        && name.StartsWith(TemporaryPrefix, StringComparison.Ordinal)
        && name.EndsWith(TemporarySuffix, StringComparison.Ordinal)
        && Guid.TryParseExact(name.AsSpan(TemporaryPrefix.Length, 32), "N", out _);

    /// <summary>True for a name that no generated file may have.</summary>
    public static bool IsOwn(string name) => IsTemporary(name) || name == Path.GetFileName(Name) || name == Path.GetFileName(Busy);

    /// <summary>The text of a lock file.</summary>
    public static string Write(Ownership ownership)
    {
        var text = new StringBuilder(FirstLine).Append('\n');
        if (ownership.DefinitionHash is { } definition)
        {
            text.Append(DefinitionPrefix).Append(definition).Append('\n');
        }

        if (ownership.DefinitionFile is { } file)
        {
            text.Append(DefinitionFilePrefix).Append(file).Append('\n');
        }

        foreach (var (path, hashes) in ownership.Files)
        {
            foreach (var hash in hashes)
            {
                text.Append(hash).Append("  ").Append(path).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>Reads a lock file; both sides of a merge conflict count.</summary>
    /// <exception cref="FormatException">A line is malformed; the message contains its number.</exception>
    public static Ownership Read(string text)
    {
        string? definition = null;
        string? definitionFile = null;
        var files = new Dictionary<string, ImmutableSortedSet<string>>(StringComparer.Ordinal);
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = raw.TrimEnd('\r');
            if (line.StartsWith(DefinitionPrefix, StringComparison.Ordinal))
            {
                definition = line[DefinitionPrefix.Length..];
            }
            else if (line.StartsWith(DefinitionFilePrefix, StringComparison.Ordinal))
            {
                definitionFile = line[DefinitionFilePrefix.Length..];
            }
            else if (line.Length > 0 && line[0] != '#' && !IsConflictMarker(line))
            {
                var (hash, path) = Entry(line)
                    ?? throw new FormatException($"line {number} is not '<sha256>  <path>' with a path that the generator may own");
                files[path] = files.GetValueOrDefault(path, []).Add(hash);
            }
        }

        return new Ownership
        {
            DefinitionHash = definition,
            DefinitionFile = definitionFile,
            Files = files.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>The path in a line of a lock file without merge conflicts; empty for a comment.</summary>
    internal static ReadOnlySpan<byte> PathIn(ReadOnlySpan<byte> line) =>
        line.Length <= HashLength + 2 || line[0] == (byte)'#' ? default : line[(HashLength + 2)..].TrimEnd((byte)'\r');

    private static (string Hash, string Path)? Entry(string line)
    {
        if (line.Length <= HashLength + 2 || line.AsSpan(HashLength, 2) is not "  ")
        {
            return null;
        }

        var (hash, path) = (line[..HashLength], line[(HashLength + 2)..]);
        return hash.All(char.IsAsciiHexDigitLower) && SafePath.Problem(path) is null ? (hash, path) : null;
    }

    private static bool IsConflictMarker(string line) =>
        line.StartsWith("<<<<<<<", StringComparison.Ordinal) || line.StartsWith("=======", StringComparison.Ordinal)
        || line.StartsWith("|||||||", StringComparison.Ordinal) || line.StartsWith(">>>>>>>", StringComparison.Ordinal);
}
