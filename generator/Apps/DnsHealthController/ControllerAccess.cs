using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>What the controller may do: nothing that it does not do. docs/health-controller.md says what each line is for.</summary>
internal static class ControllerAccess
{
    private const string Group = "rbac.authorization.k8s.io";

    private const string Api = Group + "/v1";

    /// <summary>The Roles of single namespaces; the one of the Lease has the controller's own name.</summary>
    internal const string InNamespace = ControllerNames.Name + "-checks";

    /// <summary>The Role of the shards' Leases.</summary>
    private const string OfShards = ControllerNames.Name + "-shards";

    /// <summary>The account and its Lease, the same in every cluster.</summary>
    public static IEnumerable<Mapping> Account() =>
    [
        new Mapping { { "apiVersion", "v1" }, { "kind", "ServiceAccount" }, { "metadata", ControllerNames.Metadata() } },
        // A name cannot be asked for where the object is not there yet, so create stands alone.
        Role("Role", ControllerNames.Name, ControllerNames.Namespace, Rule("coordination.k8s.io", "leases", "create"),
            Leases(ControllerNames.Name)),
        Binding("Role", ControllerNames.Name, ControllerNames.Namespace),
    ];

    /// <summary>What it may do in every namespace, or in those that the definition lists.</summary>
    public static IEnumerable<Mapping> Checks(HealthControllerSettings settings)
    {
        Mapping[] rules =
        [
            Rule("", "services", "list", "watch"),
            Rule("", "pods", "get", "list", "watch", "patch"),
            Rule("", "pods/status", "patch"),
            Rule("", "events", "create"),
            Rule("apps", "replicasets", "get"),
            Rule("apps", "statefulsets", "get"),
            Rule("apps", "daemonsets", "get"),
            .. settings.EndpointSliceNetworks.IsEmpty
                ? Array.Empty<Mapping>()
                : [Rule("discovery.k8s.io", "endpointslices", "list", "watch", "create", "patch", "delete")],
        ];
        return settings.Namespaces.IsEmpty
            ? [Role("ClusterRole", ControllerNames.Name, null, rules), Binding("ClusterRole", ControllerNames.Name, null)]
            : settings.Namespaces.SelectMany(name =>
                new[] { Role("Role", InNamespace, name.Text, rules), Binding("Role", InNamespace, name.Text) });
    }

    /// <summary>The Leases of the shards, where there are several.</summary>
    public static IEnumerable<Mapping> Shards(HealthControllerSettings settings) => settings.Shards == 1 ? [] :
    [
        Role("Role", OfShards, ControllerNames.Namespace,
            Leases([.. Enumerable.Range(0, settings.Shards).Select(ControllerNames.LeaseOf)])),
        Binding("Role", OfShards, ControllerNames.Namespace),
    ];

    private static Mapping Role(string kind, string name, string? @namespace, params IEnumerable<Mapping> rules) => new()
    {
        { "apiVersion", Api },
        { "kind", kind },
        { "metadata", Resources.Metadata(name, @namespace, ControllerNames.Labels()) },
        { "rules", Sequence.Of(rules) },
    };

    private static Mapping Binding(string kind, string name, string? @namespace) => new()
    {
        { "apiVersion", Api },
        { "kind", kind + "Binding" },
        { "metadata", Resources.Metadata(name, @namespace, ControllerNames.Labels()) },
        { "roleRef", new Mapping { { "apiGroup", Group }, { "kind", kind }, { "name", name } } },
        { "subjects", Sequence.Of(new Mapping { { "kind", "ServiceAccount" }, { "name", ControllerNames.Name },
            { "namespace", ControllerNames.Namespace } }) },
    };

    private static Mapping Rule(string group, string resource, params IEnumerable<string> verbs) => new()
    {
        { "apiGroups", Resources.Texts(group) },
        { "resources", Resources.Texts(resource) },
        { "verbs", Resources.Texts(verbs) },
    };

    private static Mapping Leases(params IEnumerable<string> names)
    {
        var rule = Rule("coordination.k8s.io", "leases", "get", "patch");
        rule.Add("resourceNames", Resources.Texts(names));
        return rule;
    }
}
