using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>The recorded run with additional results: two failures, a skipped check, and a cell without a result.</summary>
internal static class RedRun
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 9, 30, 0, TimeSpan.Zero);

    /// <summary>The recorded run, unchanged.</summary>
    public static Run Recorded { get; } = EvidenceJson.Read(File.ReadAllText(RecordedRun.FilePath));

    /// <summary>The cluster with the failures.</summary>
    public static string Cluster { get; } = Recorded.Clusters[0];

    public static Run Mixed { get; } = Recorded with
    {
        Results =
        [
            .. Recorded.Results.Where(result => result.Check is not ("AC5.1" or "AC5.7" or "Disruption.14")),
            Result("AC5.1", ResultOutcome.Failed) with
            {
                Reason = "the process runs as uid 0 <root> & may write",
                Expected = "uid 65532 in both pods",
                Observed = "uid 0 in coredns-7d4b8c6f5-x2x8q",
                Attachments = [new() { Title = "Process status", Text = "Uid:\t0\t0\t0\t0\nCapEff:\t0000000000000400" },
                    new() { Title = "Events", Path = "infra/events.txt" }],
            },
            Result("AC5.7", ResultOutcome.Skipped) with
            {
                Reason = "this cluster's network plugin enforces no policies; run on a cluster with Cilium or Calico",
            },
            Result("Disruption.14", ResultOutcome.Failed) with
            {
                Reason = "UDP, reused socket was out for 18.00 s, 15.00 s are allowed",
                Disruptions = [DisruptionEvidence.Of(NodeKill(), new LossBudget { LostTime = TimeSpan.FromSeconds(15) })],
            },
        ],
    };

    private static CheckResult Result(string check, ResultOutcome outcome)
    {
        var line = Recorded.Lines.Single(entry => entry.Check == check);
        return new CheckResult
        {
            Check = line.Check,
            Criterion = line.Criterion,
            Cluster = Cluster,
            Title = line.Title,
            Mode = CheckMode.Live,
            Outcome = outcome,
            Duration = TimeSpan.FromSeconds(1.25),
            Commands = [$"kubectl --context {Cluster} -n kube-system get deployment,service,pods -l k8s-app=kube-dns"],
        };
    }

    private static Timeline NodeKill() => new()
    {
        Cadence = TimeSpan.FromMilliseconds(20),
        Queries = Queries(90, (at, via, latency) => at is > 20 and < 38 && (via == DnsTransportKind.ReusedUdp || (int)(at * 50) % 2 == 0)
            ? Failed(at, via)
            : Answered(at, via, latency)),
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
                ask(i / 50.0, via, (via == DnsTransportKind.Tcp ? 800 : 350) * Math.Exp(noise.NextDouble() * noise.NextDouble() * 3))))];
    }

    private static ClientQuery Answered(double at, DnsTransportKind via, double microseconds) => new()
    {
        At = Start.AddSeconds(at),
        Via = via,
        Name = "kubernetes.default.svc.cluster.local.",
        Outcome = AttemptOutcome.Ok,
        // With the resolution of probers.
        Elapsed = TimeSpan.FromMicroseconds(Math.Round(microseconds)),
        Attempts = 1,
        LostPackets = 0,
        AnsweredBy = (int)at % 2 == 0 ? "coredns-7d4b8c6f5-new1" : "coredns-7d4b8c6f5-new2",
    };

    private static ClientQuery Failed(double at, DnsTransportKind via) => Answered(at, via, 2_000_000) with
    {
        Outcome = AttemptOutcome.Timeout,
        Attempts = 2,
        LostPackets = 2,
    };

    private static ClusterEvent Event(double at, ClusterEventKind kind, string subject, string? detail = null) =>
        new(Start.AddSeconds(at), kind, subject, detail);
}
