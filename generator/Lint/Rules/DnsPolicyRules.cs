using System.Collections.Immutable;
using System.Globalization;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint.Rules;

/// <summary>Network policies that are about DNS, and the port that DNS needs.</summary>
internal static class DnsPolicyRules
{
    private const string Port = "policy-dns-port";
    private const string Dns = "53";

    public const string Name = "dns-policy";

    public static readonly LintRule Rule = LintRule.Of(
        Name, Check, (Port, "A network policy names the DNS pods, but does not allow queries to them over UDP and TCP."));

    private static readonly string[] Protocols = ["UDP", "TCP"];

    private static readonly Workload Usual = new("kube-system", new Dictionary<string, string>
    {
        ["k8s-app"] = "kube-dns",
        ["io.kubernetes.pod.namespace"] = "kube-system",
    }.ToImmutableDictionary());

    /// <summary>Policies that clusters may include later: no cluster applies them yet.</summary>
    public static IEnumerable<Finding> Check(SourceTree tree)
    {
        var policies = tree.FilesBelow("kubernetes/components/networkpolicy")
            .Where(file => file.EndsWith(".yaml", StringComparison.Ordinal) && tree.Read(file) is not null)
            .SelectMany(file => YamlReader.Read(file, tree.Read(file), YamlOptions.Tree).Documents.OfType<Mapping>()
                .Select(body => new Manifest(body, file)))
            .Where(IsPolicy).ToArray();
        return policies.SelectMany(policy => Outwards(policy, [policy], [Usual], Dns));
    }

    private static IEnumerable<Finding> Check(ClusterView cluster)
    {
        var policies = cluster.Applied.Where(IsPolicy).ToArray();
        foreach (var release in cluster.Releases)
        {
            var port = PortOf(release.Values.MappingsAt("servers").FirstOrDefault());
            var pods = Workload.Pods(cluster).First(pod => pod.Namespace == release.Namespace
                && release.PodLabels.All(label => pod.Labels.GetValueOrDefault(label.Key) == label.Value));
            var inwards = policies.Where(policy => Isolates(policy, "ingress") && policy.Namespace == pods.Namespace
                && LabelSelector.Matches(Selector(policy), pods.Labels)).ToArray();
            if (inwards.Length > 0 && Missing(inwards.SelectMany(policy => Rules(policy, "ingress")), port) is { } closed)
            {
                yield return Report.At(
                    inwards[0], ["spec", "ingress"], Port,
                    $"{inwards[0].Id.Spoken} selects the DNS pods, and no policy lets {closed} port {port} in: nobody can resolve.",
                    $"Allow port {port} over UDP and TCP.");
            }

            foreach (var finding in policies.SelectMany(policy =>
                Outwards(policy, policies.Where(other => other.Namespace == policy.Namespace), [pods], port)))
            {
                yield return finding;
            }
        }
    }

    /// <summary>The chart writes the port after the last zone only.</summary>
    private static string PortOf(Mapping? server) => server?.TextAt("port") is { } port && server.MappingsAt("zones").Count() == 1
        && ushort.TryParse(port, CultureInfo.InvariantCulture, out _) ? port : Dns;

    /// <summary>A policy with a rule for the DNS pods, where no rule beside it lets queries out.</summary>
    private static IEnumerable<Finding> Outwards(
        Manifest policy, IEnumerable<Manifest> beside, IReadOnlyList<Workload> dns, string port)
    {
        if (Rules(policy, "egress").FirstOrDefault(rule => Names(policy, rule, dns)) is not { } rule)
        {
            return [];
        }

        var rules = beside.SelectMany(other => Rules(other, "egress").Where(outwards => IsForAll(outwards) || Names(other, outwards, dns)));
        return Missing(rules, port) is not { } closed ? [] :
        [
            Report.At(
                rule["ports"] ?? rule["toPorts"] ?? rule, Port,
                $"{policy.Id.Spoken} names the DNS pods, but lets no {closed} port {port} out: the pods that it selects cannot "
                    + "resolve.",
                $"Allow port {port} over UDP and TCP."),
        ];
    }

    /// <summary>The protocols that no rule allows, in words; null where all are allowed.</summary>
    private static string? Missing(IEnumerable<Mapping> rules, string port) =>
        string.Join(" or ", Protocols.Where(protocol => !rules.Any(rule => Opens(rule, protocol, port)))) is { Length: > 0 } closed
            ? closed : null;

    private static bool IsPolicy(Manifest resource) => resource is { Kind: "NetworkPolicy", Group: "networking.k8s.io" }
        or { Kind: "CiliumNetworkPolicy", Group: "cilium.io" };

    private static bool IsCilium(Manifest policy) => policy.Group == "cilium.io";

    private static Node? Selector(Manifest policy) => policy.Body.At("spec", IsCilium(policy) ? "endpointSelector" : "podSelector");

    private static IEnumerable<Mapping> Rules(Manifest policy, string direction) => policy.Body.MappingsAt("spec", direction);

    private static bool Isolates(Manifest policy, string direction) => IsCilium(policy)
        ? policy.Body.At("spec", direction) is not null && policy.Body.TextAt("spec", "enableDefaultDeny", direction) != "false"
        : policy.Body.At("spec", "policyTypes") is not Sequence types
            || types.Items.OfType<Scalar>().Any(type => type.Value.Equals(direction, StringComparison.OrdinalIgnoreCase));

    private static bool IsForAll(Mapping rule) => rule["to"] is null or Sequence { Items.IsEmpty: true }
        && !rule.Entries.Any(entry => entry.Key.StartsWith("to", StringComparison.Ordinal) && entry.Key is not ("to" or "toPorts"));

    private static bool Names(Manifest policy, Mapping rule, IReadOnlyList<Workload> dns) =>
        rule.MappingsAt("toEndpoints").Any(peer => !LabelSelector.IsEverything(peer) && dns.Any(pod =>
            ((peer["matchLabels"] as Mapping)?.TextAt("k8s:io.kubernetes.pod.namespace") ?? policy.Namespace) == pod.Namespace
            && LabelSelector.Matches(peer, pod.Labels)))
        || rule.MappingsAt("to").Any(peer => !LabelSelector.IsEverything(peer["podSelector"]) && dns.Any(pod =>
            (peer["namespaceSelector"] is { } namespaces
                ? LabelSelector.Matches(namespaces, new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = pod.Namespace })
                : policy.Namespace == pod.Namespace)
            && LabelSelector.Matches(peer["podSelector"], pod.Labels)));

    /// <summary>No list of ports means all; a named port may be any.</summary>
    private static bool Opens(Mapping rule, string protocol, string port)
    {
        Mapping[] ports = [.. rule.MappingsAt("ports"), .. rule.MappingsAt("toPorts").SelectMany(item => item.MappingsAt("ports"))];
        return ports.Length == 0 || ports.Any(entry =>
            (entry.TextAt("protocol") ?? (rule["toPorts"] is null ? "TCP" : "ANY")) is var spoken
            && (spoken == protocol || spoken == "ANY")
            && (entry.TextAt("port") is not { } written || IsIn(written, entry.TextAt("endPort"), port)));
    }

    private static bool IsIn(string written, string? end, string port) =>
        !int.TryParse(written, CultureInfo.InvariantCulture, out var first) || written == port || first == 0
        || (int.TryParse(end, CultureInfo.InvariantCulture, out var last)
            && int.TryParse(port, CultureInfo.InvariantCulture, out var number)
            && first <= number && number <= last);
}
