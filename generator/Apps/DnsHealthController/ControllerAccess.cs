using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>What the controller may do: nothing that it does not do. docs/health-controller.md says what each line is for.</summary>
internal static class ControllerAccess
{
    private const string Group = "rbac.authorization.k8s.io";

    private const string Api = Group + "/v1";

    public static IEnumerable<Mapping> Objects() =>
    [
        new Mapping { { "apiVersion", "v1" }, { "kind", "ServiceAccount" }, { "metadata", ControllerNames.Metadata() } },
        Role("ClusterRole", null, Rule("", "services", "list", "watch"),
            Rule("", "pods", "get", "list", "watch", "patch"),
            Rule("", "pods/status", "patch"),
            Rule("", "events", "create"),
            Rule("discovery.k8s.io", "endpointslices", "list", "watch", "create", "patch", "delete")),
        Binding("ClusterRole", null),
        // A name cannot be asked for where the object is not there yet, so create stands alone.
        Role("Role", ControllerNames.Namespace, Rule("coordination.k8s.io", "leases", "create"),
            Own("coordination.k8s.io", "leases", "get", "patch")),
        Binding("Role", ControllerNames.Namespace),
    ];

    private static Mapping Role(string kind, string? @namespace, params IEnumerable<Mapping> rules) => new()
    {
        { "apiVersion", Api },
        { "kind", kind },
        { "metadata", Resources.Metadata(ControllerNames.Name, @namespace, ControllerNames.Labels()) },
        { "rules", Sequence.Of(rules) },
    };

    private static Mapping Binding(string kind, string? @namespace) => new()
    {
        { "apiVersion", Api },
        { "kind", kind + "Binding" },
        { "metadata", Resources.Metadata(ControllerNames.Name, @namespace, ControllerNames.Labels()) },
        { "roleRef", new Mapping { { "apiGroup", Group }, { "kind", kind }, { "name", ControllerNames.Name } } },
        { "subjects", Sequence.Of(new Mapping { { "kind", "ServiceAccount" }, { "name", ControllerNames.Name },
            { "namespace", ControllerNames.Namespace } }) },
    };

    private static Mapping Rule(string group, string resource, params IEnumerable<string> verbs) => new()
    {
        { "apiGroups", Resources.Texts(group) },
        { "resources", Resources.Texts(resource) },
        { "verbs", Resources.Texts(verbs) },
    };

    private static Mapping Own(string group, string resource, params IEnumerable<string> verbs)
    {
        var rule = Rule(group, resource, verbs);
        rule.Add("resourceNames", Resources.Texts(ControllerNames.Name));
        return rule;
    }
}
