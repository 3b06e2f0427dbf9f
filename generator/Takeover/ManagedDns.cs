using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Takeover;

/// <summary>The DNS of a distribution that no release can replace.</summary>
/// <param name="State">What answers, in a sentence.</param>
/// <param name="Finding">Why it stays, and what works instead.</param>
internal sealed record ManagedDns(string State, Finding Finding)
{
    private const string OpenShiftNamespace = "openshift-dns";
    private const string OpenShiftName = "dns-default";

    /// <summary>The distribution's own DNS; null where it can be replaced.</summary>
    public static ManagedDns? Of(RunningDns live) => live.Distribution switch
    {
        var distribution when distribution == Distribution.EksAuto => new(
            "CoreDNS runs as a program of each node and answers the node's pods.",
            live.Error(TakeoverCheck.NodeResolver, "Every node is one of EKS Auto Mode, where a program of the node answers the pods.",
                "It cannot be replaced: pods do not query a CoreDNS that the tree delivers.")),
        var distribution when distribution == Distribution.Gke => Gke(live),
        var distribution when distribution == Distribution.Aks => new(
            Answers(live, "AKS") ?? "AKS manages the DNS.",
            live.Error(TakeoverCheck.Reverted, "AKS manages the objects of its CoreDNS and reverts changes of them.",
                "AKS has no setting that disables its CoreDNS. Use its ConfigMap coredns-custom instead.")),
        var distribution when distribution == Distribution.OpenShift => OpenShift(live),
        _ => null,
    };

    public static bool IsOpenShiftService(Manifest resource) =>
        resource is { Kind: "Service", Namespace: OpenShiftNamespace, Name: OpenShiftName };

    /// <summary>With Cloud DNS no pod answers, though the Service kube-dns can exist.</summary>
    private static ManagedDns Gke(RunningDns live) => Answers(live, "GKE") is { } state
        ? new(state, live.Error(TakeoverCheck.Reverted,
            $"GKE keeps its Service {CoreDnsNames.Service} and reverts changes of it. The chart needs to change its selector and ports.",
            $"It cannot be replaced. Use the ConfigMap {CoreDnsNames.Namespace}/kube-dns or zones of Cloud DNS instead."))
        : new("No pod answers: the pods query Cloud DNS.", live.Error(TakeoverCheck.NodeResolver,
            "No pod of kube-system answers for a Service kube-dns: GKE's nodes give the pods the address of Cloud DNS (169.254.169.254).",
            "It cannot be replaced: pods do not query a CoreDNS that the tree delivers. Use zones of Cloud DNS instead."));

    private static ManagedDns OpenShift(RunningDns live)
    {
        var service = live.Objects.FirstOrDefault(IsOpenShiftService);
        var where = service is null ? "" : $" at {RunningDns.Address(service)}";
        return new($"The DaemonSet {OpenShiftNamespace}/{OpenShiftName} answers{where}.", live.Error(TakeoverCheck.Reverted,
            $"The DNS operator of OpenShift manages the DaemonSet and the Service {OpenShiftNamespace}/{OpenShiftName}, whose address the "
            + "kubelets give to pods.",
            "It cannot be replaced. Write forwarded zones into spec.servers of dns.operator.openshift.io/default instead."));
    }

    private static string? Answers(RunningDns live, string owner) => live.Answering.FirstOrDefault() is { } workload
        ? $"{workload.Id.Title} answers behind the Service {CoreDnsNames.Service}, which {owner} manages." : null;
}
