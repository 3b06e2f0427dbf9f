namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>
/// API versions that no Kubernetes of a definition serves (1.27 and later): old examples have them (Kubernetes, Deprecated API Migration
/// Guide).
/// </summary>
internal static class RemovedApiRules
{
    private const string Removed = "api-version-removed";

    public static readonly LintRule Rule = LintRule.Of("removed-api", Check,
        (Removed, "Kubernetes no longer serves this API version, so Flux finds no kind for the object and fails."));

    private static readonly string[] Rbac = ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"];
    private static readonly string[] Webhooks = ["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];
    private static readonly string[] Workloads = ["DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"];

    /// <summary>The replacement of each, null if absent, and the Kubernetes version that removed it.</summary>
    private static readonly Dictionary<(string ApiVersion, string Kind), (string? Now, string Since)> Gone =
        new (string ApiVersion, string[] Kinds, string? Now, string Since)[]
        {
            ("admissionregistration.k8s.io/v1beta1", Webhooks, "admissionregistration.k8s.io/v1", "1.22"),
            ("apiextensions.k8s.io/v1beta1", ["CustomResourceDefinition"], "apiextensions.k8s.io/v1", "1.22"),
            ("apiregistration.k8s.io/v1beta1", ["APIService"], "apiregistration.k8s.io/v1", "1.22"),
            ("apps/v1beta1", Workloads, "apps/v1", "1.16"),
            ("apps/v1beta2", Workloads, "apps/v1", "1.16"),
            ("autoscaling/v2beta1", ["HorizontalPodAutoscaler"], "autoscaling/v2", "1.25"),
            ("autoscaling/v2beta2", ["HorizontalPodAutoscaler"], "autoscaling/v2", "1.26"),
            ("batch/v1beta1", ["CronJob"], "batch/v1", "1.25"),
            ("coordination.k8s.io/v1beta1", ["Lease"], "coordination.k8s.io/v1", "1.22"),
            ("discovery.k8s.io/v1beta1", ["EndpointSlice"], "discovery.k8s.io/v1", "1.25"),
            ("extensions/v1beta1", Workloads, "apps/v1", "1.16"),
            ("extensions/v1beta1", ["NetworkPolicy"], "networking.k8s.io/v1", "1.16"),
            ("extensions/v1beta1", ["Ingress"], "networking.k8s.io/v1", "1.22"),
            ("extensions/v1beta1", ["PodSecurityPolicy"], null, "1.16"),
            ("networking.k8s.io/v1beta1", ["Ingress", "IngressClass"], "networking.k8s.io/v1", "1.22"),
            ("node.k8s.io/v1beta1", ["RuntimeClass"], "node.k8s.io/v1", "1.25"),
            ("policy/v1beta1", ["PodDisruptionBudget"], "policy/v1", "1.25"),
            ("policy/v1beta1", ["PodSecurityPolicy"], null, "1.25"),
            ("rbac.authorization.k8s.io/v1alpha1", Rbac, "rbac.authorization.k8s.io/v1", "1.22"),
            ("rbac.authorization.k8s.io/v1beta1", Rbac, "rbac.authorization.k8s.io/v1", "1.22"),
            ("scheduling.k8s.io/v1beta1", ["PriorityClass"], "scheduling.k8s.io/v1", "1.22"),
            ("storage.k8s.io/v1beta1", ["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment"], "storage.k8s.io/v1", "1.22"),
        }
        .SelectMany(entry => entry.Kinds.Select(kind => ((entry.ApiVersion, kind), (entry.Now, entry.Since))))
        .ToDictionary(pair => pair.Item1, pair => pair.Item2);

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        foreach (var resource in cluster.Layers.SelectMany(layer => layer.Applied))
        {
            if (resource.ApiVersion is var version && !version.EndsWith("/v1", StringComparison.Ordinal)
                && Gone.TryGetValue((version, resource.Kind), out var gone))
            {
                yield return Report.At(
                    resource,
                    ["apiVersion"],
                    Removed,
                    $"Kubernetes {gone.Since} and later do not serve {resource.Kind} in {version}, so Flux fails.",
                    gone.Now is { } now ? $"Write {now}, and its fields."
                        : $"Delete it: Kubernetes no longer has the kind {resource.Kind}.");
            }
        }
    }
}
