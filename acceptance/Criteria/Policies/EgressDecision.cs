using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria.Policies;

/// <summary>What one NetworkPolicy or CiliumNetworkPolicy lets the pods of its namespace send, and whether it takes the rest away.</summary>
public static class EgressDecision
{
    public static bool Allows(Resource policy, Destination to, string protocol, int port) =>
        policy.Parts("spec.egress").Any(rule => policy.Kind == "NetworkPolicy"
            ? Peers(rule, "to", peer => KubernetesPeer(peer, to)) && Open(rule.Parts("ports"), protocol, port)
            : Peers(rule, "toEndpoints", peer => CiliumPeer(peer, to)) && rule.Texts("toEntities").Count == 0
                && Open(rule.Parts("toPorts").SelectMany(group => group.Parts("ports")).ToList(), protocol, port));

    /// <summary>Whether a pod that this policy selects may send nothing but what some policy allows.</summary>
    public static bool Isolates(Resource policy) => policy.Kind == "NetworkPolicy"
        ? policy.Texts("spec.policyTypes").Contains("Egress") || policy.At("spec.egress") is not null
        : policy.Parts("spec.egress").Count > 0 && policy.Flag("spec.enableDefaultDeny.egress") != false;

    private static bool Peers(Resource rule, string key, Func<Resource, bool> matches) =>
        rule.Parts(key) is not { Count: > 0 } peers || peers.Any(matches);

    private static bool KubernetesPeer(Resource peer, Destination to) =>
        Selectors.Matches(peer.Part("namespaceSelector"), new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = to.Namespace })
        && (peer.Part("podSelector") is not { } pods || Selectors.Matches(pods, to.Labels));

    /// <summary>Cilium selects by labels with their source; the namespace is one of them.</summary>
    private static bool CiliumPeer(Resource peer, Destination to) => Selectors.Matches(
        peer,
        new Dictionary<string, string>(to.Labels.Select(label => KeyValuePair.Create("k8s:" + label.Key, label.Value)))
        {
            ["k8s:io.kubernetes.pod.namespace"] = to.Namespace,
        });

    private static bool Open(IReadOnlyList<Resource> ports, string protocol, int port) => ports.Count == 0 || ports.Any(open =>
        (open.Text("protocol") ?? "TCP") is var allowed && (allowed == protocol || allowed == "ANY") && open.Number("port") == port);
}
