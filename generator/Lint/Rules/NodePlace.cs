namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>
/// What no node can be, whichever a cluster has: labels that exclude each other in the nodeSelector and the required affinity of pods, and
/// labels that every node has. Numbers (Gt, Lt), names of nodes and what a variable brings are not judged.
/// </summary>
internal static class NodePlace
{
    public const string System = PodParts.SystemLabel, Host = "kubernetes.io/hostname";

    public const string Affinity = "affinity";

    private const string Selector = "nodeSelector";

    private const string Required = "requiredDuringSchedulingIgnoredDuringExecution";

    private const string Empty = "the required affinity has an empty term, and no node matches it";

    /// <summary>The kubelet writes them, and none of them is empty.</summary>
    public static readonly string[] OfEveryNode = [System, "kubernetes.io/arch", Host];

    /// <summary>What <see cref="Contradiction"/> says where each of the two alone has nodes.</summary>
    public const string OfBoth = "the required affinity excludes each node that the nodeSelector selects";

    /// <summary>Why no node fits pods of images for Linux; null where one may.</summary>
    /// <param name="pod">With <c>nodeSelector</c> and <c>affinity</c>, as a pod or the values of a chart have them.</param>
    public static NodeMisfit? Contradiction(Mapping pod)
    {
        var chosen = pod.EntriesAt(Selector).Where(entry => IsKnown(entry.Value))
            .Select(entry => new Demand(entry.Key, "In", [Scalar.TextOf(entry.Value) ?? ""])).ToArray();
        if (Problem(chosen) is { } ofSelector)
        {
            return new NodeMisfit(Selector, $"the nodeSelector {ofSelector}");
        }

        if (pod.At(Affinity, "nodeAffinity", Required) is not Mapping required)
        {
            return null;
        }

        if (required["nodeSelectorTerms"] is null or Scalar { IsNull: true } or Sequence { Items.IsEmpty: true })
        {
            return new NodeMisfit(Affinity, "has no term, which the API server refuses: the upgrade fails, and the old pods stay")
            {
                IsRefused = true,
                Fix = $"Write a term, or delete {Required}.",
            };
        }

        // One term is enough for a node; all that a term says holds together, and beside the nodeSelector.
        string?[] problems = [.. required.ItemsAt("nodeSelectorTerms").Select(term => Problem(chosen, term))];
        return problems is [] || problems.Contains(null) ? null
            : new NodeMisfit(Affinity, $"{problems[0]}{(problems.Length > 1 ? ", and no other term of it fits a node" : "")}");
    }

    private static string? Problem(Demand[] chosen, Node term)
    {
        if (term is not Mapping { Entries: var entries } mapping)
        {
            return term is Scalar { IsNull: true } ? Empty : null;
        }

        if (entries.All(entry => entry.Value is Scalar { IsNull: true } or Sequence { Items.IsEmpty: true }))
        {
            return Empty;
        }

        Demand[] own =
        [
            .. mapping.MappingsAt("matchExpressions")
                .Where(expression => expression.ItemsAt("values").All(IsKnown) && IsKnown(expression["operator"]))
                .Select(expression => new Demand(expression.TextAt("key") ?? "", expression.TextAt("operator") ?? "",
                    [.. expression.ItemsAt("values").Select(value => Scalar.TextOf(value) ?? "")])),
        ];
        return Problem(own) is { } problem ? $"the required affinity {problem}" : Problem([.. chosen, .. own]) is null ? null : OfBoth;
    }

    /// <summary>Of conditions that hold together; null where a node may have what they ask for.</summary>
    private static string? Problem(IReadOnlyCollection<Demand> demands)
    {
        foreach (var ofKey in demands.GroupBy(demand => demand.Key, StringComparer.Ordinal))
        {
            var isAlways = OfEveryNode.Contains(ofKey.Key);
            string[]? left = ofKey.Key == System ? ["linux"] : null;
            foreach (var values in ofKey.Where(demand => demand.Operator == "In").Select(demand => demand.Values))
            {
                left = left is null ? [.. values] : [.. left.Intersect(values, StringComparer.Ordinal)];
            }

            if (left?.Except(ofKey.Where(demand => demand.Operator == "NotIn").SelectMany(demand => demand.Values), StringComparer.Ordinal)
                .Any(value => !isAlways || value.Length > 0) == false)
            {
                return ofKey.Key == System ? $"asks for nodes whose {System} is not linux, and the image is for linux"
                    : isAlways && ofKey.Count() == 1 ? $"asks for nodes with an empty {Printable.Of(ofKey.Key)}, and no node has it"
                    : $"has conditions on {Printable.Of(ofKey.Key)} that exclude each other";
            }

            if (ofKey.Any(demand => demand.Operator == "DoesNotExist"))
            {
                if (isAlways)
                {
                    return $"asks for nodes without {Printable.Of(ofKey.Key)}, and every node has it";
                }

                if (ofKey.Any(demand => demand.Operator is "In" or "Exists" or "Gt" or "Lt"))
                {
                    return $"has conditions on {Printable.Of(ofKey.Key)} that exclude each other";
                }
            }
        }

        return null;
    }

    /// <summary>False for a variable that nothing has replaced.</summary>
    private static bool IsKnown(Node? value) => Scalar.TextOf(value)?.Contains("${") != true;

    private sealed record Demand(string Key, string Operator, ImmutableArray<string> Values);
}

/// <summary>Why no node fits pods.</summary>
/// <param name="Key">The key of the pod that is wrong, or wrong beside the other one.</param>
/// <param name="Reason">As it goes after "because"; of an affinity that is refused, as it goes behind "the required affinity".</param>
internal sealed record NodeMisfit(string Key, string Reason)
{
    /// <summary>True where Kubernetes does not accept the affinity, so that no pod is made that no node fits.</summary>
    public bool IsRefused { get; init; }

    public string Fix { get; init; } = "Write labels that a node can have.";
}
