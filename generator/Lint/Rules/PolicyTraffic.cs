using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>The traffic that a network policy of Kubernetes or of Cilium allows, as far as the tree shows it.</summary>
internal static class PolicyTraffic
{
    /// <summary>The port of DNS.</summary>
    public static readonly string DnsPort = CoreDnsNames.DnsPort.ToString(CultureInfo.InvariantCulture);

    private static readonly string[] Protocols = ["UDP", "TCP"];

    /// <summary>True for a policy on the DNS pods themselves, which do not query each other.</summary>
    public static bool Selects(Manifest policy, Workload dns) => policy.Namespace == dns.Namespace
        && !LabelSelector.IsEverything(Selector(policy)) && LabelSelector.Matches(Selector(policy), dns.Labels);

    /// <summary>The protocols that no rule allows, if all rules reach their peer.</summary>
    public static string? Missing(IEnumerable<Mapping> rules, string port) => Missing(rules.Select(rule => (rule, true)), port);

    /// <summary>
    /// The protocols that no rule allows, as text; null if all are allowed. A rule with port 53 is for some DNS server: that of the node,
    /// or another one.
    /// </summary>
    public static string? Missing(IEnumerable<(Mapping Rule, bool Reaches)> rules, string port)
    {
        var closed = Protocols.Where(protocol => !rules.Any(one =>
            Opens(one.Rule, protocol, one.Reaches ? port : null) || Opens(one.Rule, protocol, DnsPort, isNamed: true))).ToArray();
        return closed.Length == 0 ? null : string.Join(" or ", closed);
    }

    /// <summary>A policy of one namespace, of Kubernetes or of Cilium.</summary>
    public static bool IsPolicy(Manifest resource) => resource is { Kind: "NetworkPolicy", Group: "networking.k8s.io" }
        or { Kind: "CiliumNetworkPolicy", Group: "cilium.io" };

    /// <summary>True for a policy of Cilium.</summary>
    public static bool IsCilium(Manifest policy) => policy.Group == "cilium.io";

    /// <summary>The selector of the pods that it isolates.</summary>
    public static Node? Selector(Manifest policy) => policy.Body.At("spec", IsCilium(policy) ? "endpointSelector" : "podSelector");

    /// <summary>The rules of a direction.</summary>
    public static IEnumerable<Mapping> RulesOf(Manifest policy, string direction) =>
        IsCilium(policy) ? policy.Body.MappingsAt("spec", direction)
            .Concat(policy.Body.MappingsAt("specs").SelectMany(spec => spec.MappingsAt(direction)))
        : Isolates(policy, direction) ? policy.Body.MappingsAt("spec", direction) : [];

    /// <summary>Kubernetes ignores the rules of a direction that policyTypes does not list.</summary>
    public static bool Isolates(Manifest policy, string direction) => IsCilium(policy)
        ? policy.Body.At("spec", direction) is not null && policy.Body.TextAt("spec", "enableDefaultDeny", direction) != "false"
        : policy.Body.At("spec", "policyTypes") is not Sequence { Items.IsEmpty: false } types
            || types.Items.OfType<Scalar>().Any(type => type.Value.Equals(direction, StringComparison.OrdinalIgnoreCase));

    /// <summary>True if a rule is certainly about the DNS pods.</summary>
    public static bool Names(Manifest policy, Mapping rule, Workload dns) =>
        rule.MappingsAt("toEndpoints").Any(peer => !LabelSelector.IsEverything(peer)
            && (policy.Namespace == dns.Namespace || NamesNamespace(peer)) && LabelSelector.Matches(peer, dns.Labels))
        || rule.MappingsAt("to").Any(peer => !LabelSelector.IsEverything(peer["podSelector"])
            && (peer["namespaceSelector"] is { } namespaces
                ? LabelSelector.Matches(namespaces, NamespaceOf(dns))
                : policy.Namespace == dns.Namespace)
            && LabelSelector.Matches(peer["podSelector"], dns.Labels));

    /// <summary>
    /// True if a rule may allow traffic to the DNS pods: labels of namespaces, some labels of pods, and owners of addresses are not known.
    /// </summary>
    public static bool MayReach(Manifest policy, Mapping rule, Workload dns)
    {
        var peers = rule.Entries.Where(entry => entry.Key.StartsWith("to", StringComparison.Ordinal)
            && entry.Key is not "toPorts" && entry.Value is Sequence { Items.IsEmpty: false }).ToArray();
        var isHere = policy.Namespace.Length == 0 || policy.Namespace == dns.Namespace;
        return peers.Length == 0 || peers.Any(peer => peer.Key is not ("to" or "toEndpoints"))
            || rule.MappingsAt("toEndpoints").Any(peer =>
                (isHere || NamesNamespace(peer)) && LabelSelector.MayMatch(peer, dns.Labels))
            || rule.MappingsAt("to").Any(peer => peer["ipBlock"] is not null
                || ((peer["namespaceSelector"] is { } namespaces ? LabelSelector.MayMatch(namespaces, NamespaceOf(dns)) : isHere)
                    && LabelSelector.MayMatch(peer["podSelector"], dns.Labels)));
    }

    /// <summary>Without a namespace in a peer, Cilium selects pods of the policy's own namespace.</summary>
    private static bool NamesNamespace(Mapping peer) => peer.EntriesAt("matchLabels").Select(entry => entry.Key)
        .Concat(peer.MappingsAt("matchExpressions").Select(expression => expression.TextAt("key") ?? ""))
        .Any(key => key.Contains(PolicyParts.NamespaceLabel)
            || key.Contains("io.cilium.k8s.namespace.labels"));

    private static Dictionary<string, string> NamespaceOf(Workload pods) => new() { ["kubernetes.io/metadata.name"] = pods.Namespace };

    /// <summary>
    /// True if a rule allows a port; null is a port that it does not reach. No list of ports means all; a named port may be any.
    /// </summary>
    private static bool Opens(Mapping rule, string protocol, string? port, bool isNamed = false)
    {
        Mapping[] ports = [.. rule.MappingsAt("ports"), .. rule.MappingsAt("toPorts").SelectMany(item => item.MappingsAt("ports"))];
        return port is not null && ((ports.Length == 0 && !isNamed) || ports.Any(entry =>
            (entry.TextAt("protocol") ?? (rule["toPorts"] is null ? "TCP" : "ANY")) is var spoken
            && (spoken == protocol || spoken == "ANY")
            && (entry.TextAt("port") is { } written ? IsIn(written, entry.TextAt("endPort"), port, isNamed) : !isNamed)));
    }

    private static bool IsIn(string written, string? end, string port, bool isNamed) => written == port || (!isNamed
        && (!int.TryParse(written, CultureInfo.InvariantCulture, out var first) || first == 0
            || (int.TryParse(end, CultureInfo.InvariantCulture, out var last)
                && int.TryParse(port, CultureInfo.InvariantCulture, out var number)
                && first <= number && number <= last)));
}
