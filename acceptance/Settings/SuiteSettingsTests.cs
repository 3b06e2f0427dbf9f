namespace PlatformGitOps.Acceptance.Settings;

public sealed class SuiteSettingsTests
{
    private static readonly string[] Clusters = ["infra", "apps"];

    [Test]
    public void Without_any_setting_the_suite_chooses_for_itself()
    {
        var settings = SuiteSettings.Read(_ => null, Clusters);
        settings.Cluster.ShouldBe(ClusterChoice.Auto);
        settings.Delivery.ShouldBe(DeliveryChoice.Helm);
        settings.BudgetScale.ShouldBe(1);
        settings.KeepClusters.ShouldBeFalse();
    }

    [Test]
    public void Each_setting_is_read_by_its_name()
    {
        var given = new Dictionary<string, string>
        {
            ["cluster"] = "existing",
            ["context-infra"] = "a",
            ["context-apps"] = "b",
            ["delivery"] = "flux",
            ["keep-on-failure"] = "true",
            ["budget-scale"] = "2.5",
            ["prefix"] = "x-",
            ["preload"] = "a:1, b:2",
            ["chart"] = "/charts/coredns",
            ["upgrade-to"] = "1.46.2",
            ["upgrade-image"] = "1.14.7",
            ["node-image"] = "node:1",
            ["network-policy"] = "cilium",
            ["clusters-at-once"] = "3",
        };
        var settings = SuiteSettings.Read(given.GetValueOrDefault, Clusters);
        settings.Cluster.ShouldBe(ClusterChoice.Existing);
        settings.Contexts.ShouldBe(new Dictionary<string, string> { ["infra"] = "a", ["apps"] = "b" });
        settings.Delivery.ShouldBe(DeliveryChoice.Flux);
        settings.KeepOnFailure.ShouldBeTrue();
        settings.BudgetScale.ShouldBe(2.5);
        settings.Preload.ShouldBe(["a:1", "b:2"]);
        settings.Chart.ShouldBe("/charts/coredns");
        settings.UpgradeTo.ShouldBe(SemVer.Parse("1.46.2"));
        settings.UpgradeImage.ShouldBe(SemVer.Parse("1.14.7"));
        settings.NetworkPolicy.ShouldBe(Generator.Definition.NetworkPolicyFlavour.Cilium);
        settings.ClustersAtOnce.ShouldBe(3);
    }

    [TestCase("existing", null, DeliveryChoice.None)]
    [TestCase("existing", "helm", DeliveryChoice.Helm)]
    [TestCase("auto", null, DeliveryChoice.None)]
    public void To_an_existing_cluster_nothing_is_delivered_by_default(string cluster, string? delivery, DeliveryChoice expected)
    {
        var given = new Dictionary<string, string?> { ["cluster"] = cluster, ["context-infra"] = "prod", ["delivery"] = delivery };
        SuiteSettings.Read(given.GetValueOrDefault, Clusters).Delivery.ShouldBe(expected);
    }

    /// <summary>Nodes of others would pull a name without a registry from a public one, where anybody may have it.</summary>
    [TestCase(null, false)]
    [TestCase("prod", true)]
    public void The_nodes_of_an_existing_cluster_get_published_images(string? context, bool published)
    {
        var settings = SuiteSettings.Read(name => name == "context-infra" ? context : null, Clusters);
        foreach (var image in settings.Images.Take(3))
        {
            image.StartsWith("ghcr.io/platform-gitops/", StringComparison.Ordinal).ShouldBe(published || Repository.IsPacked, image);
        }
    }

    [TestCase("kind")]
    [TestCase("k3s")]
    public void A_context_beside_clusters_that_the_suite_makes_is_refused(string cluster)
    {
        var given = new Dictionary<string, string> { ["cluster"] = cluster, ["context-infra"] = "prod" };
        Should.Throw<SettingException>(() => SuiteSettings.Read(given.GetValueOrDefault, Clusters)).Message
            .ShouldBe($"The setting cluster is {cluster}, and context-infra names a cluster that exists. Unset one of them.");
    }

    [Test]
    public void Whether_DNS_may_be_disturbed_is_unset_by_default()
    {
        SuiteSettings.Read(_ => null, Clusters).MayDisrupt.ShouldBeNull();
        SuiteSettings.Read(name => name == "may-disrupt" ? "true" : null, Clusters).MayDisrupt.ShouldBe(true);
        SuiteSettings.Read(name => name == "may-disrupt" ? "false" : null, Clusters).MayDisrupt.ShouldBe(false);
    }

    [TestCase("cluster", "minikube", "auto, kind, k3s, existing, none")]
    [TestCase("cluster", "1", "auto, kind, k3s, existing, none")]
    [TestCase("cluster", "kind,k3s", "auto, kind, k3s, existing, none")]
    [TestCase("workers", "0.5", "a whole number above 0")]
    [TestCase("clusters-at-once", "0", "a whole number above 0")]
    [TestCase("budget-scale", "-1", "a number above 0")]
    [TestCase("budget-scale", "Infinity", "a number above 0")]
    [TestCase("keep-clusters", "perhaps", "true, false")]
    [TestCase("upgrade-image", "latest", "a version such as 1.14.7")]
    public void An_invalid_value_is_refused_with_the_valid_ones(string name, string value, string allowed) =>
        Should.Throw<SettingException>(() => SuiteSettings.Read(asked => asked == name ? value : null, Clusters))
            .Message.ShouldBe($"the setting {name} is '{value}'; it can be: {allowed}");

    [Test]
    public void An_unknown_cluster_is_refused_with_the_known_ones() =>
        Should.Throw<SettingException>(() => SuiteSettings.Read(name => name == "clusters" ? "infra,app" : null, Clusters)).Message
            .ShouldBe("The setting clusters has 'app', a cluster that the definition does not have. Did you mean 'apps'?");

    [Test]
    public void Contexts_are_named_after_the_clusters_of_the_definition() =>
        SuiteSettings.Read(name => name == "context-my-edge" ? "prod" : null, ["my-edge", "other"])
            .Contexts.ShouldBe(new Dictionary<string, string> { ["my-edge"] = "prod" });
}
