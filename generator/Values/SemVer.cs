namespace PlatformGitOps.Generator.Values;

/// <summary>A version of Semantic Versioning 2.0 without build metadata, ordered by its section 11.</summary>
public sealed record SemVer(int Major, int Minor, int Patch, string PreRelease = "") : IComparable<SemVer>
{
    public static bool TryParse(string text, out SemVer value, out string problem)
    {
        value = null!;
        problem = "is not a version such as 1.38.0" + (text.StartsWith('v') ? ": leave the 'v' away"
            : text.Contains('+') ? ": leave the '+' and what follows it away, or write '-' in its place" : "");
        var dash = text.IndexOf('-', StringComparison.Ordinal);
        var core = (dash < 0 ? text : text[..dash]).Split('.');
        var preRelease = dash < 0 ? "" : text[(dash + 1)..];
        if (core.Length != 3 || !core.All(IsNumber) || (dash >= 0 && !preRelease.Split('.').All(IsIdentifier)))
        {
            return false;
        }

        problem = "";
        value = new SemVer(Number(core[0]), Number(core[1]), Number(core[2]), preRelease);
        return true;
    }

    public static SemVer Parse(string text) => TryParse(text, out var value, out var problem) ? value
        : throw new FormatException($"'{text}' {problem}.");

    public int CompareTo(SemVer? other) => other is null
        ? 1
        : (Major, Minor, Patch).CompareTo((other.Major, other.Minor, other.Patch)) is var core and not 0 ? core
            : ComparePreRelease(PreRelease, other.PreRelease);

    public static bool operator <(SemVer left, SemVer right) => left.CompareTo(right) < 0;

    public static bool operator >(SemVer left, SemVer right) => left.CompareTo(right) > 0;

    public static bool operator <=(SemVer left, SemVer right) => left.CompareTo(right) <= 0;

    public static bool operator >=(SemVer left, SemVer right) => left.CompareTo(right) >= 0;

    public override string ToString() => PreRelease.Length == 0
        ? $"{Major}.{Minor}.{Patch}"
        : $"{Major}.{Minor}.{Patch}-{PreRelease}";

    private static int ComparePreRelease(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0)
        {
            return right.Length.CompareTo(left.Length) is var order and not 0 ? Math.Sign(order) : 0;
        }

        var (ours, theirs) = (left.Split('.'), right.Split('.'));
        for (var i = 0; i < Math.Min(ours.Length, theirs.Length); i++)
        {
            var order = (IsNumber(ours[i]), IsNumber(theirs[i])) switch
            {
                (true, true) => Number(ours[i]).CompareTo(Number(theirs[i])),
                (true, false) => -1,
                (false, true) => 1,
                _ => string.CompareOrdinal(ours[i], theirs[i]),
            };
            if (order != 0)
            {
                return order;
            }
        }

        return ours.Length.CompareTo(theirs.Length);
    }

    private static bool IsNumber(string text) => text.Length is > 0 and < 10 && text.All(char.IsAsciiDigit)
        && (text.Length == 1 || text[0] != '0');

    private static bool IsIdentifier(string text) => text.Length > 0 && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && (IsNumber(text) || !text.All(char.IsAsciiDigit));

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
