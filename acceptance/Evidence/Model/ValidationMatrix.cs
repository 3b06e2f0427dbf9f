namespace PlatformGitOps.Acceptance.Evidence.Model;

/// <summary>
/// The story's acceptance criteria validation matrix, line by line, then what its tasks 3.6 to 4.8 and this suite add. Where the story
/// is wrong about the chart (the image's tag is not the chart's version, NET_BIND_SERVICE has to stay), the expectation is the right one.
/// </summary>
public static class ValidationMatrix
{
    public static IReadOnlyList<MatrixRow> Story { get; } =
    [
        new("AC1.1", "AC1", "Deployment coredns is available", "as many ready replicas as the cluster's settings say"),
        new("AC1.2", "AC1", "Pod disruption budget", "minAvailable 1, and its selector matches the pods"),
        new("AC1.3", "AC1", "Pods stand on different nodes", "two nodes, after three rollouts too"),
        new("AC2.1", "AC2", "Service kube-dns", "exists in kube-system and leads to the pods"),
        new("AC2.2-infra", "AC2", "Its address on infra", "10.245.0.10") { AnsweredBy = "AC2.2", OnlyCluster = "infra" },
        new("AC2.2-apps", "AC2", "Its address on apps", "10.247.0.10") { AnsweredBy = "AC2.2", OnlyCluster = "apps" },
        new("AC2.3", "AC2", "Service names resolve", "kubernetes.default gives the API server's address"),
        new("AC2.5", "AC2", "External names resolve", "through the upstream servers of the settings"),
        new("AC2.4", "AC2", "Pod names resolve", "the dashed address gives the pod's own"),
        new("AC3.1", "AC3", "Metrics endpoint", "coredns_* series on :9153"),
        new("AC3.2", "AC3", "ServiceMonitor", "exists and selects the metrics Service"),
        new("AC3.3", "AC3", "Series in VictoriaMetrics", "coredns_dns_requests_total is queried back"),
        new("AC3.4", "AC3", "Alert rules", "all load and evaluate"),
        new("AC4.1", "AC4", "Health of each pod", "200 on :8080/health"),
        new("AC4.2", "AC4", "Readiness of each pod", "200 on :8181/ready"),
        new("AC5.1", "AC5", "The process is not root", "uid 65532, seen from inside"),
        new("AC5.2", "AC5", "Root file system", "mounted read-only"),
        new("AC5.3", "AC5", "Capabilities", "all dropped but NET_BIND_SERVICE"),
        new("AC5.6-policy", "AC5", "Network policies", "allow-dns in the workload namespaces") { AnsweredBy = "AC5.6", OnlyHalf = RowHalf.Rendered },
        new("AC5.6-allowed", "AC5", "DNS from a workload namespace", "answers") { AnsweredBy = "AC5.6", OnlyHalf = RowHalf.Live },
        new("AC5.7", "AC5", "Unintended sources and ports", "get nothing through"),
        new("AC6.1", "AC6", "Chart", "coredns-1.38.0"),
        new("AC6.2", "AC6", "Image", "the one of the chart's appVersion, 1.11.4"),
        new("Bootstrap.1", "Bootstrap", "An image mirror that needs DNS", "starts after CoreDNS, without DNS errors"),
        new("Bootstrap.2", "Bootstrap", "A certificate issuer's names", "resolve"),
        new("Adoption.1", "Adoption", "A CoreDNS that is there already", "is taken over without an outage"),
        new("Disruption.5", "Disruption", "Rolling restart", "no failure that a client sees") { AnsweredBy = "Disruption.5" },
        new("Disruption.8", "Disruption", "Drain of each node in turn", "no failure that a client sees") { AnsweredBy = "Disruption.8" },
        new("Disruption.7", "Disruption", "Corefile change", "no failure that a client sees") { AnsweredBy = "Disruption.7" },
        new("Disruption.6", "Disruption", "Replicas up and down", "no failure that a client sees") { AnsweredBy = "Disruption.6" },
        new("Disruption.9", "Disruption", "Evictions against the budget", "one is refused, and no failure that a client sees") { AnsweredBy = "Disruption.9" },
        new("Disruption.10", "Disruption", "API server down", "no failure that a client sees") { AnsweredBy = "Disruption.10" },
        new("Disruption.11", "Disruption", "Pod deleted by force", "lost time within its budget") { AnsweredBy = "Disruption.11" },
        new("Disruption.12", "Disruption", "CoreDNS process killed", "lost time within its budget") { AnsweredBy = "Disruption.12" },
        new("Disruption.13", "Disruption", "Node stopped", "lost time within its budget") { AnsweredBy = "Disruption.13" },
        new("Disruption.14", "Disruption", "Node killed", "lost time within its budget") { AnsweredBy = "Disruption.14" },
    ];

    /// <summary>The story's lines, each criterion followed by the rows that the run answered beyond them.</summary>
    public static IReadOnlyList<MatrixRow> Of(Run run)
    {
        var beyond = run.Results
            .Where(r => r.Row is not null && !Story.Any(line => line.AnsweredBy == r.Row))
            .DistinctBy(r => r.Row)
            .Select(r => new MatrixRow(r.Row!, r.Id, r.Test, r.Expected ?? r.Sees ?? ""))
            .ToArray();
        var criteria = Story.Concat(beyond).Select(line => line.Criterion).Distinct();
        return [.. criteria.SelectMany(criterion => Story.Concat(beyond).Where(line => line.Criterion == criterion))];
    }
}
