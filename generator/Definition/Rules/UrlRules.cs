using System.Net;
using PlatformGitOps.Generator.Definition.Reading;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Rules;

/// <summary>Which schemes a source may have.</summary>
internal static class UrlRules
{
    private static readonly Cidr[] Private =
    [
        Cidr.Parse("10.0.0.0/8"), Cidr.Parse("172.16.0.0/12"), Cidr.Parse("192.168.0.0/16"), Cidr.Parse("100.64.0.0/10"), Cidr.Parse("127.0.0.0/8"),
        Cidr.Parse("fc00::/7"), Cidr.Parse("::1/128"),
    ];

    private static readonly string[] PrivateEndings = [".svc", ".cluster.local", ".internal", ".local", ".lan", ".home.arpa"];

    public static void CheckRepository(Located<string> url, SourceKind kind, FindingList findings)
    {
        var scheme = new Uri(url.Value).Scheme;
        if (kind == SourceKind.Oci ? scheme != "oci" : scheme is not ("https" or "ssh"))
        {
            findings.Add(DefinitionRules.UrlScheme, url.Position, $"The scheme {scheme}:// does not go with a source of kind {(kind == SourceKind.Oci ? "oci" : "git")}.",
                kind == SourceKind.Oci ? "Write an oci:// URL." : "Write an https:// or an ssh:// URL; plain http:// would let anybody on the way change what is deployed.");
        }
    }

    public static void CheckChart(Located<string> url, ChartSource source, FindingList findings)
    {
        var address = new Uri(url.Value);
        if (source == ChartSource.Oci ? address.Scheme != "oci" : address.Scheme is not ("https" or "http"))
        {
            findings.Add(DefinitionRules.UrlScheme, url.Position, $"The scheme {address.Scheme}:// does not go with the chart source {(source == ChartSource.Oci ? "oci" : "http")}.",
                source == ChartSource.Oci ? "Write an oci:// URL that ends in the chart's name." : "Write the https:// URL of the chart repository.");
        }
        else if (address.Scheme == "http" && !IsPrivate(address.Host))
        {
            findings.Add(DefinitionRules.UrlScheme, url.Position,
                "Plain http:// over a public network would let anybody on the way change what is deployed.",
                "Write https://; http:// is for mirrors with a private address or name.");
        }
    }

    private static bool IsPrivate(string host) => IPAddress.TryParse(host.Trim('[', ']'), out var address)
        ? Private.Any(range => range.Contains(address))
        : !host.Contains('.', StringComparison.Ordinal) || PrivateEndings.Any(ending => host.EndsWith(ending, StringComparison.OrdinalIgnoreCase));
}
