namespace PlatformGitOps.Generator.Lint;

/// <summary>Common kinds of a tree: their plural names in RBAC rules, and whether they are namespaced.</summary>
internal static class KnownKinds
{
    private const string Flux = ".toolkit.fluxcd.io";

    /// <summary>Kinds in Kubernetes' own groups.</summary>
    private static readonly Dictionary<string, string> Core = new(StringComparer.Ordinal)
    {
        ["ConfigMap"] = "configmaps",
        ["Endpoints"] = "endpoints",
        ["LimitRange"] = "limitranges",
        ["Namespace"] = "namespaces",
        ["PersistentVolume"] = "persistentvolumes",
        ["PersistentVolumeClaim"] = "persistentvolumeclaims",
        ["Pod"] = "pods",
        ["ResourceQuota"] = "resourcequotas",
        ["Secret"] = "secrets",
        ["Service"] = "services",
        ["ServiceAccount"] = "serviceaccounts",
        ["ClusterRole"] = "clusterroles",
        ["ClusterRoleBinding"] = "clusterrolebindings",
        ["Role"] = "roles",
        ["RoleBinding"] = "rolebindings",
        ["CronJob"] = "cronjobs",
        ["DaemonSet"] = "daemonsets",
        ["Deployment"] = "deployments",
        ["Job"] = "jobs",
        ["ReplicaSet"] = "replicasets",
        ["StatefulSet"] = "statefulsets",
        ["CustomResourceDefinition"] = "customresourcedefinitions",
        ["HorizontalPodAutoscaler"] = "horizontalpodautoscalers",
        ["Ingress"] = "ingresses",
        ["IngressClass"] = "ingressclasses",
        ["NetworkPolicy"] = "networkpolicies",
        ["PodDisruptionBudget"] = "poddisruptionbudgets",
        ["PriorityClass"] = "priorityclasses",
        ["StorageClass"] = "storageclasses",
        ["MutatingWebhookConfiguration"] = "mutatingwebhookconfigurations",
        ["ValidatingWebhookConfiguration"] = "validatingwebhookconfigurations",
        ["ValidatingAdmissionPolicy"] = "validatingadmissionpolicies",
        ["ValidatingAdmissionPolicyBinding"] = "validatingadmissionpolicybindings",
    };

    /// <summary>Cluster-scoped kinds of CRDs, and of Kubernetes since 1.30.</summary>
    private static readonly Dictionary<(string Group, string Kind), string> OfCluster = new()
    {
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicy")] = "mutatingadmissionpolicies",
        [("admissionregistration.k8s.io", "MutatingAdmissionPolicyBinding")] = "mutatingadmissionpolicybindings",
        [("apiregistration.k8s.io", "APIService")] = "apiservices",
        [("cert-manager.io", "ClusterIssuer")] = "clusterissuers",
        [("cilium.io", "CiliumBGPClusterConfig")] = "ciliumbgpclusterconfigs",
        [("cilium.io", "CiliumClusterwideNetworkPolicy")] = "ciliumclusterwidenetworkpolicies",
        [("cilium.io", "CiliumEgressGatewayPolicy")] = "ciliumegressgatewaypolicies",
        [("cilium.io", "CiliumL2AnnouncementPolicy")] = "ciliuml2announcementpolicies",
        [("cilium.io", "CiliumLoadBalancerIPPool")] = "ciliumloadbalancerippools",
        [("external-secrets.io", "ClusterExternalSecret")] = "clusterexternalsecrets",
        [("external-secrets.io", "ClusterSecretStore")] = "clustersecretstores",
        [("gateway.networking.k8s.io", "GatewayClass")] = "gatewayclasses",
        [("kyverno.io", "ClusterPolicy")] = "clusterpolicies",
        [("networking.k8s.io", "ServiceCIDR")] = "servicecidrs",
        [("policy.networking.k8s.io", "AdminNetworkPolicy")] = "adminnetworkpolicies",
        [("policy.networking.k8s.io", "BaselineAdminNetworkPolicy")] = "baselineadminnetworkpolicies",
        [("projectcalico.org", "GlobalNetworkPolicy")] = "globalnetworkpolicies",
        [("snapshot.storage.k8s.io", "VolumeSnapshotClass")] = "volumesnapshotclasses",
        [("storage.k8s.io", "VolumeAttributesClass")] = "volumeattributesclasses",
        [("trust.cert-manager.io", "Bundle")] = "bundles",
    };

    /// <summary>The plural name of a kind in RBAC rules; null if unknown.</summary>
    public static string? PluralOf(ClusterView cluster, Manifest resource) =>
        Definition(cluster, resource)?.TextAt("names", "plural") ?? OfCluster.GetValueOrDefault((resource.Group, resource.Kind))
        ?? (resource.IsCustom ? null : Core.GetValueOrDefault(resource.Kind));

    /// <summary>The namespace of an object, empty for the cluster; null if unknown.</summary>
    public static string? ScopeOf(ClusterView cluster, Manifest resource) =>
        (Definition(cluster, resource)?.TextAt("scope") is { } scope ? scope == "Cluster"
            : resource.IsClusterScoped || OfCluster.ContainsKey((resource.Group, resource.Kind))) ? ""
        : resource.Namespace.Length > 0 ? resource.Namespace : null;

    /// <summary>True for a kind that is certainly namespaced.</summary>
    public static bool IsNamespaced(Manifest resource) => resource.Group.EndsWith(Flux, StringComparison.Ordinal)
        || (!resource.IsCustom && !resource.IsClusterScoped && Core.ContainsKey(resource.Kind));

    /// <summary>The <c>spec</c> of the CRD in the tree.</summary>
    private static Mapping? Definition(ClusterView cluster, Manifest resource) =>
        cluster.Applied.FirstOrDefault(definition => definition.Kind == "CustomResourceDefinition"
            && definition.Body.TextAt("spec", "group") == resource.Group
            && definition.Body.TextAt("spec", "names", "kind") == resource.Kind)?.Body["spec"] as Mapping;
}
