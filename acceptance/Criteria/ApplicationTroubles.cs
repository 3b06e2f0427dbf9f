using PlatformGitOps.Acceptance.Criteria.GeoDns;
using PlatformGitOps.Acceptance.Criteria.Health;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>Troubleshooting of geographic routing, the health controller and a substrate.</summary>
[ChecksOf(typeof(TroubleshootingCriterion))]
[Check("Troubleshooting.8", "The wrong region answers", TroubleshootingCriterion.Expected,
    Command = "the commands of docs/troubleshooting.md")]
[Check("Troubleshooting.9", "An unhealthy endpoint stays in the answers", TroubleshootingCriterion.Expected,
    Command = "the commands of docs/troubleshooting.md")]
[Check("Troubleshooting.10", "Names of the substrate fail", TroubleshootingCriterion.Expected,
    Command = "the commands of docs/troubleshooting.md", Needs = Feature.Substrate)]
public static class ApplicationTroubles
{
    private const string Refused = "refused";

    [LiveCheck("Troubleshooting.8",
        "the commands of the section, with geographic routing: the port of the near region's address is closed, and a Service names a "
            + "region that does not exist", Disruptive = true)]
    public static async Task WrongRegion(LiveCluster live, CancellationToken cancellationToken)
    {
        if (live.Tree.GeoDns.Count > 0 || await live.Api.Get(RoutedCluster.Deployment, cancellationToken) is null)
        {
            // A delivery of another criterion may have pruned it, or restored the definition's regions.
            await RoutedCluster.Remove(live.Role, cancellationToken);
        }

        var cluster = await RoutedCluster.Of(live, cancellationToken);
        var (near, _) = await RoutedAnswers.Regions(cluster, cancellationToken);
        var wrong = Asking(
            ClientPods.Namespace, ("geo-hostname", RoutedAnswers.Hostname), ("geo-region", "nowhere"), ("geo-addresses", near));
        try
        {
            await RoutedAnswers.Apply(cluster, RoutedCluster.Near, near, RoutedAnswers.Closed, cancellationToken);
            await cluster.Api.Apply(ResourceKind.Service, wrong, cancellationToken);
            await TroubleshootingCriterion.Follow(
                cluster, "The wrong region answers", cancellationToken, ("api.geo.example.com", RoutedAnswers.Hostname));
        }
        finally
        {
            await cluster.Api.Delete(ResourceKind.Service.Named(Refused, ClientPods.Namespace), null, CancellationToken.None);
            await RoutedAnswers.Apply(cluster, RoutedCluster.Near, near, RoutedAnswers.Kubelet, CancellationToken.None);
        }
    }

    [LiveCheck("Troubleshooting.9",
        "the commands of the section, with the controller: all three endpoints of a Service hang, the interval of another one cannot be "
            + "read, and a Deployment selects the serve label", Disruptive = true)]
    public static async Task UnhealthyEndpointStays(LiveCluster live, CancellationToken cancellationToken)
    {
        if (await live.Api.Get(CheckedCluster.Deployment, cancellationToken) is null)
        {
            await CheckedCluster.RemoveController(live.Role, cancellationToken);
        }

        var cluster = await CheckedCluster.Of(live, cancellationToken);
        var fast = new Dictionary<string, string> { ["profile"] = "fast" };
        var hanging = await Fleet.Deploy(cluster, "stays", 3, fast, cancellationToken);
        var replaced = await Fleet.DeployReplaced(cluster, "replaced", 2, fast, cancellationToken);
        try
        {
            await cluster.Api.Apply(
                ResourceKind.Service,
                Asking(Fleet.Namespace, ("health-check-enabled", "true"), ("health-check-interval", "soon")),
                cancellationToken);
            await Task.WhenAll(hanging.Pods.Select(pod => hanging.Hang(pod, cancellationToken)));
            await TroubleshootingCriterion.Follow(cluster, "An unhealthy endpoint stays in the answers", cancellationToken);
        }
        finally
        {
            await cluster.Api.Delete(ResourceKind.Service.Named(Refused, Fleet.Namespace), null, CancellationToken.None);
            await hanging.Remove();
            await replaced.Remove();
        }
    }

    [LiveCheck("Troubleshooting.10",
        "the commands of the section, with an address where nobody answers in place of the substrate's servers", Disruptive = true)]
    public static async Task SubstrateAway(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var substrate = cluster.Tree.Definition.Substrate!;
        var name = TestSubstrate.Names(substrate, cluster.Tree.Definition.Services.Family).Keys.First();
        await TroubleshootingCriterion.WithCorefile(
            cluster,
            text => text.Replace(
                $"forward . {cluster.Tree.Settings["SUBSTRATE_SERVERS"]} {{", "forward . 192.0.2.1 {"),
            "Names of the substrate fail",
            cancellationToken,
            ("dns-1.globular.internal", name),
            ("globular.internal", substrate.Zone.Text));
    }

    /// <summary>A Service with annotations.</summary>
    private static Resource Asking(string @namespace, params (string Annotation, string Value)[] asked)
    {
        var service = Pods.Manifest("Service", Refused, @namespace, new JsonObject
        {
            ["selector"] = new JsonObject { ["app"] = Refused },
            ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }),
        });
        service["metadata"]!["annotations"] = new JsonObject(
            asked.Select(entry => KeyValuePair.Create($"dns.aikernel.io/{entry.Annotation}", (JsonNode?)entry.Value)));
        return new Resource(service);
    }
}
