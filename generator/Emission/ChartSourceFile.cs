namespace PlatformGitOps.Generator.Emission;

/// <summary>The Flux source of one chart and how a HelmRelease refers to it.</summary>
internal static class ChartSourceFile
{
    private const string Interval = "12h";

    // Without the selector Flux would unpack the chart archive, and Helm would not find it (Flux documentation, "Helm OCI repository").
    private static readonly Mapping ChartLayer = new()
    {
        { "mediaType", "application/vnd.cncf.helm.chart.content.v1.tar+gzip" },
        { "operation", "copy" },
    };

    public static Mapping Source(Platform platform, ChartPin chart, string name, string @namespace) => chart.Source switch
    {
        ChartSource.Oci => Resources.Object(FluxApi.OciRepository(platform.Flux.Version), "OCIRepository",
            Resources.Metadata(name, @namespace), OciSpec(chart)),
        _ => Resources.Object(FluxApi.HelmRepository, "HelmRepository", Resources.Metadata(name, @namespace), new Mapping
        {
            { "interval", Interval },
            { "url", chart.Url },
            { "secretRef", Resources.Reference(chart.Access.Credentials) },
            { "certSecretRef", Resources.Reference(chart.Access.Certificates) },
        }),
    };

    /// <summary>The member of a HelmRelease's spec that refers to its chart.</summary>
    /// <param name="chart">The chart.</param>
    /// <param name="name">The name of its Flux source; also the chart's name in an HTTP repository if <paramref name="chartName"/> is
    /// null.</param>
    /// <param name="chartName">The chart's name in an HTTP repository.</param>
    public static Entry Reference(ChartPin chart, string name, string? chartName = null) => chart.Source switch
    {
        ChartSource.Oci => new Entry("chartRef", new Mapping { { "kind", "OCIRepository" }, { "name", name } }),
        _ => new Entry("chart", new Mapping
        {
            { "spec", new Mapping
                {
                    { "chart", chartName ?? name },
                    { "version", chart.Version.ToString(),
                        $"renovate: datasource=helm depName={chartName ?? name} registryUrl={chart.Url}" },
                    { "sourceRef", new Mapping { { "kind", "HelmRepository" }, { "name", name } } },
                    { "interval", Interval },
                }
            },
        }),
    };

    /// <summary>The tag must stay on line 11 of the file, where the first ticket of this repository expects it.</summary>
    private static Mapping OciSpec(ChartPin chart) => new()
    {
        { "interval", Interval },
        { "ref", new Mapping
            {
                { "tag", chart.Version.ToString(), $"renovate: datasource=docker depName={chart.Url["oci://".Length..]}" },
                { "digest", chart.Digest },
            }
        },
        { "url", chart.Url },
        { "layerSelector", ChartLayer },
        { "secretRef", Resources.Reference(chart.Access.Credentials) },
        { "certSecretRef", Resources.Reference(chart.Access.Certificates) },
        { "proxySecretRef", Resources.Reference(chart.Access.Proxy) },
        { "verify", chart.Verify is not { } signer ? null : new Mapping
            {
                { "provider", "cosign" },
                { "matchOIDCIdentity", Sequence.Of(new Mapping { { "issuer", signer.Issuer }, { "subject", signer.Subject } }) },
            }
        },
    };
}
