namespace PlatformGitOps.Generator.Definition;

/// <summary>What uses the addresses of a range.</summary>
public enum RangeUse
{
    Pods,
    Services,
    Nodes,
}

/// <summary>One of a cluster's own address ranges, of either family.</summary>
/// <param name="Use">What uses its addresses.</param>
/// <param name="Key">Its key below <c>network</c>, for example <c>second.pods</c>.</param>
/// <param name="Addresses">The range.</param>
public sealed record ClusterRange(RangeUse Use, string Key, Cidr Addresses)
{
    public bool IsSecond => Key.StartsWith("second.", StringComparison.Ordinal);

    /// <summary>Its path in the cluster's mapping.</summary>
    public string Path => $"network.{Key}";

    /// <summary>The definition's word for the use.</summary>
    public string Word => Use switch
    {
        RangeUse.Pods => "pods",
        RangeUse.Services => "services",
        _ => "nodes",
    };

    /// <summary>The ranges of the first family, then those of the second.</summary>
    internal static ImmutableArray<ClusterRange> Of(Cluster cluster) =>
    [
        new(RangeUse.Pods, "pods", cluster.Pods),
        new(RangeUse.Services, "services", cluster.Services),
        .. Optional("nodes", cluster.Nodes),
        .. cluster.Second is not { } second ? [] :
        (ClusterRange[])[
            new(RangeUse.Pods, "second.pods", second.Pods),
            new(RangeUse.Services, "second.services", second.Services),
            .. Optional("second.nodes", second.Nodes),
        ],
    ];

    private static ClusterRange[] Optional(string key, Cidr? nodes) => nodes is null ? [] : [new(RangeUse.Nodes, key, nodes)];
}

/// <summary>The second address family of a dual-stack cluster.</summary>
public sealed record SecondRanges(Cidr Pods, Cidr Services, Cidr? Nodes)
{
    internal static SecondRanges Bind(Section section) => new(
        section.Required("pods", Forms.Range with { Example = "fd00:10:244::/56" }, "The second range of the pods.", perCluster: true),
        section.Required("services", Forms.Range with { Example = "fd00:10:245::/112" }, "The second range of the services.",
            perCluster: true),
        section.Optional("nodes", Forms.Range with { Example = "fd00:10:10::/64" }, "The second range of the nodes.", perCluster: true));
}
