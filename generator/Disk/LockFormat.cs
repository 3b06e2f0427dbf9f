using System.Collections.Immutable;
using System.Text;

namespace PlatformGitOps.Generator.Disk;

/// <summary>
/// The lock file's text: lines as <c>sha256sum</c> writes them, sorted by path, so that <c>sha256sum -c kubernetes/.platform-gitops.lock</c>
/// at the root checks a checkout without this program, and a merge of two branches touches only the lines of files that both changed.
/// </summary>
public static class LockFormat
{
    private const string FirstLine = "# What the platform-gitops generator owns here. After a merge conflict keep both sides and run generate.";
    private const string DefinitionPrefix = "# definition sha256:";
    private const int HashLength = 64;

    /// <summary>The text of a lock file.</summary>
    public static string Write(Ownership ownership)
    {
        var text = new StringBuilder(FirstLine).Append('\n');
        if (ownership.DefinitionHash is { } definition)
        {
            text.Append(DefinitionPrefix).Append(definition).Append('\n');
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
    /// <exception cref="FormatException">A line is none that was written here; the message names it.</exception>
    public static Ownership Read(string text)
    {
        string? definition = null;
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
            else if (line.Length > 0 && line[0] != '#' && !IsConflictMarker(line))
            {
                var (hash, path) = Entry(line) ?? throw new FormatException($"line {number} is not '<sha256>  <path>' with a path that the generator may own");
                files[path] = files.GetValueOrDefault(path, []).Add(hash);
            }
        }

        return new Ownership { DefinitionHash = definition, Files = files.ToImmutableSortedDictionary(StringComparer.Ordinal) };
    }

    private static (string Hash, string Path)? Entry(string line)
    {
        if (line.Length <= HashLength + 2 || line.AsSpan(HashLength, 2) is not "  ")
        {
            return null;
        }

        var (hash, path) = (line[..HashLength], line[(HashLength + 2)..]);
        return hash.All(letter => letter is (>= '0' and <= '9') or (>= 'a' and <= 'f')) && SafePath.Problem(path) is null ? (hash, path) : null;
    }

    private static bool IsConflictMarker(string line) =>
        line.StartsWith("<<<<<<<", StringComparison.Ordinal) || line.StartsWith("=======", StringComparison.Ordinal)
        || line.StartsWith("|||||||", StringComparison.Ordinal) || line.StartsWith(">>>>>>>", StringComparison.Ordinal);
}
