namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Network policies that are about DNS, and the port that DNS needs.</summary>
internal static partial class DnsPolicyRules
{
    private const string Port = "policy-dns-port";
    private const string Dns = "53";
    private const string NamespaceLabel = "io.kubernetes.pod.namespace";

    public const string Name = "dns-policy";

    public static readonly LintRule Rule = LintRule.Of(
        Name, Check, (Port, "A network policy names the DNS pods, but does not allow queries to them over UDP and TCP."),
        (Cache, "A network policy lets queries to the DNS pods out, and no policy of the same pods lets them out to NodeLocal DNSCache, "
            + "which pods of its cluster ask."));

    private static readonly string[] Protocols = ["UDP", "TCP"];

    private static readonly Workload Usual = new("kube-system", new Dictionary<string, string>
    {
        ["k8s-app"] = "kube-dns",
        [NamespaceLabel] = "kube-system",
    }.ToImmutableDictionary());

    /// <summary>Policies that clusters may include later: no cluster applies them yet. Those of one folder are included together.</summary>
    public static IEnumerable<Finding> Check(SourceTree tree)
    {
        var policies = tree.FilesBelow("kubernetes/components/networkpolicy")
            .Where(file => file.EndsWith(".yaml", StringComparison.Ordinal) && tree.Read(file) is not null)
            .SelectMany(file => YamlReader.Read(file, tree.Read(file), YamlOptions.Tree).Documents.OfType<Mapping>()
                .Select(body => new Manifest(body, file)))
            .Where(IsPolicy).ToArray();
        return policies.SelectMany(policy => Outwards(policy, policies.Where(other => FolderOf(other) == FolderOf(policy)), Usual, Dns));
    }

    private static string FolderOf(Manifest policy) => policy.File[..policy.File.LastIndexOf('/')];

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var policies = cluster.Applied.Where(IsPolicy).ToArray();
        var everywhere = cluster.Applied.Where(resource => resource is { Kind: "CiliumClusterwideNetworkPolicy" }).ToArray();

