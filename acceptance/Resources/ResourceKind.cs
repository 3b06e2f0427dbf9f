namespace PlatformGitOps.Acceptance.Resources;

/// <summary>A kind with its address in the API.</summary>
public sealed record ResourceKind(string ApiVersion, string Kind, string Plural, bool Namespaced = true)
{
    public static readonly ResourceKind Pod = new("v1", "Pod", "pods");
    public static readonly ResourceKind Service = new("v1", "Service", "services");
    public static readonly ResourceKind ConfigMap = new("v1", "ConfigMap", "configmaps");
    public static readonly ResourceKind Secret = new("v1", "Secret", "secrets");
    public static readonly ResourceKind ServiceAccount = new("v1", "ServiceAccount", "serviceaccounts");
    public static readonly ResourceKind Event = new("v1", "Event", "events");
    public static readonly ResourceKind Node = new("v1", "Node", "nodes", Namespaced: false);
    public static readonly ResourceKind Namespace = new("v1", "Namespace", "namespaces", Namespaced: false);
    public static readonly ResourceKind Deployment = new("apps/v1", "Deployment", "deployments");
    public static readonly ResourceKind DaemonSet = new("apps/v1", "DaemonSet", "daemonsets");
    public static readonly ResourceKind ReplicaSet = new("apps/v1", "ReplicaSet", "replicasets");
    public static readonly ResourceKind Job = new("batch/v1", "Job", "jobs");
    public static readonly ResourceKind PodDisruptionBudget = new("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets");
    public static readonly ResourceKind HorizontalPodAutoscaler =
        new("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");
    public static readonly ResourceKind ApiService = new("apiregistration.k8s.io/v1", "APIService", "apiservices", Namespaced: false);
    public static readonly ResourceKind EndpointSlice = new("discovery.k8s.io/v1", "EndpointSlice", "endpointslices");
    public static readonly ResourceKind NetworkPolicy = new("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies");
    public static readonly ResourceKind CiliumNetworkPolicy = new("cilium.io/v2", "CiliumNetworkPolicy", "ciliumnetworkpolicies");
    public static readonly ResourceKind CiliumLocalRedirectPolicy =
        new("cilium.io/v2", "CiliumLocalRedirectPolicy", "ciliumlocalredirectpolicies");
    public static readonly ResourceKind ServiceMonitor = new("monitoring.coreos.com/v1", "ServiceMonitor", "servicemonitors");
    public static readonly ResourceKind PrometheusRule = new("monitoring.coreos.com/v1", "PrometheusRule", "prometheusrules");
    public static readonly ResourceKind ClusterRole = new("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", Namespaced: false);
    public static readonly ResourceKind ClusterRoleBinding =
        new("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", Namespaced: false);
    public static readonly ResourceKind Role = new("rbac.authorization.k8s.io/v1", "Role", "roles");
    public static readonly ResourceKind RoleBinding = new("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings");
    public static readonly ResourceKind Lease = new("coordination.k8s.io/v1", "Lease", "leases");
    public static readonly ResourceKind ValidatingAdmissionPolicy =
        new("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies", Namespaced: false);
    public static readonly ResourceKind ValidatingAdmissionPolicyBinding =
        new("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings", Namespaced: false);
    public static readonly ResourceKind CustomResourceDefinition =
        new("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", Namespaced: false);
    public static readonly ResourceKind GitRepository = new("source.toolkit.fluxcd.io/v1", "GitRepository", "gitrepositories");
    public static readonly ResourceKind OciRepository = new("source.toolkit.fluxcd.io/v1", "OCIRepository", "ocirepositories");
    public static readonly ResourceKind HelmRepository = new("source.toolkit.fluxcd.io/v1", "HelmRepository", "helmrepositories");
    public static readonly ResourceKind HelmChart = new("source.toolkit.fluxcd.io/v1", "HelmChart", "helmcharts");
    public static readonly ResourceKind HelmRelease = new("helm.toolkit.fluxcd.io/v2", "HelmRelease", "helmreleases");
    public static readonly ResourceKind FluxKustomization = new("kustomize.toolkit.fluxcd.io/v1", "Kustomization", "kustomizations");
    public static readonly ResourceKind Alert = new("notification.toolkit.fluxcd.io/v1beta3", "Alert", "alerts");

    private static readonly Lazy<ResourceKind[]> All = new(() =>
        [.. typeof(ResourceKind).GetFields().Where(field => field.IsStatic).Select(field => field.GetValue(null)).OfType<ResourceKind>()]);

    /// <summary>The kind of a document.</summary>
    public static ResourceKind Of(Resource resource) => Array.Find(All.Value, resource.Is)
        ?? throw new InvalidOperationException(
            $"{resource} ({resource.ApiVersion}) has a kind that the suite does not know; add it to ResourceKind");

    public ResourceAddress Named(string name, string? inNamespace = null) => new(this, inNamespace, name);

    /// <summary>The API server's path of the kind's collection.</summary>
    public string Path(string? inNamespace)
    {
        var group = ApiVersion.Contains('/') ? $"/apis/{ApiVersion}" : $"/api/{ApiVersion}";
        return Namespaced && inNamespace is not null ? $"{group}/namespaces/{inNamespace}/{Plural}" : $"{group}/{Plural}";
    }
}

public sealed record ResourceAddress(ResourceKind Kind, string? Namespace, string Name)
{
    public string Path => $"{Kind.Path(Namespace)}/{Name}";

    public override string ToString() => Namespace is null ? $"{Kind.Kind} {Name}" : $"{Kind.Kind} {Namespace}/{Name}";
}

public sealed class ResourceKindTests
{
    private static IEnumerable<TestCaseData> Definitions() =>
        Directory.GetFiles(Path.Combine(StorySample.Folder, "definitions"), "*.yaml").Order(StringComparer.Ordinal)
            .Select(file => new TestCaseData(file).SetName($"Every_object_can_be_delivered_of {Path.GetFileNameWithoutExtension(file)}"));

    /// <summary>Delivery with helm applies everything that neither Helm nor Flux creates.</summary>
    [TestCaseSource(nameof(Definitions))]
    public void Every_object_of_a_definition_can_be_delivered(string file)
    {
        var tree = DefinedTree.Generated(DefinedTree.Read(file), null);
        var delivered = tree.Clusters.SelectMany(role => RenderedCluster.From(tree, role).Everything)
            .Where(entry => !entry.IsOfFlux).ToList();
        delivered.ShouldNotBeEmpty();
        foreach (var resource in delivered)
        {
            Should.NotThrow(() => ResourceKind.Of(resource));
        }
    }
}
