namespace PlatformGitOps.Acceptance.Rendering;

/// <summary>
/// The ServiceAccounts and RBAC objects that the coredns chart creates with the tree's values; no file of the tree has them. <see
/// cref="RenderingTests"/> compares them with Helm's output.
/// </summary>
public static class ChartAccess
{
    private static readonly string[] Kinds = ["ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "Deployment"];

    public static IReadOnlyList<Resource> Objects { get; } = YamlDocuments.Resources("""
        apiVersion: v1
        kind: ServiceAccount
        metadata: { name: coredns, namespace: kube-system }
        ---
        apiVersion: v1
        kind: ServiceAccount
        metadata: { name: coredns-autoscaler, namespace: kube-system }
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: { name: coredns }
        rules:
          - { apiGroups: [""], resources: [endpoints, services, pods, namespaces], verbs: [list, watch] }
          - { apiGroups: [discovery.k8s.io], resources: [endpointslices], verbs: [list, watch] }
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRole
        metadata: { name: coredns-autoscaler }
        rules:
          - { apiGroups: [""], resources: [nodes], verbs: [list, watch] }
          - { apiGroups: [""], resources: [replicationcontrollers/scale], verbs: [get, update] }
          - { apiGroups: [extensions, apps], resources: [deployments/scale, replicasets/scale], verbs: [get, update] }
          - { apiGroups: [""], resources: [configmaps], verbs: [get, create] }
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: { name: coredns }
        roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: coredns }
        subjects: [{ kind: ServiceAccount, name: coredns, namespace: kube-system }]
        ---
        apiVersion: rbac.authorization.k8s.io/v1
        kind: ClusterRoleBinding
        metadata: { name: coredns-autoscaler }
        roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: coredns-autoscaler }
        subjects: [{ kind: ServiceAccount, name: coredns-autoscaler, namespace: kube-system }]
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: coredns, namespace: kube-system }
        spec:
          template:
            metadata: { labels: { k8s-app: kube-dns, app.kubernetes.io/name: coredns, app.kubernetes.io/instance: coredns } }
            spec: { serviceAccountName: coredns }
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: coredns-autoscaler, namespace: kube-system }
        spec:
          template:
            metadata:
              labels:
                k8s-app: kube-dns-autoscaler
                app.kubernetes.io/name: coredns-autoscaler
                app.kubernetes.io/instance: coredns
            spec: { serviceAccountName: coredns-autoscaler }
        """);

    /// <summary>The differences from Helm's objects, one line for each.</summary>
    public static IEnumerable<string> Differences(IEnumerable<Resource> helm) =>
        Lines(helm.Where(resource => Kinds.Contains(resource.Kind))).Except(Lines(Objects))
            .Concat(Lines(Objects).Except(Lines(helm)));

    private static IEnumerable<string> Lines(IEnumerable<Resource> resources) => resources.SelectMany(resource => new[]
    {
        resource.ToString(),
        $"{resource} rules {resource.At("rules")?.ToJsonString()}",
        $"{resource} roleRef {resource.At("roleRef")?.ToJsonString()}",
        $"{resource} subjects {resource.At("subjects")?.ToJsonString()}",
        $"{resource} account {resource.Text("spec.template.spec.serviceAccountName")}",
        $"{resource} token {resource.Text("spec.template.spec.automountServiceAccountToken")}",
        $"{resource} labels {string.Join(' ', resource.Map("spec.template.metadata.labels")
            // Other labels may be the definition's own.
            .Where(label => label.Key == "k8s-app" || label.Key.StartsWith("app.", StringComparison.Ordinal))
            .OrderBy(label => label.Key, StringComparer.Ordinal).Select(label => $"{label.Key}={label.Value}"))}",
    });
}
