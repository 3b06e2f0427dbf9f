using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.Dashboard;

namespace PlatformGitOps.Generator.Emission;

/// <summary>
/// The ServiceAccount that Flux acts as in a cluster that names one, and the rights that the tree's objects need: all in kube-system, and
/// outside of it definitions, admission policies, the dashboard, and roles by their names.
/// </summary>
internal static class Impersonation
{
    /// <summary>The name of the roles that the account has.</summary>
    public const string Role = "platform-gitops";

    private const string Rbac = "rbac.authorization.k8s.io/v1";

    // The namespaces of the releases and of the Flux Kustomizations.
    private static readonly string[] Namespaces = [Layout.FluxNamespace, "kube-system"];

    private static readonly string[] Manage = ["create", "delete", "get", "list", "patch", "update", "watch"];

    public static IReadOnlyList<Node> Objects(string account, Cluster cluster)
    {
        // By its name alone: a Role beside Grafana would fail where that namespace is not there yet, and everything else with it.
        Mapping[] dashboards = cluster.Monitoring.Dashboard
            ? [Rule([""], ["configmaps"], Manage).Set("resourceNames", Resources.Texts(DashboardApp.LayerName))]
            : [];
        return
        [
            .. Namespaces.Select(name => Object("v1", "ServiceAccount", account, name)),
            .. Namespaces.Select(name => Object(Rbac, "Role", Role, name).Set("rules", Sequence.Of(Rule(["*"], ["*"], ["*"])))),
            .. Namespaces.Select(name => Bound(Object(Rbac, "RoleBinding", Role, name), "Role", account)),
            Object(Rbac, "ClusterRole", Role, null).Set("rules", Sequence.Of(
            [
                Rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], ["create", "get", "list", "patch", "update", "watch"]),
                Rule(["admissionregistration.k8s.io"], ["validatingadmissionpolicies", "validatingadmissionpolicybindings"], Manage),
                .. dashboards,
                // Roles too: an application may be given the namespaces in which it acts.
                Rule(["rbac.authorization.k8s.io"], ["clusterroles", "clusterrolebindings", "roles", "rolebindings"], Manage),
                // Granting rights that one does not have is allowed for these alone.
                Rule(["rbac.authorization.k8s.io"], ["clusterroles", "roles"], ["bind", "escalate"])
                    .Set("resourceNames", Resources.Texts(AppList.All.SelectMany(app => app.Roles(cluster)))),
            ])),
            Bound(Object(Rbac, "ClusterRoleBinding", Role, null), "ClusterRole", account),
        ];
    }

    private static Mapping Object(string version, string kind, string name, string? @namespace) => new()
    {
        { "apiVersion", version },
        { "kind", kind },
        { "metadata", Resources.Metadata(name, @namespace) },
    };

    private static Mapping Bound(Mapping binding, string kind, string account) => binding
        .Set("roleRef", new Mapping { { "apiGroup", "rbac.authorization.k8s.io" }, { "kind", kind }, { "name", Role } })
        .Set("subjects", Sequence.Of(Namespaces.Select(name =>
            new Mapping { { "kind", "ServiceAccount" }, { "name", account }, { "namespace", name } })));

    private static Mapping Rule(string[] groups, string[] resources, string[] verbs) => Resources.AccessRule(groups, resources, verbs);
}
