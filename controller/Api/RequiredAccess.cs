namespace PlatformGitOps.Controller.Api;

/// <summary>The requests of this program. A test records every request and finds exactly these; RBAC is compared with it.</summary>
/// <param name="Group">The API group; empty is the core group.</param>
/// <param name="Resource">With its subresource, such as <c>pods/status</c>.</param>
/// <param name="Verbs">As RBAC names them.</param>
/// <param name="Name">The only object that these verbs are for; null is any.</param>
public sealed record RequiredAccess(string Group, string Resource, IReadOnlyList<string> Verbs, string? Name = null)
{
    /// <summary>In every namespace that is watched.</summary>
    public static IReadOnlyList<RequiredAccess> Everywhere { get; } =
    [
        new("", "services", ["list", "watch"]),
        new("", "pods", ["get", "list", "watch", "patch"]),
        new("", "pods/status", ["patch"]),
        new("", "events", ["create"]),
        new("apps", "replicasets", ["get"]),
        new("apps", "statefulsets", ["get"]),
        new("apps", "daemonsets", ["get"]),
    ];

    /// <summary>In addition, in the same namespaces, where Services without a selector may declare addresses.</summary>
    public static IReadOnlyList<RequiredAccess> ForEndpointSlices { get; } =
    [
        new("discovery.k8s.io", "endpointslices", ["list", "watch", "create", "patch", "delete"]),
    ];

    /// <summary>In the controller's own namespace.</summary>
    public static IReadOnlyList<RequiredAccess> AtHome { get; } =
    [
        // RBAC cannot grant the creation of an object by its name.
        new("coordination.k8s.io", "leases", ["create"]),
        new("coordination.k8s.io", "leases", ["get", "patch"], "dns-health-controller"),
    ];

    /// <summary>In addition, there: each shard has a Lease where there are several.</summary>
    public static IReadOnlyList<RequiredAccess> ForShards(int shards) => shards == 1
        ? []
        :
        [
            .. Enumerable.Range(0, shards)
                .Select(shard => new RequiredAccess("coordination.k8s.io", "leases", ["get", "patch"], $"dns-health-controller-{shard}")),
        ];
}
