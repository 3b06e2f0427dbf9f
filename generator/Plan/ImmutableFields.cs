namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// The fields that the API server does not allow to change (from its validation of each kind, including CSI, RBAC and storage).
/// </summary>
internal static class ImmutableFields
{
    private static readonly string[] Data = ["data", "stringData", "binaryData", "immutable"];

    private static readonly Dictionary<(string Group, string Kind), string[]> Paths = new()
    {
        // A second address may be added and removed.
        [("", "Service")] = ["spec.clusterIP", "spec.clusterIPs[0]"],
        [("", "PersistentVolumeClaim")] =
            ["spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName", "spec.volumeMode", "spec.dataSource"],
        [("", "PersistentVolume")] = ["spec.csi", "spec.nfs", "spec.hostPath", "spec.local", "spec.nodeAffinity"],
        [("", "Secret")] = ["type"],
        [("apps", "Deployment")] = ["spec.selector"],
        [("apps", "ReplicaSet")] = ["spec.selector"],
        [("apps", "DaemonSet")] = ["spec.selector"],
        [("apps", "StatefulSet")] = ["spec.selector", "spec.serviceName", "spec.volumeClaimTemplates", "spec.podManagementPolicy"],
        [("batch", "Job")] = ["spec.selector", "spec.template", "spec.completionMode"],
        [("rbac.authorization.k8s.io", "RoleBinding")] = ["roleRef"],
        [("rbac.authorization.k8s.io", "ClusterRoleBinding")] = ["roleRef"],
        [("storage.k8s.io", "StorageClass")] = ["provisioner", "parameters", "reclaimPolicy", "volumeBindingMode"],
        [("networking.k8s.io", "IngressClass")] = ["spec.controller"],
        [("node.k8s.io", "RuntimeClass")] = ["handler"],
        [("scheduling.k8s.io", "PriorityClass")] = ["value", "preemptionPolicy"],
        [("discovery.k8s.io", "EndpointSlice")] = ["addressType"],
        [("apiextensions.k8s.io", "CustomResourceDefinition")] = ["spec.scope", "spec.group", "spec.names.kind", "spec.names.plural"],
    };

    /// <summary>The first changed field that is immutable, or null.</summary>
    public static string? Among(IEnumerable<FieldChange> fields, Manifest before)
    {
        var frozen = before is { Group: "", Kind: "ConfigMap" or "Secret" } && before.Body.TextAt("immutable") == "true";
        return fields.Select(field => field.Path).FirstOrDefault(path =>
            Of(before.Id, path) is not null || (frozen && Data.Any(member => IsAtOrBelow(path, member))));
    }

    /// <summary>The immutable field of an object's kind that is at the path or above it; null for none.</summary>
    public static string? Of(ResourceId id, string path) =>
        Paths.GetValueOrDefault((id.Group, id.Kind), []).FirstOrDefault(field => IsAtOrBelow(path, field));

    /// <summary>The effect of a release that changes such a field.</summary>
    public static string Failure(string kind, string field) =>
        $"the {kind}'s {field[(field.LastIndexOf('.') + 1)..]} cannot change: the upgrade fails";

    internal static bool IsAtOrBelow(string path, string field) =>
        path.StartsWith(field, StringComparison.Ordinal) && (path.Length == field.Length || path[field.Length] is '.' or '[' or ' ');
}
