using static PlatformGitOps.Acceptance.Criteria.ExternalDns.ExternalDnsCriterion;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>The sabotages that the checks of External-DNS must detect.</summary>
[ChecksOf(typeof(ExternalDnsCriterion))]
public static class ExternalDnsSabotages
{
    private const string ArgumentsPath = $"{Pod}.containers[0].args";

    private static readonly ResourceAddress Role = ResourceKind.ClusterRole.Named(PublishingCluster.Instance);

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("a network policy of other pods", "Records.10", "any workload reaches", tree => JsonPath.Set(
            tree.ExternalDns.Single(resource => resource.Kind == "CiliumNetworkPolicy").Document,
            "spec.endpointSelector", new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "another" } })),
        new("the monitoring is shut out", "Records.10", "cannot scrape", tree => tree.ExternalDns
            .Single(resource => resource.Kind == "CiliumNetworkPolicy").At("spec.ingress")!.AsArray().RemoveAt(0)),
        new("another policy", "Records.1", "--policy", tree => Args(tree, "--policy=sync", "--policy=upsert-only")),
        new("the id of another owner", "Records.1", "--txt-owner-id", tree =>
            Args(tree, "--txt-owner-id=infra", "--txt-owner-id=default")),
        new("no owner", "Records.1", "--registry", tree => Args(tree, "--registry=txt", "--registry=noop")),
        new("every zone of the server", "Records.1", "--domain-filter", tree => Args(tree, $"--domain-filter={ZoneServer.Zone}")),
        new("the annotation prefix of the version", "Records.1", "--annotation-prefix", tree =>
            Args(tree, $"--annotation-prefix={ExternalDnsNames.AnnotationPrefix}")),
        new("records with a TTL of 0", "Records.1", "--min-ttl", tree => Args(tree, "--min-ttl=60s")),
        new("it does not read the zone", "Records.1", "--rfc2136-axfr", tree => Args(tree, "--rfc2136-axfr")),
        new("two pods that write", "Records.2", "two pods", tree => Set(tree, "spec.replicas", 2)),
        new("two pods during a rollout", "Records.2", "during a rollout", tree => Set(tree, "spec.strategy.type", "RollingUpdate")),
        new("no limit", "Records.2", "memory limit", tree => Set(tree, $"{Pod}.containers[0].resources.limits", new JsonObject())),
        new("capabilities", "Records.2", "has capabilities", tree =>
            Set(tree, $"{Pod}.containers[0].securityContext.capabilities.drop", new JsonArray())),
        new("the key in plain text", "Records.3", "as plain text", tree =>
            Set(tree, $"{Pod}.containers[0].env[0]", new JsonObject { ["name"] = "EXTERNAL_DNS_RFC2136_TSIG_SECRET", ["value"] = "a2V5" })),
        new("the key as an argument", "Records.3", "as an argument", tree =>
            Deployment(tree).At(ArgumentsPath)!.AsArray().Add("--rfc2136-tsig-secret=a2V5")),
        new("another Secret", "Records.3", "other keys", tree =>
            Set(tree, $"{Pod}.containers[0].env[0].valueFrom.secretKeyRef.name", "other")),
        new("it may read Secrets", "Records.4", "other rights", tree =>
            tree.ExternalDns.Single(resource => resource.Kind == "ClusterRole").At("rules[0].resources")!.AsArray().Add("secrets")),
        new("it may not read Services", "Records.4", "other rights", tree =>
            tree.ExternalDns.Single(resource => resource.Kind == "ClusterRole").At("rules")!.AsArray().RemoveAt(0)),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        Argument("the key as an argument", "Records.3", "the Deployment has the key", (arguments, server) =>
            arguments.Append($"--rfc2136-tsig-secret={server.Secret}")),
        LiveSabotage.Changed("it may read Secrets", "Records.4", "other rights", Role, "rules", rules =>
        {
            rules[0]!["resources"]!.AsArray().Add("secrets");
            return rules;
        }),
        LiveSabotage.Changed("it may not read Services", "Records.4", "other rights", Role, "rules", rules =>
        {
            rules.AsArray().RemoveAt(0);
            return rules;
        }),
        new("another key in the Secret", "Records.5", $"shop.{ZoneServer.Zone} is 192.0.2.21",
            (cluster, token) => WithKey(cluster, _ => Convert.ToBase64String(new byte[32]), token),
            (cluster, token) => WithKey(cluster, server => server.Secret, token)),
        Argument("another domain", "Records.5", $"shop.{ZoneServer.Zone} is 192.0.2.21", (arguments, _) =>
            arguments.Select(argument =>
                argument.StartsWith("--domain-filter=", StringComparison.Ordinal) ? "--domain-filter=example.org" : argument)),
        Argument("nothing is deleted", "Records.5", $"shop.{ZoneServer.Zone} is gone", (arguments, _) =>
            arguments.Select(argument => argument == "--policy=sync" ? "--policy=upsert-only" : argument)),
        WithNewZone(Argument("it does not read the zone", "Records.6", "another owner's", (arguments, _) =>
            arguments.Where(argument => argument != "--rfc2136-axfr"))),
        WithNewZone(Argument("the id of another owner", "Records.6", "another owner's", (arguments, _) =>
            arguments.Select(argument =>
                argument.StartsWith("--txt-owner-id=", StringComparison.Ordinal) ? "--txt-owner-id=somebody" : argument))),
        LiveSabotage.Changed("alerts of series that no version exports", "Records.7", "that nobody exports",
            ResourceKind.PrometheusRule.Named(ExternalDnsNames.Name, ExternalDnsNames.Namespace), "spec.groups", groups =>
                JsonNode.Parse(groups.ToJsonString().Replace(
                    "external_dns_controller_last_sync", "external_dns_last_sync"))!),
    ];

    /// <summary>Changes the arguments of the running Deployment.</summary>
    private static LiveSabotage Argument(
        string name, string check, string expectedMessage, Func<IEnumerable<string>, ZoneServer, IEnumerable<string>> change) =>
        LiveSabotage.Restoring(
            name,
            check,
            expectedMessage,
            async (cluster, token) => (await cluster.Require(PublishingCluster.Deployment, token)).Parts($"{Pod}.containers")[0],
            async (cluster, container, token) =>
            {
                var server = (await PublishingCluster.Of(cluster, token)).Server;
                var other = container.Copy();
                other.Document["args"] = new JsonArray(
                    [.. change(container.Texts("args"), server).Select(argument => JsonValue.Create(argument))]);
                await Put(cluster, other, token);
            },
            Put);

    /// <summary>With a new zone afterwards: correct arguments do not restore the records of others.</summary>
    private static LiveSabotage WithNewZone(LiveSabotage sabotage) => sabotage with
    {
        Undo = async (cluster, token) =>
        {
            await sabotage.Undo(cluster, token);
            var publishing = await PublishingCluster.Of(cluster, token);
            await publishing.Server.Renew(LocalProgram.Find("knotd")!, token);
        },
    };

    private static async Task Put(LiveCluster cluster, Resource container, CancellationToken cancellationToken)
    {
        await cluster.Api.Patch(
            PublishingCluster.Deployment,
            JsonPath.Patch($"{Pod}.containers", new JsonArray(container.Document.DeepClone())),
            cancellationToken);
        await PublishingCluster.Of(cluster, cancellationToken);
    }

    private static async Task WithKey(LiveCluster cluster, Func<ZoneServer, string> key, CancellationToken cancellationToken)
    {
        var publishing = await PublishingCluster.Of(cluster, cancellationToken);
        await PublishingCluster.Key(cluster, key(publishing.Server), cancellationToken);
        await publishing.Restart(cancellationToken);
    }

    private static Resource Deployment(SabotagedTree tree) => tree.ExternalDns.Single(resource => resource.Kind == "Deployment");

    private static void Set(SabotagedTree tree, string path, JsonNode? value) => JsonPath.Set(Deployment(tree).Document, path, value);

    private static void Args(SabotagedTree tree, string argument, params IEnumerable<string> instead)
    {
        var given = Deployment(tree).Texts(ArgumentsPath);
        given.ShouldContain(argument, "the sabotage no longer fits the arguments");
        Set(tree, ArgumentsPath, new JsonArray(
            [.. given.Where(one => one != argument).Concat(instead).Select(one => JsonValue.Create(one))]));
    }
}
