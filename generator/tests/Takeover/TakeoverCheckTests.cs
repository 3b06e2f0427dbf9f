using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Takeover;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Takeover;

/// <summary>fixtures/takeover has the DNS objects of each kind of cluster, cut to what identifies it.</summary>
public class TakeoverCheckTests
{
    private static readonly Cluster Infra = ((PlatformReading.Sound)PlatformText.Read("platform.yaml", """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
        """u8.ToArray())).Platform.Clusters[0];

    [TestCase("eks", "EKS", true, TakeoverCheck.Reverted, TakeoverCheck.Reverted, TakeoverCheck.Reverted, TakeoverCheck.Selector,
        TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("eks-preserved", "EKS", true, TakeoverCheck.Selector, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("eks-auto", "EKS Auto Mode", true, TakeoverCheck.NodeResolver)]
    [TestCase("aks", "AKS", true, TakeoverCheck.Reverted, TakeoverCheck.Reverted, TakeoverCheck.Reverted, TakeoverCheck.Selector,
        TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape, TakeoverCheck.Scaler, TakeoverCheck.Custom)]
    [TestCase("gke", "GKE", true, TakeoverCheck.Reverted, TakeoverCheck.Reverted, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape,
        TakeoverCheck.Scaler, TakeoverCheck.Custom)]
    [TestCase("talos", "Talos", true, TakeoverCheck.Selector, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("k3s", "k3s", true, TakeoverCheck.Selector, TakeoverCheck.Owner, TakeoverCheck.Owner, TakeoverCheck.Owner,
        TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("kubeadm", "kubeadm", true, TakeoverCheck.Selector, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("kubeadm-prepared", "kubeadm", false)]
    [TestCase("delivered", "another distribution", false)]
    [TestCase("older-chart", "another distribution", true, TakeoverCheck.Selector, TakeoverCheck.ServiceShape)]
    [TestCase("rke2", "another distribution", true, TakeoverCheck.Release, TakeoverCheck.Release, TakeoverCheck.ServiceShape,
        TakeoverCheck.ServiceShape)]
    [TestCase("other-address", "another distribution", true, TakeoverCheck.Address, TakeoverCheck.Address)]
    [TestCase("daemonset", "another distribution", true, TakeoverCheck.DaemonSet, TakeoverCheck.ServiceShape, TakeoverCheck.ServiceShape)]
    [TestCase("empty", "another distribution", false)]
    public void Each_kind_of_cluster_is_told_apart_and_what_stands_in_the_way_is_named(
        string fixture, string distribution, bool refused, params string[] rules)
    {
        var result = TakeoverCheck.Of(Fixture(fixture), Infra, "platform.yaml");

        result.Distribution.Name.ShouldBe(distribution);
        result.Findings.Select(finding => finding.Rule).ShouldBe(rules);
        result.Refused.ShouldBe(refused);
        result.Ready.ShouldBe(rules.Length == 0);
        result.Findings.ShouldAllBe(finding => finding.Fix.Contains(result.Distribution.Page, StringComparison.Ordinal));
    }

    [TestCase("kubeadm-prepared", TakeoverCheck.ServiceShape)]
    [TestCase("delivered")]
    [TestCase("empty")]
    public void Old_pods_lack_the_label_that_the_service_selects_under_the_health_controller(string fixture, params string[] rules)
    {
        var checkedDns = Infra with { HealthController = new() { Image = "registry.example.com/controller:1.0.0", CoreDns = true } };

        var result = TakeoverCheck.Of(Fixture(fixture), checkedDns, "platform.yaml");

        result.Findings.Select(finding => finding.Rule).ShouldBe(rules);
        result.Ready.ShouldBe(rules.Length == 0);
    }

    [TestCase(true, 2)]
    [TestCase(false, 1)]
    public void A_release_of_an_older_chart_is_sent_to_its_own_steps_before_and_while_they_are_followed(bool deployment, int findings)
    {
        var objects = Fixture("older-chart").Where(item => deployment || item.Kind != "Deployment");

        var result = TakeoverCheck.Of([.. objects], Infra, "platform.yaml");

        result.Findings.Length.ShouldBe(findings);
        result.Findings.ShouldAllBe(finding => finding.Fix.Contains("docs/adoption-chart.md", StringComparison.Ordinal));
    }

    [Test]
    public void A_prepared_Service_without_the_chart_s_ports_needs_a_step_and_is_not_refused()
    {
        var objects = Fixture("kubeadm-prepared").Select(resource => resource.Kind != "Service" ? resource
            : new Manifest(resource.Body.SetAt(["spec", "ports"], Sequence.Of(new Mapping { { "name", "dns" }, { "port", 53 } })), ""));

        var result = TakeoverCheck.Of([.. objects], Infra, "platform.yaml");

        result.Findings.ShouldHaveSingleItem().Rule.ShouldBe(TakeoverCheck.ServiceShape);
        (result.Refused, result.Ready).ShouldBe((false, false));
    }

    [Test]
    public void The_page_has_every_rule_and_a_heading_for_every_distribution()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "takeover.md"));
        string[] rules =
        [
            .. typeof(TakeoverCheck).GetFields().Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!),
        ];
        string[] guides =
        [
            .. typeof(Distribution).GetFields().Where(field => field.IsStatic).Select(field => ((Distribution)field.GetValue(null)!).Guide),
        ];

        rules.ShouldAllBe(rule => page.Contains($"`{rule}`", StringComparison.Ordinal));
        page.Split('\n').Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line[3..].ToLowerInvariant().Replace(' ', '-')).Intersect(guides).ShouldBe(guides, ignoreOrder: true);
    }

    private static Manifest[] Fixture(string name) =>
    [
        .. YamlReader.Read(name, File.ReadAllBytes(RepositoryRoot.File("generator", "tests", "fixtures", "takeover", $"{name}.yaml")),
                YamlOptions.Tree).Documents.OfType<Mapping>().Select(body => new Manifest(body, "")),
    ];
}
