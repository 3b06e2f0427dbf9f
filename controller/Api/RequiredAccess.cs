namespace PlatformGitOps.Controller.Api;

/// <summary>
/// The API access of this program. A test records every request and compares it with this list; another one compares RBAC with it.
/// </summary>
/// <param name="Group">The API group; empty is the core group.</param>
/// <param name="Resource">The resource, or a subresource such as <c>pods/status</c>.</param>
/// <param name="Verbs">The RBAC verbs.</param>
/// <param name="Name">The only object; null for any.</param>
public sealed record RequiredAccess(string Group, string Resource, IReadOnlyList<string> Verbs, string? Name = null)
{
    /// <summary>In every watched namespace.</summary>
    public static IReadOnlyList<RequiredAccess> WatchedNamespaces { get; } =
    [
        new("", "services", ["list", "watch"]),
        new("", "pods", ["get", "list", "watch", "patch"]),
        new("", "pods/status", ["patch"]),
        new("", "events", ["create"]),
        new("apps", "replicasets", ["get"]),
        new("apps", "statefulsets", ["get"]),
        new("apps", "daemonsets", ["get"]),
    ];

    /// <summary>Also in every watched namespace, if Services without a selector may have addresses.</summary>
    public static IReadOnlyList<RequiredAccess> ForEndpointSlices { get; } =
    [
        new("discovery.k8s.io", "endpointslices", ["list", "watch", "create", "patch", "delete"]),
    ];

    /// <summary>In the controller's own namespace.</summary>
    public static IReadOnlyList<RequiredAccess> OwnNamespace { get; } =
    [
        // RBAC cannot restrict create to a name.
        new("coordination.k8s.io", "leases", ["create"]),
        new("coordination.k8s.io", "leases", ["get", "patch"], "dns-health-controller"),
    ];

    /// <summary>Also in the controller's namespace: one Lease for each of several shards.</summary>
    public static IReadOnlyList<RequiredAccess> ForShards(int shards) => shards == 1
        ? []
        :
        [
            .. Enumerable.Range(0, shards)
                .Select(shard => new RequiredAccess("coordination.k8s.io", "leases", ["get", "patch"], $"dns-health-controller-{shard}")),
        ];
}
