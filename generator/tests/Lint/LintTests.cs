using System.Diagnostics;
using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Tests.Lint;

public sealed class LintTests
{
    private static readonly string[] Files = ["alerts", "chart-patches", "flux", "pods", "releases", "substrates", "variables"];

    public static IEnumerable<LintFixture> Fixtures => [.. Files.SelectMany(LintCases.Of), .. ExternalDnsFixtures.All, .. PlaceTests.All];

    [TestCaseSource(nameof(Fixtures))]
    public void The_rule_speaks_about_the_edit_and_no_other_rule_does(LintFixture fixture)
    {
        var findings = fixture.Check();

        findings.Select(finding => finding.Rule).Distinct()
            .ShouldBe([fixture.Rule, .. fixture.Also], ignoreOrder: true, $"{fixture.Place}\n{string.Join('\n', findings)}");
        var finding = findings.First(finding => finding.Rule == fixture.Rule);
        finding.Message.ShouldContain(fixture.Says, Case.Insensitive, fixture.Place);
        finding.File.ShouldBe(fixture.EditedFile, fixture.Place);
        finding.Position.Line.ShouldBeGreaterThan(0);
        finding.Fix.ShouldNotBeEmpty();
    }

    /// <summary>Each has a fixture, but for comments and entries that keep nothing back, which IgnoredFindingsTests has, and for a cluster
    /// that is not there, which TreeOnDiskTests has.</summary>
    [Test]
    public void Every_rule_has_a_fixture() => Fixtures.Select(fixture => fixture.Rule)
        .Concat([IgnoredFindings.RuleUnused, Linter.RuleClusterMissing])
        .Intersect(LintRules.About.Keys).ShouldBe(LintRules.About.Keys, ignoreOrder: true);

    [Test]
    public void Every_rule_is_on_the_page_with_what_it_is_about()
    {
        var page = File.ReadAllText(RepositoryRoot.File("docs", "lint.md"));

        LintRules.About.Concat(KustomizeRules.About)
            .Where(rule => !page.Contains($"| `{rule.Key}` | {rule.Value} |", StringComparison.Ordinal))
            .Select(rule => $"| `{rule.Key}` | {rule.Value} |").ShouldBeEmpty();
    }

    [Test]
    public void Flux_applies_what_SOPS_encrypted_where_it_has_the_keys()
    {
        string.Join('\n', new LintFixture("", "decryption")
            .Edit("kubernetes/clusters/infra/coredns.yaml", "  sourceRef:", "  decryption: {provider: sops}\n  sourceRef:")
            .Apply("secret.yaml", "{apiVersion: v1, kind: Secret, metadata: {name: upstream, namespace: kube-system}, "
                + "stringData: {password: 'ENC[AES256_GCM,data:x]'}, sops: {mac: 'ENC[AES256_GCM,data:y]'}}\n")
            .Check()).ShouldBeEmpty();
    }

    [TestCaseSource(nameof(Platforms))]
    public void An_emitted_tree_has_no_finding(Platform platform) =>
        string.Join('\n', Linter.Check(SourceTree.Of(Tree.Build(platform)), LintOptions.Of(platform))).ShouldBeEmpty();

