using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Charts;

/// <summary>What the published CoreDNS 1.11.4 understands in a Corefile (its plugin.cfg and the plugins' setup functions).</summary>
public static class CoreDnsPlugins
{
    /// <summary>In the order in which a query passes them, whatever the order in the Corefile.</summary>
    public static readonly ImmutableArray<string> InOrder =
    [
        "root", "metadata", "geoip", "cancel", "tls", "timeouts", "reload", "nsid", "bufsize", "bind", "debug", "trace", "ready", "health",
        "pprof", "prometheus", "errors", "log", "dnstap", "local", "dns64", "acl", "any", "chaos", "loadbalance", "tsig", "cache", "rewrite",
        "header", "dnssec", "autopath", "minimal", "template", "transfer", "hosts", "route53", "azure", "clouddns", "k8s_external",
        "kubernetes", "file", "auto", "secondary", "etcd", "loop", "forward", "grpc", "erratic", "whoami", "on", "sign", "view",
    ];

    /// <summary>Those that one server may have once only: CoreDNS refuses a second one, and of health the last silently wins.</summary>
    public static readonly ImmutableHashSet<string> Once =
        ["cache", "dnssec", "errors", "grpc", "health", "hosts", "kubernetes", "loop", "nsid", "pprof", "prometheus", "ready", "tsig", "view"];

    /// <summary>The words that may begin a line of a plugin's block, for the plugins that a cluster's DNS usually has.</summary>
    public static readonly ImmutableDictionary<string, ImmutableHashSet<string>> Options = new Dictionary<string, ImmutableHashSet<string>>
    {
        ["errors"] = ["stacktrace", "consolidate"],
        ["health"] = ["lameduck"],
        ["ready"] = [],
        ["nsid"] = [],
        ["loop"] = [],
        ["prometheus"] = [],
        ["reload"] = [],
        ["loadbalance"] = ["reload"],
        ["log"] = ["class"],
        ["cache"] = ["success", "denial", "prefetch", "serve_stale", "servfail", "disable", "keepttl"],
        ["kubernetes"] =
        [
            "endpoint", "endpoint_pod_names", "fallthrough", "ignore", "kubeconfig", "labels", "namespace_labels", "namespaces", "noendpoints",
            "pods", "tls", "ttl",
        ],
        ["forward"] =
        [
            "except", "expire", "force_tcp", "health_check", "max_concurrent", "max_fails", "next", "policy", "prefer_udp", "tls", "tls_servername",
        ],
    }.ToImmutableDictionary();
}
