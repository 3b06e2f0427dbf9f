namespace PlatformGitOps.Generator.Findings;

/// <summary>"Did you mean": finds the known word that was most likely meant by an unknown one.</summary>
public static class Suggestion
{
    /// <summary>How an advice begins that names the word.</summary>
    public const string Begins = "Did you mean";

    /// <summary>The nearest of the candidates, or null where none is near.</summary>
    public static string? For(string word, IEnumerable<string> candidates) => candidates
        .Select(candidate => (candidate, distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(pair => pair.distance <= Math.Max(1, Math.Min(word.Length, pair.candidate.Length) / 3) || IsPart(word, pair.candidate))
        .OrderBy(pair => pair.distance)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    /// <summary>Insertions, deletions, replacements and swaps of neighbours (optimal string alignment).</summary>
    public static int Distance(string left, string right)
    {
        if (Math.Abs(left.Length - right.Length) > 8)
        {
            return int.MaxValue;
        }

        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }

                var replaced = rows[i - 1, j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(replaced, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
                }
            }
        }

        return rows[left.Length, right.Length];
    }

    // For example replicaCount for replicas, podCidr for pods: the first word is the same.
    private static bool IsPart(string word, string candidate) =>
        Math.Min(word.Length, candidate.Length) >= 4
        && (word.StartsWith(candidate.TrimEnd('s'), StringComparison.OrdinalIgnoreCase)
            || candidate.StartsWith(word.TrimEnd('s'), StringComparison.OrdinalIgnoreCase));
}
