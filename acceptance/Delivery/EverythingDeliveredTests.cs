using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using PlatformGitOps.Acceptance.Criteria.GeoDns;
using PlatformGitOps.Generator.Apps.GeoDns;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>Live checks with a definition that uses every feature.</summary>
public sealed class EverythingDeliveredTests
{
    private static Platform Platform { get; } = DefinedTree.Read(StorySample.Definition("everything"));

    [TestCase("infra")]
    [TestCase("apps")]
    public void Every_static_check_that_is_about_it_passes(string role)
    {
        var tree = RenderedCluster.From(DefinedTree.Generated(Platform, StorySample.Tree.VersionDrift), role);
        var checks = Catalog.Checks
            .Where(check => check.StaticMethod is not null && check.NotApplicable(tree) is null).ToList();

        new[] { "AC3", "DnsCheck", "Geo", "Health", "Keys", "NodeLocal", "Records" }
            .Except(checks.Select(check => check.Criterion.Id)).ShouldBeEmpty("parts that nobody looks at");
        foreach (var check in checks)
        {
            Should.NotThrow(() => check.StaticMethod!(tree), check.ToString());
        }
    }

    [Test]
    public void Regions_of_the_suite_replace_unreachable_ones()
    {
        var platform = RoutedCluster.Switched(Platform);

        foreach (var geo in platform.Clusters.Select(cluster => cluster.Of<GeoDnsSettings>().ShouldNotBeNull()))
        {
            geo.Regions.Select(region => region.Name.Text).ShouldBe([RoutedCluster.Far, RoutedCluster.Near]);
            geo.Image.ShouldBe(SuiteSettings.Current.ControllerImage);
            geo.ServiceType.ShouldBe("LoadBalancer", "the definition's own");
        }

        Sound(platform);
    }

    [Test]
    public void Instances_of_the_definition_stay_except_those_of_clouds()
    {
        Platform.Clusters[0].Of<ExternalDnsSettings>()!.Instances.Select(instance => instance.Name.Text).ShouldBe(["public", "shared"]);
        var platform = PublishingCluster.Switched(Platform);

        foreach (var settings in platform.Clusters.Select(cluster => cluster.Of<ExternalDnsSettings>().ShouldNotBeNull()))
        {
            settings.Instances.Select(instance => instance.Name.Text).ShouldBe(["own", "shared"]);
        }

        Sound(platform);
    }

    [Test]
    public void A_cluster_without_a_server_for_an_instance_has_no_external_dns() =>
        DefinedInstances.With(Platform.Clusters[0], []).Of<ExternalDnsSettings>().ShouldBeNull();

    [Test]
    public void An_instance_writes_to_the_suites_server_with_the_suites_key()
    {
        using var server = ZoneServer.Of("Knot", domain: "apps.example.net");
        var instance = DefinedInstances.ServedIn(Platform.Clusters[0]).ShouldHaveSingleItem();

        var served = DefinedInstances.At(instance, server);

        (served.Rfc2136.Host, served.Rfc2136.Port).ShouldBe(("127.0.0.1", server.Port));
        served.Domains.Select(domain => domain.Text).ShouldBe([server.Domain]);
        served.Policy.ShouldBe(instance.Policy, "the definition's own");
    }

    private static void Sound(Platform platform)
    {
        var tree = DefinedTree.Generated(platform, versionDrift: null);
        foreach (var role in tree.Clusters)
        {
            RenderedCluster.From(tree, role).Everything.ShouldNotBeEmpty();
        }

        Linter.Check(tree.Source, LintOptions.Of(platform)).ShouldBeEmpty();
    }
}
