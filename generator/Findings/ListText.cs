namespace PlatformGitOps.Generator.Findings;

/// <summary>Lists and counts for sentences.</summary>
internal static class ListText
{
    /// <summary>The first items and how many follow: <c>a, b and 3 more</c>.</summary>
    public static string First(IReadOnlyCollection<string> items, int most) => string.Join(", ", items.Take(most))
        + (items.Count > most ? $" and {items.Count - most} more" : "");

    /// <summary>A number with its noun: <c>1 replica</c>, <c>2 replicas</c>.</summary>
    public static string Count(int number, string noun) => $"{number} {noun}{(number == 1 ? "" : "s")}";
}
