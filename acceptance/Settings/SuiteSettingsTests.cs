using PlatformGitOps.Generator.Values;

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
    }

    [TestCase("existing", null, DeliveryChoice.None)]
    [TestCase("existing", "helm", DeliveryChoice.Helm)]
    [TestCase("auto", null, DeliveryChoice.None)]
    [TestCase("kind", null, DeliveryChoice.Helm)]
    public void To_an_existing_cluster_nothing_is_delivered_by_default(string cluster, string? delivery, DeliveryChoice expected)
    {
        var given = new Dictionary<string, string?> { ["cluster"] = cluster, ["context-infra"] = "prod", ["delivery"] = delivery };
        SuiteSettings.Read(given.GetValueOrDefault, Clusters).Delivery.ShouldBe(expected);
    }

    [Test]
    public void Whether_DNS_may_be_disturbed_is_unset_by_default()
    {
        SuiteSettings.Read(_ => null, Clusters).MayDisrupt.ShouldBeNull();
        SuiteSettings.Read(name => name == "may-disrupt" ? "true" : null, Clusters).MayDisrupt.ShouldBe(true);
        SuiteSettings.Read(name => name == "may-disrupt" ? "false" : null, Clusters).MayDisrupt.ShouldBe(false);
    }

    [TestCase("cluster", "minikube", "auto, kind, k3s, existing, none")]
    [TestCase("budget-scale", "-1", "a number above 0")]
    [TestCase("keep-clusters", "perhaps", "true, false")]
    [TestCase("upgrade-image", "latest", "a version such as 1.14.7")]
    public void A_value_that_means_nothing_is_refused_with_those_that_do(string name, string value, string allowed) =>
        Should.Throw<SettingException>(() => SuiteSettings.Read(asked => asked == name ? value : null, Clusters))
            .Message.ShouldBe($"the setting {name} is '{value}'; it can be: {allowed}");

    [Test]
    public void Contexts_are_named_after_the_clusters_of_the_definition() =>
        SuiteSettings.Read(name => name == "context-my-edge" ? "prod" : null, ["my-edge", "other"])
            .Contexts.ShouldBe(new Dictionary<string, string> { ["my-edge"] = "prod" });
}
