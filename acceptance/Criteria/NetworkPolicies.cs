namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>
/// Decides whether NetworkPolicies and CiliumNetworkPolicies allow an incoming packet: everything if no policy selects the pod, else only
/// what a rule allows.
/// </summary>
public static class IngressDecision
{
    public static bool Allows(
        IEnumerable<Resource> policies, IReadOnlyDictionary<string, string> pod, Source source, string protocol, int port)
    {
        var decisive = policies.Where(policy => Selects(policy, pod)).ToList();
        return decisive.Count == 0 || decisive.Any(policy => policy.Parts("spec.ingress").Any(rule =>
            policy.Kind == "NetworkPolicy" ? KubernetesRule(rule, source, protocol, port) : CiliumRule(rule, source, protocol, port)));
    }

    private static bool Selects(Resource policy, IReadOnlyDictionary<string, string> pod) => policy.Kind switch
    {
        "NetworkPolicy" => Selectors.Matches(policy.Part("spec.podSelector"), pod)
            && (policy.Texts("spec.policyTypes") is { Count: 0 } or [.., "Ingress"] || policy.Texts("spec.policyTypes")
                .Contains("Ingress")),
        "CiliumNetworkPolicy" => Selectors.Matches(policy.Part("spec.endpointSelector"), pod) && policy.At("spec.ingress") is not null,
        _ => false,
    };

    private static bool KubernetesRule(Resource rule, Source source, string protocol, int port) =>
        (rule.Parts("from") is not { Count: > 0 } from || from.Any(peer => KubernetesPeer(peer, source)))
        && (rule.Parts("ports") is not { Count: > 0 } ports
            || ports.Any(
                open => (open.Text("protocol") ?? "TCP") == protocol && (open.Number("port") is not { } number || number == port)));

    private static bool KubernetesPeer(Resource peer, Source source)
    {
        if (peer.Text("ipBlock.cidr") is { } cidr)
        {
            return source.Address is { } address && IPNetwork.Parse(cidr).Contains(IPAddress.Parse(address));
        }

        return source.Namespace is not null && peer.Part("namespaceSelector") is { } selector
            && Selectors.Matches(selector, new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = source.Namespace });
    }

    private static bool CiliumRule(Resource rule, Source source, string protocol, int port) =>
        CiliumPeer(rule, source)
        && (rule.Parts("toPorts") is not { Count: > 0 } groups || groups.SelectMany(group => group.Parts("ports")).Any(open =>
            open.Number("port") == port && (open.Text("protocol") ?? "ANY") is var allowed && (allowed == "ANY" || allowed == protocol)));

    private static bool CiliumPeer(Resource rule, Source source)
    {
        if (rule.At("fromEndpoints") is not null)
        {
            return source.Namespace is not null && rule.Parts("fromEndpoints").Any(selector => Selectors.Matches(
                selector, new Dictionary<string, string> { ["k8s:io.kubernetes.pod.namespace"] = source.Namespace }));
        }

        if (rule.At("fromEntities") is not null)
        {
            var entities = rule.Texts("fromEntities");
            return entities.Contains("all") || (source.Entity is not null && entities.Contains(source.Entity))
                || (source.Namespace is not null && entities.Contains("cluster"));
        }

        return true;
    }
}

/// <summary>
/// Decides what a NetworkPolicy or CiliumNetworkPolicy allows the pods of its namespace to send, and whether it denies the rest.
/// </summary>
public static class EgressDecision
{
    public static bool Allows(Resource policy, Destination to, string protocol, int port) =>
        policy.Parts("spec.egress").Any(rule => policy.Kind == "NetworkPolicy"
            ? Peers(rule, "to", peer => KubernetesPeer(peer, to)) && Open(rule.Parts("ports"), protocol, port)
            : CiliumPeers(rule, to)
                && Open(rule.Parts("toPorts").SelectMany(group => group.Parts("ports")).ToList(), protocol, port));

    /// <summary>True if pods that this policy selects may only send what some policy allows.</summary>
    public static bool Isolates(Resource policy) => policy.Kind == "NetworkPolicy"
        ? policy.Texts("spec.policyTypes").Contains("Egress") || policy.At("spec.egress") is not null
        : policy.Parts("spec.egress").Count > 0 && policy.Flag("spec.enableDefaultDeny.egress") != false;

