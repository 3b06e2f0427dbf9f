using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Reading;

/// <summary>One chart's pin: where the source is automatic, the url decides, else the version.</summary>
internal static class ChartReading
{
    private static readonly ChartHome CoreDns = new("https://coredns.github.io/helm", "oci://ghcr.io/coredns/charts/coredns")
    {
        // 1.38.0's publishing job lacked the permission for the registry (coredns/helm#197); 1.38.1 is the first that is there.
        FirstInRegistry = SemVer.Parse("1.38.1"),
        Oldest = SemVer.Parse("1.38.0"),
    };

    private static readonly ChartHome MonitoringCrds = new("https://prometheus-community.github.io/helm-charts", "oci://ghcr.io/prometheus-community/charts/prometheus-operator-crds");

    /// <summary>Reads <c>charts.coredns</c>; null where a finding says why not.</summary>
    public static ChartPin? ReadCoreDns(View charts, FindingList findings) => Read(charts.Object("coredns"), CoreDns, findings);

    /// <summary>Reads <c>charts.monitoringCrds</c>; null where a finding says why not.</summary>
    public static ChartPin? ReadMonitoringCrds(View charts, FindingList findings) => Read(charts.Object("monitoringCrds"), MonitoringCrds, findings);

    private static ChartPin? Read(View chart, ChartHome home, FindingList findings)
    {
        var (version, wanted) = (chart.Value<SemVer>("version", SemVer.TryParse), chart.Text("source"));
        var (url, digest) = (chart.Text("url"), chart.Text("digest"));
        if (version is not null && home.Oldest is not null && version.Value < home.Oldest)
        {
            findings.Add(DefinitionRules.ChartVersion, version.Position,
                $"The chart version {version.Value} is older than {home.Oldest}, for which the values are written.",
                $"Write {home.Oldest} or later.");
        }

        if (version is null || wanted is null || (url is null && chart.Has("url")))
        {
            return null;
        }

        var source = wanted.Value switch
        {
            "http" => ChartSource.Http,
            "oci" => ChartSource.Oci,
            _ when url is not null => url.Value.StartsWith("oci://", StringComparison.Ordinal) ? ChartSource.Oci : ChartSource.Http,
            _ => home.FirstInRegistry is not null && version.Value < home.FirstInRegistry ? ChartSource.Http : ChartSource.Oci,
        };
        if (url is not null)
        {
            UrlRules.CheckChart(url, source, findings);
        }

        if (source == ChartSource.Http && chart.Has("digest"))
        {
            findings.Add(DefinitionRules.DigestHttp, chart.At("digest"),
                "A digest can be pinned with an OCI source only, and this chart comes from an HTTP repository.",
                OciMend);
        }

        if (source == ChartSource.Http && chart.Has("verify"))
        {
            findings.Add(DefinitionRules.VerifyHttp, chart.At("verify"),
                "A signature can be verified with an OCI source only, and this chart comes from an HTTP repository.",
                OciMend);
        }

        var verify = chart.Object("verify");
        return new ChartPin
        {
            Version = version.Value,
            Source = source,
            Url = url?.Value ?? (source == ChartSource.Oci ? home.OciUrl : home.HttpUrl),
            Digest = digest?.Value,
            Verify = verify.Text("issuer") is { } issuer && verify.Text("subject") is { } subject ? new CosignIdentity(issuer.Value, subject.Value) : null,
        };
    }

    private const string OciMend = "Write 'source: oci' (with a version that is in the registry), or delete this key.";

    /// <summary>Where a chart's publisher keeps it.</summary>
    private sealed record ChartHome(string HttpUrl, string OciUrl)
    {
        public SemVer? FirstInRegistry { get; init; }

        public SemVer? Oldest { get; init; }
    }
}
