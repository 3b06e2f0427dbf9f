using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Sabotage;

public static partial class LiveSabotages
{
    /// <summary>Another expression for one alert of the live rules. A merge patch replaces the whole list of groups.</summary>
    private static LiveSabotage Alert(string name, string owner, string says, string alert, Func<string, string> change)
    {
        return LiveSabotage.Restoring(
            name,
            owner,
            says,
            async (cluster, token) => (await cluster.Require(Rules, token)).At("spec.groups")!,
            (cluster, groups, token) => Write(cluster, Changed(groups.DeepClone()), token),
            Write);

        JsonNode Changed(JsonNode groups)
        {
            var rule = groups.AsArray().SelectMany(group => group!["rules"]!.AsArray()).Single(entry => (string?)entry!["alert"] == alert)!;
            rule["expr"] = change((string)rule["expr"]!);
            return groups;
        }

        static Task Write(LiveCluster cluster, JsonNode groups, CancellationToken cancellationToken) => cluster.Api.Patch(
            Rules, new JsonObject { ["spec"] = new JsonObject { ["groups"] = groups.DeepClone() } }, cancellationToken);
    }

    private static LiveSabotage Patched(
        string name, string owner, string says, ResourceAddress address, string change, string back, bool rolls) => new(
        name,
        owner,
        says,
        (cluster, token) => Change(cluster, address, change, rolls, token),
        (cluster, token) => Change(cluster, address, back, rolls, token));

    private static LiveSabotage Container(string name, string owner, string says, string field, string change, string back) => new(
        name,
        owner,
        says,
        (cluster, token) => SetInContainer(cluster, field, change, token),
        (cluster, token) => SetInContainer(cluster, field, back, token));

    private static LiveSabotage Corefile(string name, string owner, string says, Func<string, string> change) => LiveSabotage.Restoring(
        name,
        owner,
        says,
        Sabotage.Corefile.Read,
        (cluster, before, token) => Sabotage.Corefile.Write(cluster, change(before), token),
        Sabotage.Corefile.Write);

    /// <summary>A label that one pod has, and that the Service selects by; null takes both away. The other pods answer, but nobody asks them.</summary>
    private static async Task OnePod(LiveCluster cluster, string? value, CancellationToken cancellationToken)
    {
        const string Label = "sabotage";
        foreach (var pod in (await cluster.StayingDnsPods(cancellationToken)).Take(value is null ? int.MaxValue : 1))
        {
            await cluster.Api.Patch(
                ResourceKind.Pod.Named(pod.Name, "kube-system"),
                new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { [Label] = value } } },
                cancellationToken);
        }

        await cluster.Api.Patch(Service, new JsonObject { ["spec"] = new JsonObject { ["selector"] = new JsonObject { [Label] = value } } }, cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(30),
            async token => (await cluster.Api.List(ResourceKind.EndpointSlice, "kube-system", "kubernetes.io/service-name=kube-dns", token))
                .SelectMany(slice => slice.Parts("endpoints")).Count(endpoint => endpoint.Flag("conditions.terminating") != true)
                .ShouldBe(value is null ? (await cluster.StayingDnsPods(token)).Count : 1),
            "the endpoints follow the Service's selector",
            cancellationToken);
    }

    /// <summary>A pod with the wrong account may list nothing and never becomes ready, so that the rollout cannot be waited for.</summary>
    private static async Task Account(LiveCluster cluster, string name, CancellationToken cancellationToken)
    {
        await Change(
            cluster, Deployment, """{"spec":{"template":{"spec":{"serviceAccountName":"NAME","serviceAccount":"NAME"}}}}""".Replace("NAME", name, StringComparison.Ordinal), rolls: name == "coredns", cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.DnsPods(token)).ShouldContain(pod => pod.Text("spec.serviceAccountName") == name),
            $"a pod with the account {name} is made",
            cancellationToken);
    }

    private static string Lines(string text, Func<string, string?> change) =>
        string.Join('\n', text.Split('\n').Select(change).Where(line => line is not null));

    private static string WithoutBlock(string text, string opening)
    {
        var inside = false;
        return Lines(text, line =>
        {
            var was = inside;
            inside = inside ? line.Trim() != "}" : line.Trim() == opening;
            return was || inside ? null : line;
        });
    }

    private static async Task Change(LiveCluster cluster, ResourceAddress address, string patch, bool rolls, CancellationToken cancellationToken)
    {
        var worker = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).First(node => !Clusters.Nodes.IsControlPlane(node)).Name;
        var text = patch.Replace("WORKER", worker, StringComparison.Ordinal)
            .Replace("INGRESS", cluster.Tree.Delivered.FirstOrDefault(resource => resource.Name == Policy.Name)?.At("spec.ingress")?.ToJsonString() ?? "null", StringComparison.Ordinal)
            .Replace("SPREAD", cluster.Tree.PodTemplate.At("spec.topologySpreadConstraints")!.ToJsonString(), StringComparison.Ordinal);
        await cluster.Api.Patch(address, (JsonObject)JsonNode.Parse(text)!, cancellationToken);
        if (rolls)
        {
            await Rollout.Done(cluster, cancellationToken);
        }
    }

    /// <summary>A merge patch replaces the whole list of containers: the changed container goes in whole.</summary>
    private static async Task SetInContainer(LiveCluster cluster, string field, string value, CancellationToken cancellationToken)
    {
        var containers = (await cluster.Require(Deployment, cancellationToken)).At("spec.template.spec.containers")!.DeepClone();
        containers[0]!["securityContext"]![field] = JsonNode.Parse(value);
        await cluster.Api.Patch(
            Deployment,
            new JsonObject { ["spec"] = new JsonObject { ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = containers } } } },
            cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
    }
}
