using System.Net;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria.Policies;

/// <summary>
/// What NetworkPolicies and CiliumNetworkPolicies decide for a packet that comes in: with no policy for the pod everything
/// passes, with one or more only what some rule allows.
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
            && (policy.Texts("spec.policyTypes") is { Count: 0 } or [.., "Ingress"] || policy.Texts("spec.policyTypes").Contains("Ingress")),
        "CiliumNetworkPolicy" => Selectors.Matches(policy.Part("spec.endpointSelector"), pod) && policy.At("spec.ingress") is not null,
        _ => false,
    };

    private static bool KubernetesRule(Resource rule, Source source, string protocol, int port) =>
        (rule.Parts("from") is not { Count: > 0 } from || from.Any(peer => KubernetesPeer(peer, source)))
        && (rule.Parts("ports") is not { Count: > 0 } ports
            || ports.Any(open => (open.Text("protocol") ?? "TCP") == protocol && (open.Number("port") is not { } number || number == port)));

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
