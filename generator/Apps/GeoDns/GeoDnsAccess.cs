using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>What the writer may do: read Services, write its own ConfigMap, hold its own Lease. CoreDNS may do nothing.</summary>
internal static class GeoDnsAccess
{
    private const string Group = "rbac.authorization.k8s.io";

    internal const string InNamespace = GeoDnsNames.Name + "-services";

    public static IEnumerable<Mapping> Objects(GeoDnsSettings settings, string zones)
    {
        Mapping[] services = [Rule("", "services", ["list", "watch"]), Rule("", "events", ["create"])];
        return
        [
            new Mapping
            {
                { "apiVersion", "v1" },
                { "kind", "ServiceAccount" },
                { "metadata", GeoDnsNames.Metadata() },
                { "automountServiceAccountToken", false },
            },
            .. Granted("Role", GeoDnsNames.Name, GeoDnsNames.Namespace,
                Rule("", "configmaps", ["get", "list", "watch", "patch"], zones),
                Rule("coordination.k8s.io", "leases", ["get", "patch"], zones)),
            .. settings.Namespaces.IsEmpty ? Granted("ClusterRole", GeoDnsNames.Name, null, services)
                : settings.Namespaces.SelectMany(name => Granted("Role", InNamespace, name.Text, services)),
        ];
    }

    private static IEnumerable<Mapping> Granted(string kind, string name, string? @namespace, params IEnumerable<Mapping> rules) =>
    [
        new Mapping
        {
            { "apiVersion", Group + "/v1" },
            { "kind", kind },
            { "metadata", GeoDnsNames.Metadata(name, @namespace) },
            { "rules", Sequence.Of(rules) },
        },
        new Mapping
        {
            { "apiVersion", Group + "/v1" },
            { "kind", kind + "Binding" },
            { "metadata", GeoDnsNames.Metadata(name, @namespace) },
            { "roleRef", new Mapping { { "apiGroup", Group }, { "kind", kind }, { "name", name } } },
            { "subjects", Sequence.Of(new Mapping { { "kind", "ServiceAccount" }, { "name", GeoDnsNames.Name },
                { "namespace", GeoDnsNames.Namespace } }) },
        },
    ];

    private static Mapping Rule(string group, string resource, string[] verbs, string? name = null) => new()
    {
        { "apiGroups", Resources.Texts(group) },
        { "resources", Resources.Texts(resource) },
        { "resourceNames", name is null ? null : Resources.Texts(name) },
        { "verbs", Resources.Texts(verbs) },
    };
}
