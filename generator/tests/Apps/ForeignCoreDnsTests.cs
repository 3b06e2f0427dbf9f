using PlatformGitOps.Generator.Apps.NodeLocalDns;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>Text for a CoreDNS that the tree does not deliver is for that version, or says from which version on it applies.</summary>
public sealed class ForeignCoreDnsTests
{
    [TestCase("registry.k8s.io/dns/k8s-dns-node-cache:1.15.16", "1.7.0", Description = "older than what is known")]
    [TestCase("registry.k8s.io/dns/k8s-dns-node-cache:1.22.13", "1.7.0")]
    [TestCase("registry.k8s.io/dns/k8s-dns-node-cache:1.22.14", "1.10.0")]
    [TestCase("registry.k8s.io/dns/k8s-dns-node-cache:1.23.1", "1.10.0")]
    [TestCase("rancher/mirrored-k8s-dns-node-cache:v1.24.0", "1.11.3")]
    [TestCase("rancher/hardened-dns-node-cache:1.26.4-build20250612", "1.11.3")]
    [TestCase("registry.k8s.io/dns/k8s-dns-node-cache:1.26.7@sha256:1", "1.13.1")]
    [TestCase("registry.k8s.io/dns/k8s-dns-node-cache:1.99.0", "1.13.1", Description = "at least")]
    [TestCase("registry.k8s.io/dns/k8s-dns-node-cache:main", null)]
    [TestCase("registry.example.com/dns-cache:1.22.13", null)]
    [TestCase("registry.example.com/k8s-dns-node-cache/fork:1.22.13", null)]
    public void The_tag_of_a_node_cache_says_which_CoreDNS_is_in_it(string image, string? expected) =>
        (NodeCacheImage.CoreDnsOf(image)?.ToString()).ShouldBe(expected);

    [Test]
    public void The_default_image_has_all_that_the_cache_needs() => NodeCacheImage.CoreDnsOf(NodeLocalDnsSettings.DefaultImage)
        .ShouldNotBeNull().ShouldBeGreaterThanOrEqualTo(Corefile.OldestWithAliases);

    [TestCase("", "1.8.0", false)]
    [TestCase("aliases: [{ name: shop, target: minio }]", "1.11.3", true)]
    public void The_server_for_another_CoreDNS_says_from_which_one_on_it_is(string aliases, string version, bool follows)
    {
        var text = Corefile.SubstrateServer(Substrate(aliases));

        text.Split('\n')[0].ShouldStartWith($"# For CoreDNS {version} or later");
        var plugins = string.Join('\n', text.Split('\n').Where(line => !line.StartsWith('#')));
        plugins.Contains("rewrite").ShouldBe(follows);
        plugins.Contains("servfail").ShouldBe(follows, "CoreDNS knows it from 1.9.4 on");
        plugins.ShouldNotContain("immediate", customMessage: "CoreDNS knows it from 1.9.2 on");
        text.Split('\n').ShouldAllBe(line => line.Length <= 140);
    }

    [Test]
    public void Each_chart_that_a_definition_may_name_has_a_CoreDNS_that_knows_the_delivered_options() =>
        CoreDnsChart.Delivered.ShouldAllBe(chart => CoreDnsChart.For(chart, null).CoreDns >= Corefile.OldestWithAliases);

    private static SubstrateSettings Substrate(string more) => PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(
        $$"""
        repository: { url: https://github.com/example/platform.git }
        substrates:
          - name: main
            primary: { addresses: [192.168.10.11] }
            secondary: { addresses: [192.168.10.12] }
            {{more}}
        clusters:
          - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }

        """)) is PlatformReading.Valid valid ? valid.Platform.Substrates[0] : throw new InvalidDataException(more);
}
