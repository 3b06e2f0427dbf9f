namespace PlatformGitOps.Generator.Plan;

/// <summary>An item of the old list and its counterpart in the new list.</summary>
/// <param name="Before">Its index in the old list; null for an inserted item.</param>
/// <param name="After">Its index in the new list; null for a removed item.</param>
internal readonly record struct AlignedItems(int? Before, int? After);

/// <summary>Pairs the items of two lists, so that an insertion is one change, and not one for each item after it.</summary>
internal static class ListAlignment
{
    /// <summary>For larger tables, items are compared by their index.</summary>
    private const int LargestTable = 1_000_000;

    private static readonly string[] NameKeys = ["name", "alert", "record"];

    /// <summary>Items with the same name, or else the same content, belong together (a longest common subsequence); what is between two
    /// of them was changed in its order, unless names say otherwise.</summary>
    public static IEnumerable<AlignedItems> Of(ImmutableArray<Node> before, ImmutableArray<Node> after)
    {
        var (old, now) = (before.Select(Identity).ToArray(), after.Select(Identity).ToArray());
        if ((long)old.Length * now.Length > LargestTable)
        {
            return Gap(0, old.Length, 0, now.Length, (_, _) => true);
        }

        var pairs = new List<AlignedItems>();
        var (left, right) = (0, 0);
        foreach (var (oldAt, nowAt) in Common(old, now).Append((old.Length, now.Length)))
        {
            pairs.AddRange(Gap(left, oldAt, right, nowAt, (one, other) => !IsNamed(before[one]) || !IsNamed(after[other])));
            if (oldAt < old.Length)
            {
                pairs.Add(new(oldAt, nowAt));
            }

            (left, right) = (oldAt + 1, nowAt + 1);
        }

        return pairs;
    }

    private static IEnumerable<AlignedItems> Gap(int left, int leftEnd, int right, int rightEnd, Func<int, int, bool> mayChange)
    {
        while (left < leftEnd || right < rightEnd)
        {
            if (left < leftEnd && right < rightEnd && mayChange(left, right))
            {
                yield return new(left++, right++);
            }
            else if (left < leftEnd)
            {
                yield return new(left++, null);
            }
            else
            {
                yield return new(null, right++);
            }
        }
    }

    private static List<(int Old, int Now)> Common(string[] old, string[] now)
    {
        // The length of the longest common subsequence from each pair of indexes.
        var lengths = new int[old.Length + 1, now.Length + 1];
        for (var one = old.Length - 1; one >= 0; one--)
        {
            for (var other = now.Length - 1; other >= 0; other--)
            {
                lengths[one, other] = old[one] == now[other]
                    ? lengths[one + 1, other + 1] + 1
                    : Math.Max(lengths[one + 1, other], lengths[one, other + 1]);
            }
        }

        var pairs = new List<(int, int)>();
        for (var (one, other) = (0, 0); one < old.Length && other < now.Length;)
        {
            if (old[one] == now[other])
            {
                pairs.Add((one++, other++));
            }
            else if (lengths[one + 1, other] >= lengths[one, other + 1])
            {
                one++;
            }
            else
            {
                other++;
            }
        }

        return pairs;
    }

    private static bool IsNamed(Node node) => NameOf(node) is not null;

    /// <summary>Rules of Prometheus have a name of their own kind.</summary>
    private static string? NameOf(Node node) => node is not Mapping mapping ? null
        : NameKeys.FirstOrDefault(key => mapping[key] is Scalar) is { } key ? $"{key} {((Scalar)mapping[key]!).Value}" : null;

    private static string Identity(Node node) => node switch
    {
        _ when NameOf(node) is { } name => name,
        Scalar scalar => FieldDiff.Meaning(scalar),
        _ => YamlWriter.WriteFragment(node),
    };
}
