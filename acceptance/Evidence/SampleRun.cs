using PlatformGitOps.Acceptance.Criteria;
using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>A run made by hand, with every outcome in it, for the tests of what shows it.</summary>
internal static class SampleRun
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);

    private static readonly string[] Clusters = ["infra", "apps"];

    private static readonly IReadOnlyList<MatrixLine> Lines =
    [
        .. Catalog.Checks.Select(check => new MatrixLine(check.Id, check.Criterion.Id, check.Title, Clusters.ToDictionary(
            cluster => cluster,
            cluster => check.Id == "AC2.2" ? (cluster == "infra" ? "10.245.0.10" : "10.247.0.10") : check.Line.Expected))),
    ];

    public static Run Mixed { get; } = new()
    {
        Id = "sample",
        StartedAt = Start,
        Duration = TimeSpan.FromSeconds(428),
        Clusters = Clusters,
        Lines = Lines,
        Facts = [new("Clusters", "kind, 3 nodes each"), new("Kubernetes", "v1.32.0"), new("Delivery", "flux")],
        Results =
        [
            .. Lines.Where(line => line.Criterion is "AC1" or "AC2" or "AC3" or "AC4" or "AC6").SelectMany(Both),
            Result("AC5.6", "infra", ResultOutcome.Passed) with { Mode = CheckMode.Static },
            Result("AC5.1", "infra", ResultOutcome.Failed) with
            {
                Reason = "the process runs as uid 0 <root> & may write",
                Expected = "uid 65532 in both pods",
                Observed = "uid 0 in coredns-7d4b8c6f5-x2x8q",
                Attachments = [new() { Title = "Process status", Text = "Uid:\t0\t0\t0\t0\nCapEff:\t0000000000000400" },
                    new() { Title = "Events", Path = "infra/events.txt" }],
            },
            Result("AC5.7", "infra",
                ResultOutcome.Skipped) with { Reason =
                    "this cluster's network plugin enforces no policies; run on a cluster with Cilium or Calico" },
            Result("Disruption.5", "infra",
                ResultOutcome.Passed) with { Disruptions = [DisruptionEvidence.Of(Restart(), LossBudget.Zero)] },
            Result("Disruption.14", "infra", ResultOutcome.Failed) with
            {
                Reason = "FreshUdp was out for 18.02 s, 15.00 s are allowed",
                Disruptions = [DisruptionEvidence.Of(NodeKill(), new LossBudget { LostTime = TimeSpan.FromSeconds(15) })],
            },
        ],
    };

    private static IEnumerable<CheckResult> Both(MatrixLine line) =>
        from cluster in Clusters
        from mode in Enum.GetValues<CheckMode>()
        select Result(line.Check, cluster, ResultOutcome.Passed) with { Mode = mode };

    private static CheckResult Result(string check, string cluster, ResultOutcome outcome)
    {
        var line = Lines.Single(entry => entry.Check == check);
        return new CheckResult
        {
            Check = line.Check,
            Criterion = line.Criterion,
            Cluster = cluster,
            Title = line.Title,
            Mode = CheckMode.Live,
            Outcome = outcome,
            Expected = line.Expected[cluster],
            Observed = outcome == ResultOutcome.Passed ? line.Expected[cluster] : null,
            Duration = TimeSpan.FromSeconds(1.25),
            Commands = [$"kubectl --context {cluster} -n kube-system get deployment,service,pods -l k8s-app=kube-dns"],
        };
    }

    private static Timeline Restart() => new()
    {
        Cadence = TimeSpan.FromMilliseconds(20),
        Queries = Queries(
            40, (at, via, latency) =>
                Answered(at, via, latency, at is > 12 and < 12.4 && via == DnsTransportKind.FreshUdp && (int)(at * 50) % 7 == 0)),
        Events =
        [
            Event(5, ClusterEventKind.Action, "kubectl rollout restart deployment/coredns"),
            Event(7.1, ClusterEventKind.PodReady, "coredns-7d4b8c6f5-new1"),
            Event(7.4, ClusterEventKind.PodDeleted, "coredns-7d4b8c6f5-old1"),
            Event(7.5, ClusterEventKind.EndpointRemoved, "10.244.1.7"),
            Event(12, ClusterEventKind.PodGone, "coredns-7d4b8c6f5-old1"),
            Event(24, ClusterEventKind.Action, "rollout finished"),
        ],
    };

    private static Timeline NodeKill() => new()
    {
        Cadence = TimeSpan.FromMilliseconds(20),
        Queries = Queries(90, (at, via, latency) => at is > 20 and < 38 && (via == DnsTransportKind.ReusedUdp || (int)(at * 50) % 2 == 0)
            ? Failed(at, via)
            : Answered(at, via, latency, retried: false)),
        Events =
        [
            Event(20, ClusterEventKind.Action, "docker kill infra-worker"),
            Event(37.6, ClusterEventKind.NodeNotReady, "infra-worker"),
            Event(38, ClusterEventKind.EndpointRemoved, "10.244.2.9", "the node is not ready"),
        ],
    };

    private static ClientQuery[] Queries(int seconds, Func<double, DnsTransportKind, double, ClientQuery> ask)
    {
        var noise = new Random(53);
        return [.. Enumerable.Range(0, seconds * 50).SelectMany(i => Enum.GetValues<DnsTransportKind>()
            .Select(via =>
                ask(i / 50.0, via, (via == DnsTransportKind.Tcp ? 0.8 : 0.35) * Math.Exp(noise.NextDouble() * noise.NextDouble() * 3))))];
    }

    private static ClientQuery Answered(double at, DnsTransportKind via, double milliseconds, bool retried) => new()
    {
        At = Start.AddSeconds(at),
        Via = via,
        Name = "kubernetes.default.svc.cluster.local.",
        Outcome = AttemptOutcome.Ok,
        Elapsed = TimeSpan.FromMilliseconds(milliseconds + (retried ? 1000 : 0)),
        Attempts = retried ? 2 : 1,
        LostPackets = retried ? 1 : 0,
        AnsweredBy = (int)at % 2 == 0 ? "coredns-7d4b8c6f5-new1" : "coredns-7d4b8c6f5-new2",
    };

    private static ClientQuery Failed(double at, DnsTransportKind via) => Answered(at, via, 2000, retried: false) with
    {
        Outcome = AttemptOutcome.Timeout,
        Attempts = 2,
        LostPackets = 2,
    };

    private static ClusterEvent Event(double at, ClusterEventKind kind, string subject, string? detail = null) =>
        new(Start.AddSeconds(at), kind, subject, detail);
}
