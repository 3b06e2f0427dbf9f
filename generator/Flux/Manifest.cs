namespace PlatformGitOps.Generator.Flux;

/// <summary>A Kubernetes object of a build.</summary>
/// <param name="Body">The whole object.</param>
/// <param name="File">The file that it was read from.</param>
public sealed record Manifest(Mapping Body, string File)
{
    // The built-in kinds without a namespace.
    private static readonly HashSet<string> ClusterScoped = new(StringComparer.Ordinal)
    {
        "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "ComponentStatus",
        "CustomResourceDefinition", "FlowSchema", "IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume",
        "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
    };

    public string ApiVersion => Body.TextAt("apiVersion") ?? "";

    public string Group => ApiVersion.LastIndexOf('/') is var slash and >= 0 ? ApiVersion[..slash] : "";

    public string Version => ApiVersion[(ApiVersion.LastIndexOf('/') + 1)..];

    public string Kind => Body.TextAt("kind") ?? "";

    public string Name => Body.TextAt("metadata", "name") ?? "";

    public string Namespace => Body.TextAt("metadata", "namespace") ?? "";

    public ResourceId Id => new(Namespace, Name, Group, Kind);

    public bool IsFluxKustomization => this is { Kind: "Kustomization", Group: "kustomize.toolkit.fluxcd.io" };

    public bool IsHelmRelease => this is { Kind: "HelmRelease", Group: "helm.toolkit.fluxcd.io" };

    /// <summary>True for a kind that a CRD defines: Kubernetes' own groups have no domain, or end in k8s.io.</summary>
    public bool IsCustom => Group is var group && group.Contains('.')
        && !group.EndsWith(".k8s.io", StringComparison.Ordinal);

    public bool IsClusterScoped => HasNoNamespace(Kind);

    /// <summary>True for a built-in kind without a namespace.</summary>
    public static bool HasNoNamespace(string kind) => ClusterScoped.Contains(kind);

    /// <summary>True if kustomize appends a hash of the content to the name.</summary>
    internal bool NeedsHash { get; init; }

    /// <summary>The ids of the object before kustomize changed its namespace or name.</summary>
    internal ImmutableArray<ResourceId> Earlier { get; init; } = [];

    /// <summary>A copy with another name or namespace.</summary>
    internal Manifest Renamed(Mapping body) => this with { Body = body, Earlier = Earlier.Add(Id) };

    internal bool IsOrWas(ResourceId id) => Id == id || Earlier.Contains(id);

    /// <summary>The file of one of its nodes, which may be that of a patch.</summary>
    internal string FileOf(Node? node) => node is { File.Length: > 0 } ? node.File : File;

    /// <summary>The text of an annotation, or null.</summary>
    public string? Annotation(string key) => Body.TextAt("metadata", "annotations", key);

    /// <summary>The text of a label, or null.</summary>
    public string? Label(string key) => Body.TextAt("metadata", "labels", key);
}

/// <summary>The id of an object in Flux, without its version.</summary>
/// <param name="Namespace">Empty for a cluster-scoped object.</param>
/// <param name="Name">Its name.</param>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Kind">Its kind.</param>
public readonly record struct ResourceId(string Namespace, string Name, string Group, string Kind)
{
    /// <summary>The format in the inventory of a Flux Kustomization: <c>namespace_name_group_kind</c>.</summary>
    // Names of RBAC objects can contain a colon, which an inventory writes as two underscores (cli-utils, ObjMetadata).
    public override string ToString() => $"{Namespace}_{Name.Replace(":", "__")}_{Group}_{Kind}";

    /// <summary>For messages: <c>Kind namespace/name</c>.</summary>
    public string Title => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
