namespace PlatformGitOps.Generator.Tests.Emission;

public class ChartSourceTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Test]
    public void An_OCI_chart_is_pinned_by_digest_and_must_be_signed_by_whom_the_definition_names()
    {
        var file = Release(new ChartPin
        {
            Version = SemVer.Parse("1.46.2"),
            Source = ChartSource.Oci,
            Url = "oci://mirror.example.com/charts/coredns",
            Digest = Digest,
            Verify = new CosignIdentity("^https://token\\.actions\\.githubusercontent\\.com$", "^https://github\\.com/coredns/helm/.*$"),
        });

        file.ShouldContain("    # renovate: datasource=docker depName=mirror.example.com/charts/coredns\n    tag: 1.46.2\n    digest: " +
            Digest);
        file.ShouldContain("  verify:\n    provider: cosign\n    matchOIDCIdentity:\n      - issuer: ");
        file.ShouldContain("  chartRef:\n    kind: OCIRepository\n    name: coredns\n");
        file.ShouldNotContain("HelmRepository");
    }

    [TestCase("2.5.1", "source.toolkit.fluxcd.io/v1beta2")]
    [TestCase("2.6.0", "source.toolkit.fluxcd.io/v1")]
    public void The_Flux_version_decides_the_API_version_of_an_OCI_source(string flux, string apiVersion)
    {
        var chart = new ChartPin
        {
            Version = SemVer.Parse("1.38.1"),
            Source = ChartSource.Oci,
            Url = "oci://ghcr.io/coredns/charts/coredns"
        };
        Release(chart, flux).Split('\n')[1].ShouldBe("apiVersion: " + apiVersion);
    }

    [Test]
    public void An_HTTP_chart_carries_its_annotation_for_Renovate()
    {
        var file = Release(new ChartPin
        {
            Version = SemVer.Parse("1.38.0"),
            Source = ChartSource.Http,
            Url = "https://charts.example.com"
        });

        file.ShouldContain(
            "      # renovate: datasource=helm depName=coredns registryUrl=https://charts.example.com\n      version: 1.38.0\n");
        file.ShouldNotContain("OCIRepository");
    }

    private static string Release(ChartPin chart, string flux = "2.9.4")
    {
        var platform = Given.Platform(Given.Infra).WithChart("coredns", chart) with
        {
            Flux = new FluxSettings { Version = SemVer.Parse(flux), StrictSubstitution = true },
        };
        return Tree.Build(platform).Single(file => file.Path == "kubernetes/bases/coredns/helmrelease.yaml").Text;
    }
}
