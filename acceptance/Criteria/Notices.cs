namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Notices", "With notifications, Flux tells each receiver what it could not do", SwitchesOn = Feature.Notifications)]
[Check("Notices.1", "Each receiver of the definition has its Provider and its Alert", "type, address, channel, Secret and severity",
    Command = "kubectl --context {context} -n flux-system get providers.notification,alerts.notification")]
[Check("Notices.2", "An Alert tells of every object by which Flux delivers", "each source, Kustomization and HelmRelease",
    Command = "kubectl --context {context} -n flux-system get alerts.notification -o yaml")]
[Check("Notices.3", "A delivery that fails is reported to each receiver", "an error event of the cluster's Kustomization",
    Command = "kubectl --context {context} -n flux-system logs deployment/notification-controller")]
public static class NoticesCriterion
{
    private const string Sources = "spec.eventSources";

    /// <summary>A name that no file of the tree has.</summary>
    private const string Missing = "missing-for-notices.yaml";

    private static readonly ResourceAddress Controller = ResourceKind.Deployment.Named("notification-controller", "flux-system");

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("the Provider posts into another channel", "Notices.1", "is not what the definition says", tree =>
            Set(tree, "Provider", "spec.channel", "other")),
        new("an Alert for another Provider", "Notices.1", "tells another Provider", tree =>
            Set(tree, "Alert", "spec.providerRef.name", "other")),
        new("an Alert that reports less than was asked for", "Notices.1", "another severity", tree =>
            Set(tree, "Alert", "spec.eventSeverity", "none")),
        new("an Alert that leaves out the HelmReleases", "Notices.2", "fails without a notice", tree =>
            Alert(tree).At(Sources)!.AsArray().RemoveAll(source => (string?)source!["kind"] == "HelmRelease")),
    ];

    [StaticCheck("Notices.1", "the Providers and Alerts of the cluster's folder")]
    public static void Receivers(RenderedCluster tree)
    {
        foreach (var kind in new[] { "Provider", "Alert" })
        {
            Of(tree, kind).Select(resource => resource.Name)
                .ShouldBe(tree.Definition.Notifications.Select(receiver => receiver.Name.Text), ignoreOrder: true, $"one {kind} each");
        }

        foreach (var receiver in tree.Definition.Notifications)
        {
            var provider = Of(tree, "Provider").Single(resource => resource.Name == receiver.Name.Text);
            new[] { "spec.type", "spec.address", "spec.channel", "spec.secretRef.name" }.Select(provider.Text).ShouldBe(
                [receiver.Type, receiver.Address, receiver.Channel, receiver.SecretName?.Text],
                $"the Provider {receiver.Name} is not what the definition says");
            var alert = Of(tree, "Alert").Single(resource => resource.Name == receiver.Name.Text);
            alert.Text("spec.providerRef.name").ShouldBe(receiver.Name.Text, $"the Alert {receiver.Name} tells another Provider");
            alert.Text("spec.eventSeverity").ShouldBe(receiver.Severity, $"the Alert {receiver.Name} has another severity");
            (alert.Namespace, provider.Namespace).ShouldBe(("flux-system", "flux-system"), "Flux reads both in its own namespace");
        }
    }

    [StaticCheck("Notices.2", "the sources of each Alert, and every object of Flux in the tree")]
    public static void Everything(RenderedCluster tree)
    {
        var delivering = tree.Flux.Concat(tree.Everything).Concat(tree.Definitions)
            .Where(resource => resource.IsOfFlux && resource.Kind is not ("Provider" or "Alert"))
            .Select(resource => $"{resource.Kind} in {resource.Namespace}").Distinct().ToList();
        foreach (var alert in Of(tree, "Alert"))
        {
            delivering.Except(alert.Parts(Sources).Where(source => source.Text("name") == "*")
                    .Select(source => $"{source.Text("kind")} in {source.Text("namespace")}"))
                .ShouldBeEmpty($"what fails without a notice by {alert.Name}");
        }
    }

    [LiveCheck("Notices.3",
        "a commit whose kustomization names a file that does not exist, and what notification-controller posts to each receiver, in " +
            "whose place the suite listens (delivery by flux); afterwards the tree again", Disruptive = true)]
    public static async Task Reported(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(!cluster.Tree.Definition.Notifications.IsEmpty, "the definition has no notifications");
        cluster.Needs(cluster.Delivery is FluxDelivery, "Flux sends notifications; the setting delivery is not flux");
        cluster.Needs(
            await cluster.Api.Get(Controller, cancellationToken) is not null, "Flux was installed without its notification-controller");
        var (running, api) = (cluster.Cluster, cluster.Api);
        var before = (await FluxDelivery.Notices(api, cancellationToken)).Count;
        try
        {
            await FluxDelivery.DeliverUnbuildable(cluster.Platform, cluster.Tree, running, api, Missing, cancellationToken);
            foreach (var receiver in cluster.Tree.Definition.Notifications.Select(receiver => receiver.Name.Text))
            {
                var body = await Eventually.Within(
                    TimeSpan.FromSeconds(120),
                    async token => (await FluxDelivery.Notices(api, token)).Skip(before)
                        .FirstOrDefault(notice => notice.Receiver == receiver && Reports(notice, running.Shape.Role))?.Body
                            ?? throw new NotYetException("nothing was posted"),
                    $"the receiver {receiver} gets the event",
                    cancellationToken);
                EvidenceLog.Observed($"{receiver}: {body}");
            }
        }
        finally
        {
            await cluster.Deliver(CancellationToken.None);
        }
    }

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
    [
        LiveSabotage.Restoring(
            "an Alert is deleted", "Notices.3", "gets the event",
            async (cluster, token) => await cluster.Require(
                ResourceKind.Alert.Named(cluster.Tree.Definition.Notifications[0].Name.Text, "flux-system"), token),
            (cluster, alert, token) => cluster.Api.Delete(ResourceKind.Alert.Named(alert.Name, alert.Namespace), null, token),
            (cluster, alert, token) => cluster.Api.Apply(ResourceKind.Alert, alert.AsWritten(), token)),
    ];

    private static bool Reports(Notice notice, string role)
    {
        var body = new Resource(JsonNode.Parse(notice.Body)!.AsObject());
        return body.Text("involvedObject.kind") == "Kustomization" && body.Text("involvedObject.name") == $"cluster-{role}"
            && body.Text("severity") == "error" && body.Text("message")!.Contains(Missing);
    }

    private static IEnumerable<Resource> Of(RenderedCluster tree, string kind) => tree.Flux.Where(resource => resource.Kind == kind);

    private static Resource Alert(SabotagedTree tree) => tree.Flux.First(resource => resource.Kind == "Alert");

    private static void Set(SabotagedTree tree, string kind, string path, JsonNode value) =>
        JsonPath.Set(tree.Flux.First(resource => resource.Kind == kind).Document, path, value);
}
