namespace PlatformGitOps.Generator.Kustomize;

/// <summary>The built-in kinds that have no namespace.</summary>
internal static class ClusterScoped
{
    private static readonly HashSet<string> Kinds = new(StringComparer.Ordinal)
    {
        "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding", "ComponentStatus",
        "CustomResourceDefinition", "FlowSchema", "IngressClass", "MutatingWebhookConfiguration", "Namespace", "Node", "PersistentVolume",
        "PriorityClass", "PriorityLevelConfiguration", "RuntimeClass", "StorageClass", "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
    };

    public static bool Has(string kind) => Kinds.Contains(kind);
}
