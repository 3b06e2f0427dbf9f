using PlatformGitOps.Generator.Apps.DnsCheck;
using PlatformGitOps.Generator.Versions;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>Groups between the defaults and a cluster, and the effects on Flux in each.</summary>
public class GroupTests
{
    private const string Definition = """
        repository: { url: https://github.com/example/platform.git }
        charts: { coredns: { version: 1.38.1 } }
        defaults:
          dns: { replicas: 4, minAvailable: 2 }
          dnsCheck: { enabled: true, names: [example.com] }
        groups:
          canary:
            dns: { replicas: 3 }
            charts: { coredns: { version: 1.39.0 } }
            notifications: [{ name: pager, type: pagerduty, secretName: pager }]
        clusters:
          - name: lab
            group: canary
            network: { pods: 10.1.0.0/16, services: 10.2.0.0/16 }
          - name: lab-two
            group: canary
            network: { pods: 10.3.0.0/16, services: 10.4.0.0/16 }
            dns: { replicas: 5 }
          - name: east
            network: { pods: 10.5.0.0/16, services: 10.6.0.0/16 }
        """;

    [Test]
    public void A_cluster_wins_over_its_group_and_the_group_over_the_defaults()
    {
        var clusters = Read(Definition).Clusters;

        clusters.Select(cluster => (cluster.Name.Text, cluster.Group?.Text, cluster.Dns.Replicas, cluster.Dns.MinAvailable)).ShouldBe(
            [("lab", "canary", 3, 2), ("lab-two", "canary", 5, 2), ("east", null, 4, 2)]);
        clusters.Select(cluster => cluster.Pins.Charts.Count).ShouldBe([1, 1, 0]);
        clusters.Select(cluster => cluster.Notifications.Length).ShouldBe([1, 1, 0]);
    }

    [Test]
    public void An_error_in_a_group_of_two_clusters_is_reported_once()
    {
        var refused = PlatformText.Read("platform.yaml", System.Text.Encoding.UTF8.GetBytes(
            Definition.Replace("replicas: 3", "replicas: none"))).ShouldBeOfType<PlatformReading.Invalid>();

        refused.Findings.ShouldHaveSingleItem().Position.Line.ShouldBe(8);
    }

    [Test]
    public void The_check_of_each_node_is_replaced_when_another_CoreDNS_is_delivered_and_only_then()
    {
        var platform = Read(Definition);
        string Delivered(Platform other, string cluster) => string.Concat(Tree.Build(other)
            .Where(file => file.Path == $"kubernetes/clusters/{cluster}/cluster-settings.yaml" || file.Path.StartsWith(DnsCheckApp.Folder,
                StringComparison.Ordinal))
            .SelectMany(file => file.Text.Split('\n')).Where(line => line.Contains("sha256-")));

        var before = Delivered(platform, "east");
        Delivered(Read(Definition.Replace("replicas: 4", "replicas: 6")), "east").ShouldNotBe(before);
        Delivered(Read(Definition.Replace("1.38.1", "1.38.2")), "east").ShouldNotBe(before);
        Delivered(Read(Definition.Replace("[example.com]", "[example.org]")), "east").ShouldBe(before);
    }

    [Test]
    public void Images_are_those_of_the_pods_and_of_the_chart_with_the_digest_of_what_is_pinned()
    {
        const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        var tree = new FluxTree(SourceTree.Of(Tree.Build(Read(Definition
            .Replace("1.38.1 }", $"1.38.1, digest: '{Digest}' }}")
            .Replace("charts: { coredns: { version: 1.39.0 } }", "")))));

        Delivered.Of(tree.Cluster("east", strict: true)).Select(item => $"{item.Kind} {item.Reference}").ShouldBe(
            [
                $"chart oci://ghcr.io/coredns/charts/coredns:1.38.1@{Digest}",
                "image coredns/coredns:1.11.4",
                "chart oci://ghcr.io/prometheus-community/charts/prometheus-operator-crds:30.0.1",
                $"image {DnsCheckSettings.DefaultImage}",
            ],
            ignoreOrder: true);
    }

    private static Platform Read(string text) =>
        PlatformText.Read("platform.yaml", System.Text.Encoding.UTF8.GetBytes(text)).ShouldBeOfType<PlatformReading.Valid>().Platform;
}