    private static bool Peers(Resource rule, string key, Func<Resource, bool> matches) =>
        rule.Parts(key) is not { Count: > 0 } peers || peers.Any(matches);

    private static bool CiliumPeers(Resource rule, Destination to) => rule.Texts("toEntities") is { Count: > 0 } entities
        ? to.OnNode is not null && (entities.Contains("host") || entities.Contains("all"))
        : Peers(rule, "toEndpoints", peer => to.OnNode is null && CiliumPeer(peer, to));

    private static bool KubernetesPeer(Resource peer, Destination to) => peer.Text("ipBlock.cidr") is { } range
        ? to.OnNode is { } address && IPNetwork.Parse(range).Contains(address)
        : to.OnNode is null && Selectors.Matches(peer.Part("namespaceSelector"),
            new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = to.Namespace })
        && (peer.Part("podSelector") is not { } pods || Selectors.Matches(pods, to.Labels));

    /// <summary>Cilium selects by labels with their source prefix, including the namespace.</summary>
    private static bool CiliumPeer(Resource peer, Destination to) => Selectors.Matches(
        peer,
        new Dictionary<string, string>(to.Labels.Select(label => KeyValuePair.Create("k8s:" + label.Key, label.Value)))
        {
            ["k8s:io.kubernetes.pod.namespace"] = to.Namespace,
        });

    private static bool Open(IReadOnlyList<Resource> ports, string protocol, int port) => ports.Count == 0 || ports.Any(open =>
        (open.Text("protocol") ?? "TCP") is var allowed && (allowed == protocol || allowed == "ANY") && open.Number("port") == port);
}

/// <summary>The sender of a packet to a DNS pod.</summary>
/// <param name="Namespace">The pod's namespace; null for a sender that is not a pod.</param>
/// <param name="Entity">Cilium's entity for a sender that is not a pod: host or world.</param>
public sealed record Source(string? Namespace, string? Entity)
{
    public static readonly Source Workload = new("some-workload", null);
    public static readonly Source World = new(null, "world");
    public static readonly Source Node = new(null, "host");

    public static Source Monitoring(string name) => new(name, null);

    /// <summary>A node's or an external address, for ipBlocks.</summary>
    public string? Address => Entity switch
    {
        "world" => "203.0.113.7",
        "host" => "172.18.0.2",
        _ => null,
    };
}

/// <summary>The target of a workload: a pod, or a program on the host network.</summary>
public sealed record Destination(string Namespace, IReadOnlyDictionary<string, string> Labels)
{
    /// <summary>The address on the host network; null for a pod.</summary>
    public IPAddress? OnNode { get; init; }

    public static Destination Node(IPAddress address) => new("", new Dictionary<string, string>()) { OnNode = address };
}

/// <summary>Label selectors with the API server's semantics.</summary>
public static class Selectors
{
    /// <param name="selector">An object with matchLabels and matchExpressions; an empty one matches everything, null nothing.</param>
    public static bool Matches(Resource? selector, IReadOnlyDictionary<string, string> labels) =>
        selector is not null
        && selector.Map("matchLabels").All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value)
        && selector.Parts("matchExpressions").All(expression => Holds(expression, labels));

    private static bool Holds(Resource expression, IReadOnlyDictionary<string, string> labels)
    {
        var value = labels.GetValueOrDefault(expression.Text("key") ?? "");
        return expression.Text("operator") switch
        {
            "Exists" => value is not null,
            "DoesNotExist" => value is null,
            "In" => value is not null && expression.Texts("values").Contains(value),
            "NotIn" => value is null || !expression.Texts("values").Contains(value),
            _ => false,
        };
    }

    /// <summary>A plain map of labels, as in Services; an empty one selects nothing.</summary>
    public static bool Matches(IReadOnlyDictionary<string, string> selector, IReadOnlyDictionary<string, string> labels) =>
        selector.Count > 0 && selector.All(wanted => labels.GetValueOrDefault(wanted.Key) == wanted.Value);
}