    [Test]
    public void Two_clusters_are_linted_in_well_under_a_second()
    {
        var platform = Given.Platform(Given.Infra, Given.Apps);
        var tree = SourceTree.Of(Tree.Build(platform));
        Linter.Check(tree, LintOptions.Of(platform));

        var watch = Stopwatch.StartNew();
        Linter.Check(tree, LintOptions.Of(platform));

        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(1));
    }

    private static ChartPin OciChart =>
        new() { Version = SemVer.Parse("1.40.0"), Source = ChartSource.Oci, Url = "oci://ghcr.io/coredns/charts/coredns" };

    private static IEnumerable<TestCaseData> Platforms()
    {
        var infra = Given.Infra;
        yield return Case("both clusters", Given.Platform(infra, Given.Apps));
        yield return Case("horizontal scaler",
            Given.Platform(infra with { Dns = infra.Dns with { Autoscaling = new Autoscaling.Horizontal(6, 70) } }));
        yield return Case("proportional scaler",
            Given.Platform(infra with { Dns = infra.Dns with { Autoscaling = new Autoscaling.Proportional(64, 8, 6) } }));
        yield return Case("no monitoring", Given.Platform(
            infra with { Monitoring = infra.Monitoring with { Flavour = MonitoringFlavour.None } }));
        yield return Case("definitions from elsewhere",
            Given.Platform(infra with
            {
                Monitoring = infra.Monitoring with { ManageCrds = false },
                DependsOn = [DnsLabel.Parse("cilium")]
            }));
        yield return Case("kubernetes policies",
            Given.Platform(infra with { NetworkPolicy = NetworkPolicyFlavour.Kubernetes, Nodes = Cidr.Parse("10.0.0.0/24") }));
        yield return Case("no policies, no cpu limit",
            Given.Platform(infra with
            {
                NetworkPolicy = NetworkPolicyFlavour.None,
                Dns = infra.Dns with { Resources = infra.Dns.Resources with { CpuLimit = null } }
            }));
        var checkedInfra = infra with { HealthController = Given.HealthController };
        yield return Case("health controller in one of two clusters", Given.Platform(checkedInfra, Given.Apps));
        yield return Case("health controller, horizontal scaler",
            Given.Platform(checkedInfra with { Dns = infra.Dns with { Autoscaling = new Autoscaling.Horizontal(6, 70) } }));
        yield return Case("health controller, no monitoring",
            Given.Platform(checkedInfra with { Monitoring = infra.Monitoring with { Flavour = MonitoringFlavour.None } }));
        yield return Case("health controller, kubernetes policies",
            Given.Platform(checkedInfra with { NetworkPolicy = NetworkPolicyFlavour.Kubernetes, Nodes = Cidr.Parse("10.0.0.0/24") }));
        yield return Case("health controller, CoreDNS under it",
            Given.Platform(checkedInfra with { HealthController = Given.HealthController with { CoreDns = true } }));
        yield return Case("health controller, released", Given.Platform(
            checkedInfra with { HealthController = Given.HealthController with { Release = true } }, Given.Apps));
        yield return Case("health controller, released, no monitoring", Given.Platform(checkedInfra with
        {
            HealthController = Given.HealthController with { CoreDns = true, Release = true },
            Monitoring = infra.Monitoring with { Flavour = MonitoringFlavour.None },
        }));
        var placed = new WorkloadSettings
        {
            PullSecrets = [DomainName.Parse("registry-credentials")],
            NodeSelector = [("node-role", "infra")],
            Tolerations = [new Toleration("dedicated", "dns", "NoSchedule")],
        };
        yield return Case("health controller, placed", Given.Platform(checkedInfra with { Workloads = placed }));
        yield return Case("health controller, released, placed", Given.Platform(
            checkedInfra with { HealthController = Given.HealthController with { Release = true }, Workloads = placed }));
        yield return Case("health controller, strict flux",
            Given.Platform(checkedInfra) with { Flux = new FluxSettings { Version = SemVer.Parse("2.9.4"), StrictSubstitution = true } });
        foreach (var policies in Enum.GetValues<NetworkPolicyFlavour>())
        {
            yield return Case($"external-dns with every provider, policies {policies}",
                Emission.ExternalDnsTreeTests.Platform with
                {
                    Clusters = [.. Emission.ExternalDnsTreeTests.Platform.Clusters.Select(cluster =>
                        cluster with { NetworkPolicy = policies, Nodes = Cidr.Parse("192.168.0.0/24") })],
                });
        }

        yield return Case("addresses that end in '::'", Given.Valid("addresses-that-end-in-colons"));
        yield return Case("strict flux and an OCI chart", Given.Platform(infra).WithChart("coredns", OciChart) with
        {
            Flux = new FluxSettings { Version = SemVer.Parse("2.9.4"), StrictSubstitution = true },
        });

        static TestCaseData Case(string name, Platform platform) => new TestCaseData(platform).SetArgDisplayNames(name);
    }
}
