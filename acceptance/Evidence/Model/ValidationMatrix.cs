namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>
/// The story's acceptance criteria validation matrix, line by line, then what its tasks 3.6 to 4.8 and this suite add. Where the story
/// is wrong about the chart (the image's tag is not the chart's version, NET_BIND_SERVICE has to stay), the expectation is the right one.
/// </summary>
public static class ValidationMatrix
{
    public static IReadOnlyList<MatrixRow> Rows { get; } =
    [
        new(Model.Rows.Available, "AC1", "Deployment coredns is available", "as many ready replicas as the cluster's settings say"),
        new(Model.Rows.DisruptionBudget, "AC1", "Pod disruption budget", "minAvailable 1, and its selector matches the pods"),
        new(Model.Rows.DifferentNodes, "AC1", "Pods stand on different nodes", "two nodes, after three rollouts too"),
        new(Model.Rows.Service, "AC2", "Service kube-dns", "exists in kube-system"),
        new(Model.Rows.InfraAddress, "AC2", "Its address on infra", "10.245.0.10", "infra"),
        new(Model.Rows.AppsAddress, "AC2", "Its address on apps", "10.247.0.10", "apps"),
        new(Model.Rows.InternalNames, "AC2", "Service names resolve", "kubernetes.default gives the API server's address"),
        new(Model.Rows.ExternalNames, "AC2", "External names resolve", "through the upstream servers of the settings"),
        new(Model.Rows.PodNames, "AC2", "Pod names resolve", "the dashed address gives the pod's own"),
        new(Model.Rows.NameMatrix, "AC2", "Every kind of name, UDP and TCP, A and AAAA", "as Kubernetes' DNS specification says"),
        new(Model.Rows.Metrics, "AC3", "Metrics endpoint of each pod", "coredns_* series on :9153"),
        new(Model.Rows.ServiceMonitor, "AC3", "ServiceMonitor", "exists and selects the metrics Service"),
        new(Model.Rows.Series, "AC3", "Series in VictoriaMetrics", "coredns_dns_requests_total is queried back"),
        new(Model.Rows.Alerts, "AC3", "Alert rules", "all load and evaluate; CoreDNSDown fires when it should"),
        new(Model.Rows.Health, "AC4", "Health of each pod", "200 on :8080/health"),
        new(Model.Rows.Ready, "AC4", "Readiness of each pod", "200 on :8181/ready"),
        new(Model.Rows.NonRoot, "AC5", "The process is not root", "uid 65532, seen from inside"),
        new(Model.Rows.ReadOnlyRoot, "AC5", "Root file system", "mounted read-only"),
        new(Model.Rows.Capabilities, "AC5", "Capabilities", "all dropped but NET_BIND_SERVICE, no new privileges"),
        new(Model.Rows.Policy, "AC5", "Network policies", "allow-dns in the workload namespaces"),
        new(Model.Rows.DnsAllowed, "AC5", "DNS from a workload namespace", "answers"),
        new(Model.Rows.OthersBlocked, "AC5", "Unintended sources and ports", "get nothing through"),
        new(Model.Rows.Version, "AC6", "Versions", "chart coredns-1.38.0 with the image of its appVersion, 1.11.4"),
        new(Model.Rows.ImageMirror, "Bootstrap", "An image mirror that needs DNS", "starts after CoreDNS, without DNS errors"),
        new(Model.Rows.CertManager, "Bootstrap", "A certificate issuer's names", "resolve"),
        new(Model.Rows.Adoption, "Adoption", "A CoreDNS that is there already", "is taken over without an outage"),
        new(Model.Rows.RollingRestart, "Disruption", "Rolling restart", "no failure that a client sees"),
        new(Model.Rows.Drain, "Disruption", "Drain of each node in turn", "no failure that a client sees"),
        new(Model.Rows.CorefileChange, "Disruption", "Corefile change", "no failure that a client sees"),
        new(Model.Rows.Scale, "Disruption", "Replicas up and down", "no failure that a client sees"),
        new(Model.Rows.EvictionStorm, "Disruption", "Evictions against the budget", "refused, and no failure that a client sees"),
        new(Model.Rows.ApiServerDown, "Disruption", "API server down", "no failure that a client sees"),
        new(Model.Rows.ForceDeletion, "Disruption", "Pod deleted by force", "lost time within its budget"),
        new(Model.Rows.ProcessKill, "Disruption", "CoreDNS process killed", "lost time within its budget"),
        new(Model.Rows.NodeStop, "Disruption", "Node stopped", "lost time within its budget"),
        new(Model.Rows.NodeKill, "Disruption", "Node killed", "lost time within its budget"),
    ];
}