        // Policies of another network, and those of its administrator, may allow what these do not.
        var isKnown = !cluster.Applied.Except(policies).Except(everywhere)
            .Any(resource => resource.Kind.EndsWith("NetworkPolicy", StringComparison.Ordinal));
        foreach (var release in isKnown ? cluster.Releases : [])
        {
            var port = PortOf(release.Values.MappingsAt("servers").FirstOrDefault());
            var pods = Workload.Pods(cluster).First(pod => pod.Namespace == release.Namespace
                && release.PodLabels.All(label => pod.Labels.GetValueOrDefault(label.Key) == label.Value));
            var inwards = policies.Where(policy => Isolates(policy, "ingress") && policy.Namespace == pods.Namespace
                && LabelSelector.Matches(Selector(policy), pods.Labels)).ToArray();
            if (inwards.Length > 0
                && Missing(inwards.Concat(everywhere).SelectMany(policy => Rules(policy, "ingress")), port) is { } closed)
            {
                yield return Report.At(
                    inwards[0], ["spec", "ingress"], Port,
                    $"{inwards[0].Id.Spoken} selects the DNS pods, and no policy lets {closed} port {port} in: nobody can resolve.",
                    $"Allow port {port} over UDP and TCP.");
            }

            var outwards = release.IsClusterDns ? policies.Where(policy => !Selects(policy, pods)) : [];
            foreach (var finding in outwards.SelectMany(policy =>
                Outwards(policy, policies.Where(other => other.Namespace == policy.Namespace).Concat(everywhere), pods, port)))
            {
                yield return finding;
            }

            foreach (var finding in release.IsClusterDns ? PastTheCache(cluster, policies, everywhere, pods) : [])
            {
                yield return finding;
            }
        }
    }

    /// <summary>A policy of the DNS pods themselves, which do not ask themselves.</summary>
    private static bool Selects(Manifest policy, Workload dns) => policy.Namespace == dns.Namespace
        && !LabelSelector.IsEverything(Selector(policy)) && LabelSelector.Matches(Selector(policy), dns.Labels);

    /// <summary>The chart writes the port after the last zone only.</summary>
    private static string PortOf(Mapping? server) => server?.TextAt("port") is { } port && server.MappingsAt("zones").Count() == 1
        && ushort.TryParse(port, CultureInfo.InvariantCulture, out _) ? port : Dns;

    /// <summary>A policy with a rule for the DNS pods, where no rule beside it may let queries out.</summary>
    private static IEnumerable<Finding> Outwards(Manifest policy, IEnumerable<Manifest> beside, Workload dns, string port)
    {
        if (!Isolates(policy, "egress") || Rules(policy, "egress").FirstOrDefault(rule => Names(policy, rule, dns)) is not { } rule)
        {
            return [];
        }

        var rules = beside.SelectMany(other => Rules(other, "egress").Select(outwards => (outwards, MayReach(other, outwards, dns))));
        return Missing(rules, port) is not { } closed ? [] :
        [
            Report.At(
                rule["ports"] ?? rule["toPorts"] ?? rule, Port,
                $"{policy.Id.Spoken} names the DNS pods, but lets no {closed} port {port} out: the pods that it selects cannot "
                    + "resolve.",
                $"Allow port {port} over UDP and TCP."),
        ];
    }

    private static string? Missing(IEnumerable<Mapping> rules, string port) => Missing(rules.Select(rule => (rule, true)), port);

    /// <summary>The protocols that no rule allows, in words; null where all are allowed. A rule that names port 53 is for some DNS server:
    /// that of the node, or another one.</summary>
    private static string? Missing(IEnumerable<(Mapping Rule, bool Reaches)> rules, string port)
    {
        var closed = Protocols.Where(protocol => !rules.Any(one =>
            Opens(one.Rule, protocol, one.Reaches ? port : null) || Opens(one.Rule, protocol, Dns, isNamed: true))).ToArray();
        return closed.Length == 0 ? null : string.Join(" or ", closed);
    }

    private static bool IsPolicy(Manifest resource) => resource is { Kind: "NetworkPolicy", Group: "networking.k8s.io" }
        or { Kind: "CiliumNetworkPolicy", Group: "cilium.io" };

    private static bool IsCilium(Manifest policy) => policy.Group == "cilium.io";

    private static Node? Selector(Manifest policy) => policy.Body.At("spec", IsCilium(policy) ? "endpointSelector" : "podSelector");

    private static IEnumerable<Mapping> Rules(Manifest policy, string direction) =>
        IsCilium(policy) ? policy.Body.MappingsAt("spec", direction)
            .Concat(policy.Body.MappingsAt("specs").SelectMany(spec => spec.MappingsAt(direction)))
        : Isolates(policy, direction) ? policy.Body.MappingsAt("spec", direction) : [];

    /// <summary>Kubernetes ignores the rules of a direction that policyTypes does not list.</summary>
    private static bool Isolates(Manifest policy, string direction) => IsCilium(policy)
        ? policy.Body.At("spec", direction) is not null && policy.Body.TextAt("spec", "enableDefaultDeny", direction) != "false"
        : policy.Body.At("spec", "policyTypes") is not Sequence { Items.IsEmpty: false } types
            || types.Items.OfType<Scalar>().Any(type => type.Value.Equals(direction, StringComparison.OrdinalIgnoreCase));

    /// <summary>A rule that surely is about the DNS pods.</summary>
    private static bool Names(Manifest policy, Mapping rule, Workload dns) =>
        rule.MappingsAt("toEndpoints").Any(peer => !LabelSelector.IsEverything(peer)
            && (policy.Namespace == dns.Namespace || NamesNamespace(peer)) && LabelSelector.Matches(peer, dns.Labels))
        || rule.MappingsAt("to").Any(peer => !LabelSelector.IsEverything(peer["podSelector"])
            && (peer["namespaceSelector"] is { } namespaces
                ? LabelSelector.Matches(namespaces, NamespaceOf(dns))
                : policy.Namespace == dns.Namespace)
            && LabelSelector.Matches(peer["podSelector"], dns.Labels));

    /// <summary>A rule that may let traffic to the DNS pods: labels of a namespace, and some of a pod, are not known here, and neither is
    /// who has an address.</summary>
    private static bool MayReach(Manifest policy, Mapping rule, Workload dns)
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

    /// <summary>Cilium takes pods of the policy's own namespace where a peer does not say which.</summary>
    private static bool NamesNamespace(Mapping peer) => peer.EntriesAt("matchLabels").Select(entry => entry.Key)
        .Concat(peer.MappingsAt("matchExpressions").Select(expression => expression.TextAt("key") ?? ""))
        .Any(key => key.Contains(NamespaceLabel, StringComparison.Ordinal)
            || key.Contains("io.cilium.k8s.namespace.labels", StringComparison.Ordinal));

    private static Dictionary<string, string> NamespaceOf(Workload pods) => new() { ["kubernetes.io/metadata.name"] = pods.Namespace };

    /// <summary>Whether a rule lets a port through; null is a port that it does not reach. No list of ports means all; a named port may be
    /// any.</summary>
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
