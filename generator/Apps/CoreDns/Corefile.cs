using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>The chart's <c>servers</c> value: one server for every name. docs/corefile.md explains each line.</summary>
internal static class Corefile
{
    /// <summary>How long a stopping process goes on answering, so that no client is still sent to it (measured,
    /// docs/corefile.md).</summary>
    public const int LameduckSeconds = 15;

    private const string Cache = "success 9984 30 5\ndenial 9984 30\nprefetch 10 1m 10%\nserve_stale 1h verify";

    private const string ClusterNamesUncached =
        $"\ndisable success ${{{Variables.ClusterDomain}}}\ndisable denial ${{{Variables.ClusterDomain}}}";

    public static Sequence Servers(bool clusterNamesCached = true) => Sequence.Of(new Mapping
    {
        // use_tcp: chart 1.38.0 serves TCP anyway, from 1.42.1 on only where it is asked for.
        { "zones", Sequence.Of(new Mapping { { "zone", "." }, { "use_tcp", true } }) },
        { "port", CoreDnsNames.DnsPort },
        { "plugins", Sequence.Of(
            Plugin("errors"),
            Plugin("health", block: $"lameduck {LameduckSeconds}s"),
            Plugin("ready"),
            Plugin("nsid"),
            Plugin("kubernetes", $"${{{Variables.ClusterDomain}}} in-addr.arpa ip6.arpa",
                "pods insecure\nfallthrough in-addr.arpa ip6.arpa\nttl 5"),
            Plugin("prometheus", $":{CoreDnsNames.MetricsPort}"),
            Plugin("forward", $". ${{{CoreDnsVariables.Upstreams}}}", "max_concurrent 1000\nhealth_check 2s"),
            Plugin("cache", "30", clusterNamesCached ? Cache : Cache + ClusterNamesUncached),
            Plugin("loop"),
            Plugin("reload"),
            Plugin("loadbalance"),
            Plugin("log", ".", $"class ${{{CoreDnsVariables.LogClass}}}"))
        },
    });

    private static Mapping Plugin(string name, string? parameters = null, string? block = null) => new()
    {
        { "name", name },
        { "parameters", parameters },
        { "configBlock", block },
    };
}
