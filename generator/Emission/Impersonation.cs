using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.Dashboard;

namespace PlatformGitOps.Generator.Emission;

/// <summary>
/// The ServiceAccount that Flux impersonates in a cluster, and its rights on the tree's objects: all in kube-system, and elsewhere CRDs,
/// admission policies, the dashboard, and roles by name.
/// </summary>
internal static class Impersonation
{
    /// <summary>The name of the roles that the account has.</summary>
    public const string Role = "platform-gitops";

    // The namespaces of the releases and of the Flux Kustomizations.
    private static readonly string[] Namespaces = [Layout.FluxNamespace, "kube-system"];

    private static readonly string[] Manage = ["create", "delete", "get", "list", "patch", "update", "watch"];

    public static IReadOnlyList<Node> Objects(string account, Cluster cluster)
    {
        var accounts = Namespaces.Select(name => (account, name));
        // By name in a ClusterRole: a Role in Grafana's namespace would fail the whole Kustomization while the namespace is missing.
        Mapping[] dashboards = cluster.Monitoring.Dashboard
            ? [Access.Rule([""], ["configmaps"], Manage).Set("resourceNames", Resources.Texts(DashboardApp.LayerName))]
            : [];
        return
        [
            .. Namespaces.Select(name => Access.Account(Resources.Metadata(account, name))),
            .. Namespaces.Select(name => Access.Role("Role", Resources.Metadata(Role, name), Access.Rule(["*"], ["*"], ["*"]))),
            .. Namespaces.Select(name => Access.Binding("Role", Resources.Metadata(Role, name), accounts)),
            Access.Role("ClusterRole", Resources.Metadata(Role, null),
            [
                Access.Rule(["apiextensions.k8s.io"], ["customresourcedefinitions"], ["create", "get", "list", "patch", "update", "watch"]),
                Access.Rule(["admissionregistration.k8s.io"], ["validatingadmissionpolicies", "validatingadmissionpolicybindings"], Manage),
                .. dashboards,
                // Roles too: an application can have rights in chosen namespaces.
                Access.Rule(["rbac.authorization.k8s.io"], ["clusterroles", "clusterrolebindings", "roles", "rolebindings"], Manage),
                // Only for these roles may the account grant rights that it does not have itself.
                Access.Rule(["rbac.authorization.k8s.io"], ["clusterroles", "roles"], ["bind", "escalate"])
                    .Set("resourceNames", Resources.Texts(AppList.All.SelectMany(app => app.Roles(cluster)))),
            ]),
            Access.Binding("ClusterRole", Resources.Metadata(Role, null), accounts),
        ];
    }
}
