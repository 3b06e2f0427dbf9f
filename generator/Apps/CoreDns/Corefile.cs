using PlatformGitOps.Generator.Apps.Substrate;
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

    /// <summary>The servers of a cluster, one more for the names of its substrate.</summary>
    public static Sequence Servers(bool clusterNamesCached = true, SubstrateSettings? substrate = null) =>
        Sequence.Of([MainServer(clusterNamesCached), .. substrate is null ? [] : new[] { Forwarding(substrate) }]);

    /// <summary>
    /// The substrate's names, from its own servers. The loop plugin watches the first zone of its own server alone, so this one has it
    /// too; health and ready answer for the process, in the main server. Why stale answers come at once is in docs/adr/0008.
    /// </summary>
    private static Mapping Forwarding(SubstrateSettings substrate) => new()
    {
        { "zones", Sequence.Of(SubstrateForward.Zones(substrate).Select(zone => new Mapping { { "zone", zone }, { "use_tcp", true } })) },
        { "port", CoreDnsNames.DnsPort },
        { "plugins", Sequence.Of(
            Plugin("errors"),
            Plugin("prometheus", $":{CoreDnsNames.MetricsPort}"),
            Plugin("forward", $". ${{{SubstrateApp.ServersVariable}}}", "policy sequential\nmax_concurrent 1000\nhealth_check 2s"),
            Plugin("cache", "30", "success 9984 30 5\ndenial 9984 30\nserve_stale 1h immediate"),
            Plugin("loop"),
            Plugin("log", ".", $"class ${{{CoreDnsVariables.LogClass}}}"))
        },
    };

    private static Mapping MainServer(bool clusterNamesCached) => new()
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
    };

    private static Mapping Plugin(string name, string? parameters = null, string? block = null) => new()
    {
        { "name", name },
        { "parameters", parameters },
        { "configBlock", block },
    };
}
