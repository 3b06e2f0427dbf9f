namespace PlatformGitOps.Generator.Values;

/// <summary>A key of a data file and the chart versions that have it, written <c>name &gt;=1.36.0 &lt;1.45.2</c>.</summary>
/// <param name="Name">The key.</param>
/// <param name="From">The first version; null if the oldest known version has it.</param>
/// <param name="Before">The first later version without it; null if the newest has it.</param>
internal sealed record VersionRange(string Name, SemVer? From, SemVer? Before)
{
    public bool Includes(SemVer version) => (From is null || version >= From) && (Before is null || version < Before);

    public static VersionRange Of(string key)
    {
        var words = key.Split(' ');
        return new VersionRange(words[0], Bound(words, ">="), Bound(words, "<"));
    }

    /// <summary>The ranges of versions with a feature, given all known versions in order.</summary>
    public static IEnumerable<VersionRange> Of(string name, IReadOnlyList<SemVer> versions, Func<SemVer, bool> isThere)
    {
        for (var first = 0; first < versions.Count; first++)
        {
            if (isThere(versions[first]))
            {
                var end = first;
                while (end < versions.Count && isThere(versions[end]))
                {
                    end++;
                }

                yield return new VersionRange(name, first == 0 ? null : versions[first], end == versions.Count ? null : versions[end]);
                first = end;
            }
        }
    }

    public override string ToString() => Name + (From is null ? "" : $" >={From}") + (Before is null ? "" : $" <{Before}");

    private static SemVer? Bound(string[] words, string sign) =>
        words.Skip(1).FirstOrDefault(word => word.StartsWith(sign, StringComparison.Ordinal)) is { } bound
            ? SemVer.Parse(bound[sign.Length..]) : null;
}
