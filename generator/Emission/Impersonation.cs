using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission;

/// <summary>
/// The ServiceAccount that Flux acts as in a cluster that names one, and the rights that the tree's objects need: all in kube-system, and
/// outside of it the definitions and roles by their names.
/// </summary>
internal static class Impersonation
{
    private const string Role = "platform-gitops";

    private const string Rbac = "rbac.authorization.k8s.io/v1";

    // The namespaces of the releases and of the Flux Kustomizations.
    private static readonly string[] Namespaces = [Layout.FluxNamespace, "kube-system"];

    // Granting rights that one does not have is allowed for these alone.
    private static readonly string[] GrantedRoles = ["coredns", "coredns-autoscaler", "dns-health-controller"];

    public static IReadOnlyList<Node> Objects(string account) =>
    [
        .. Namespaces.Select(name => Object("v1", "ServiceAccount", account, name)),
        .. Namespaces.Select(name => Object(Rbac, "Role", Role, name).Set("rules", Sequence.Of(Rule(["*"], ["*"], ["*"])))),
        .. Namespaces.Select(name => Bound(Object(Rbac, "RoleBinding", Role, name), "Role", account)),
        Object(Rbac, "ClusterRole", Role, null).Set("rules", Sequence.Of(
            Rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], ["create", "get", "list", "patch", "update", "watch"]),
            Rule(["rbac.authorization.k8s.io"], ["clusterroles", "clusterrolebindings"],
                ["create", "delete", "get", "list", "patch", "update", "watch"]),
            Rule(["rbac.authorization.k8s.io"], ["clusterroles"], ["bind", "escalate"])
                .Set("resourceNames", Resources.Texts(GrantedRoles)))),
        Bound(Object(Rbac, "ClusterRoleBinding", Role, null), "ClusterRole", account),
    ];

    private static Mapping Object(string version, string kind, string name, string? @namespace) => new()
    {
        { "apiVersion", version },
        { "kind", kind },
        { "metadata", Resources.Metadata(name, @namespace) },
    };

    private static Mapping Rule(string[] groups, string[] resources, string[] verbs) => new()
    {
        { "apiGroups", Resources.Texts(groups) },
        { "resources", Resources.Texts(resources) },
        { "verbs", Resources.Texts(verbs) },
    };

    private static Mapping Bound(Mapping binding, string kind, string account) => binding
        .Set("roleRef", new Mapping { { "apiGroup", "rbac.authorization.k8s.io" }, { "kind", kind }, { "name", Role } })
        .Set("subjects", Sequence.Of(Namespaces.Select(name =>
            new Mapping { { "kind", "ServiceAccount" }, { "name", account }, { "namespace", name } })));
}
