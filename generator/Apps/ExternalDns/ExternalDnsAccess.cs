using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>What an instance may read: the objects of its sources, and nothing else. It writes to none but DNSEndpoint's status.</summary>
internal static class ExternalDnsAccess
{
    private const string Group = "rbac.authorization.k8s.io";

    private const string Api = Group + "/v1";

    private static readonly string[] Read = ["get", "list", "watch"];

    public static IEnumerable<Mapping> Objects(DnsInstance instance) =>
    [
        new Mapping
        {
            { "apiVersion", Api },
            { "kind", "ClusterRole" },
            { "metadata", ExternalDnsNames.Metadata(instance, @namespace: null) },
            { "rules", Sequence.Of(instance.Sources.SelectMany(Rules).Distinct()) },
        },
        new Mapping
        {
            { "apiVersion", Api },
            { "kind", "ClusterRoleBinding" },
            { "metadata", ExternalDnsNames.Metadata(instance, @namespace: null) },
            { "roleRef", new Mapping { { "apiGroup", Group }, { "kind", "ClusterRole" }, { "name", ExternalDnsNames.Of(instance) } } },
            { "subjects", Sequence.Of(new Mapping { { "kind", "ServiceAccount" }, { "name", ExternalDnsNames.Of(instance) },
                { "namespace", ExternalDnsNames.Namespace } }) },
        },
    ];

    private static IEnumerable<Mapping> Rules(string source) => source switch
    {
        // Pods and nodes are the targets of headless and of NodePort Services.
        "service" => [Rule("", ["services", "pods", "nodes"], Read), Rule("discovery.k8s.io", ["endpointslices"], Read)],
        "ingress" => [Rule("networking.k8s.io", ["ingresses"], Read)],
        "gateway-httproute" =>
            [Rule("gateway.networking.k8s.io", ["gateways", "httproutes"], Read), Rule("", ["namespaces"], Read)],
        _ => [Rule("externaldns.k8s.io", ["dnsendpoints"], Read), Rule("externaldns.k8s.io", ["dnsendpoints/status"], ["update"])],
    };

    private static Mapping Rule(string group, string[] resources, string[] verbs) => new()
    {
        { "apiGroups", Resources.Texts(group) },
        { "resources", Resources.Texts(resources) },
        { "verbs", Resources.Texts(verbs) },
    };
}
