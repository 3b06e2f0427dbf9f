using PlatformGitOps.Acceptance.Sabotage;
using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Acceptance.Criteria.GeoDns;

public static partial class GeoCriterion
{
    private static readonly ResourceAddress Service = ResourceKind.Service.Named(GeoDnsNames.Name, GeoDnsNames.Namespace);

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("nodes put their address in the client's place", "Geo.1", "in the client's place", tree =>
            Set(tree, "Service", "spec.externalTrafficPolicy", "Cluster")),
        new("clients outside are kept out", "Geo.1", "keeps clients out", tree =>
            tree.GeoDns.Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.ingress")!.AsArray().RemoveAt(0)),
        new("every port for everybody", "Geo.5", "any workload reaches port", tree => tree.GeoDns
            .Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.ingress[0]")!.AsObject().Remove("toPorts")),
        new("the monitoring is shut out of geographic routing", "Geo.5", "cannot scrape", tree => tree.GeoDns
            .Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.ingress")!.AsArray().RemoveAt(1)),
        new("the writer is kept from pods", "Geo.4", "its own region for dead", tree => tree.GeoDns
            .Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.egress")!.AsArray().RemoveAt(1)),
        new("no TCP", "Geo.1", "a way of asking", tree =>
            Find(tree, "Service").At("spec.ports")!.AsArray().RemoveAt(1)),
        new("one answer for all clients", "Geo.2", "for everybody else", tree =>
            Corefile(tree, text => text.Replace("view near", "# near", StringComparison.Ordinal))),
        new("a resolver for everybody", "Geo.2", "resolves for everybody", tree =>
            Corefile(tree, text => text.Replace("minimal", "forward . 1.1.1.1", StringComparison.Ordinal))),
        new("zones that are read once a minute", "Geo.2", "stays in the answers", tree =>
            Corefile(tree, text => text.Replace("reload 1s", "reload 1m", StringComparison.Ordinal))),
        new("the writer may read Secrets", "Geo.3", "other rights", tree =>
            tree.GeoDns.Single(resource => resource.Kind == "ClusterRole").At("rules[0].resources")!.AsArray().Add("secrets")),
        new("the server has the token", "Geo.3", "that clients ask has the token", tree =>
            Find(tree, "Deployment").At("spec.template.spec.containers[0].volumeMounts")!.AsArray()
                .Add(new JsonObject { ["name"] = "token", ["mountPath"] = "/token" })),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Changed("no TCP", "Geo.1", "for client", Service, "spec.ports", ports => new JsonArray(ports[0]!.DeepClone())),
        LiveSabotage.Changed("a Service with other pods", "Geo.2", "for client", Service, "spec.selector",
            selector => With(selector, "app.kubernetes.io/name", "another")),
        LiveSabotage.Changed("the writer may read Secrets", "Geo.3", "among workloads",
            ResourceKind.ClusterRole.Named(GeoDnsNames.Name), "rules", rules =>
            {
                rules.AsArray().Add(new JsonObject
                {
                    ["apiGroups"] = new JsonArray(""), ["resources"] = new JsonArray("secrets"), ["verbs"] = new JsonArray("get"),
                });
                return rules;
            }),
        LiveSabotage.Changed("the zones cannot be written", "Geo.4", "for client",
            ResourceKind.Role.Named(GeoDnsNames.Name, GeoDnsNames.Namespace), "rules", rules =>
            {
                var zones = rules.AsArray().Single(rule => (string?)rule!["resources"]![0] == "configmaps")!;
                zones["verbs"] = new JsonArray("get", "list", "watch");
                return rules;
            }),
        Policy.Everybody("every port for everybody"),
        Policy.WithoutTheMonitoring("the monitoring is shut out of geographic routing"),
    ];

    private static PolicySabotage Policy =>
        new("Geo.5", GeoDnsNames.Name, $"app.kubernetes.io/name={GeoDnsNames.Name}", GeoDnsNames.ServerMetricsPort);

    private static JsonNode With(JsonNode selector, string label, string value)
    {
        selector[label] = value;
        return selector;
    }

    private static Resource Find(SabotagedTree tree, string kind) =>
        tree.GeoDns.Single(resource => resource.Kind == kind && resource.Name == GeoDnsNames.Name);

    private static void Set(SabotagedTree tree, string kind, string path, JsonNode value) =>
        JsonPath.Set(Find(tree, kind).Document, path, value);

    private static void Corefile(SabotagedTree tree, Func<string, string> change)
    {
        var data = tree.GeoDns.Single(resource => resource.Kind == "ConfigMap" && resource.Map("data").Count > 0).Document["data"]!;
        data[GeoDnsNames.Corefile] = change((string)data[GeoDnsNames.Corefile]!);
    }
}
