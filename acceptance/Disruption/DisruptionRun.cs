namespace PlatformGitOps.Acceptance.Disruption;

/// <summary>
/// Measures one disruption: probers query from every remaining node, the cluster is disrupted, and the logs are evaluated.
/// </summary>
/// <param name="cadence">The interval of queries on each transport; null for the setting's.</param>
/// <param name="more">Further names to query; they must be resolvable before the disruption.</param>
public sealed class DisruptionRun(LiveCluster cluster, TimeSpan? cadence = null, IReadOnlyList<string>? more = null)
{
    public const string Namespace = "acceptance-probers";
    private const int ControlPort = 8053;
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan FirstAnswersWithin = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<ClusterEvent> events = new();

    /// <param name="lost">Nodes that the disruption removes, so that they get no prober.</param>
    public async Task<DisruptionEvidence> Measure(
        LossBudget budget, IReadOnlyList<string> lost, Func<DisruptionRun, CancellationToken, Task> disturb,
        CancellationToken cancellationToken)
    {
        await ProberImage.Bring(cluster, SuiteSettings.Current.ProberImage, cancellationToken);
        await LiveClusters.NoneIsBeingMade(cancellationToken);
        await Rollout.Done(cluster, cancellationToken);
        var nodes = (await cluster.Api.List(ResourceKind.Node, null, null, cancellationToken)).Select(node => node.Name)
            .Except(lost).ToList();
        var probers = await StartProbers(nodes, cancellationToken);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var strays = new StrayAnswers(cluster, nodes);
        var watchers = Task.WhenAll(EventWatch.Start(cluster, events.Enqueue, watching.Token), strays.Watch(watching.Token));
        try
        {
            await Task.WhenAll(
                Undisturbed(probers, "before the disruption", cancellationToken), ControlPlane.Acts(cluster, cancellationToken));
            await disturb(this, cancellationToken);
            await Undisturbed(probers, "after the disruption", cancellationToken);
            var journals = await StopProbers(probers, cancellationToken);
            await watching.CancelAsync();
            await watchers;
            var timeline = Timeline.Merge(journals, events, strays.Count is null ? null : strays.Answers);
            return EvidenceLog.Measured(timeline with { StrayAnswers = strays.Count }, budget);
        }
        finally
        {
            foreach (var prober in probers)
            {
                await cluster.Api.Delete(prober, TimeSpan.Zero, CancellationToken.None);
            }

            await watching.CancelAsync();
            await watchers;
        }
    }

    /// <summary>Records an action of the suite in the timeline and on the console.</summary>
    public void Note(string subject, string detail, ClusterEventKind kind = ClusterEventKind.Action)
    {
        events.Enqueue(new ClusterEvent(TimeProvider.System.GetUtcNow(), kind, subject, detail));
        TestContext.Progress.WriteLine($"{cluster.Role}: {subject}: {detail}");
    }

    /// <summary>Quiet times belong to the measurement; a prober that has ended would leave a gap.</summary>
    private Task Undisturbed(IReadOnlyList<ResourceAddress> probers, string when, CancellationToken cancellationToken) => Throughout.For(
        Calm,
        async token =>
        {
            foreach (var prober in probers)
            {
                (await cluster.Require(prober, token)).Text("status.phase").ShouldBe("Running", prober.Name);
            }
        },
        $"the probers run {when}",
        cancellationToken);

    private async Task<IReadOnlyList<ResourceAddress>> StartProbers(IReadOnlyList<string> nodes, CancellationToken cancellationToken)
    {
        await cluster.Api.ApplyNamespace(Namespace, cancellationToken);
        // Probers of a killed run still run in a kept cluster.
        foreach (var left in await cluster.Api.List(ResourceKind.Pod, Namespace, null, cancellationToken))
        {
            await cluster.Api.Delete(ResourceKind.Pod.Named(left.Name, Namespace), TimeSpan.Zero, cancellationToken);
        }

        var run = Guid.NewGuid().ToString("n")[..6];
        var probers = nodes.Select((node, index) => (node, address: ResourceKind.Pod.Named($"prober-{run}-{index}", Namespace))).ToList();
        foreach (var (node, address) in probers)
        {
            await cluster.Api.Apply(ResourceKind.Pod, new Resource(Pod(address.Name, node)), cancellationToken);
        }

        foreach (var (_, address) in probers)
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token =>
                {
                    // On a busy node the log begins before the kubelet reports the pod as running.
                    (await cluster.Require(address, token)).Text("status.phase").ShouldBe("Running", address.Name);
                    ProbeJournal.Read((await Log(address, token)).Split('\n'))
                        .Start.ShouldNotBeNull($"the log of {address.Name} has not begun");
                },
                "a prober has its first answer before the disruption",
                cancellationToken);
        }

        return [.. probers.Select(prober => prober.address)];
    }

    /// <summary>
    /// Probers end by themselves. Deleting the pod would delete its log, and policy agents block packets of an ended pod (seen on k3s).
    /// </summary>
    private async Task<IReadOnlyList<ProbeJournal>> StopProbers(IReadOnlyList<ResourceAddress> probers, CancellationToken cancellationToken)
    {
        foreach (var prober in probers)
        {
            (await cluster.Api.GetFromPod(Namespace, prober.Name, ControlPort, "/stop", cancellationToken))
                .Status.ShouldBe(200, $"{prober.Name} did not accept /stop");
        }

        var journals = new List<ProbeJournal>();
        foreach (var prober in probers)
        {
            var (log, addresses) = await Eventually.Within(
                TimeSpan.FromSeconds(60),
                async token =>
                {
                    var pod = await cluster.Require(prober, token);
                    pod.At("status.containerStatuses[0].state.terminated").ShouldNotBeNull($"{prober.Name} has not ended");
                    return (await Log(prober, token), pod.Parts("status.podIPs").Select(address => address.Text("ip")).OfType<string>());
                },
                "a prober waits for its open queries and then stops",
                cancellationToken);
            var journal = ProbeJournal.Read(log.Split('\n')) with { Addresses = addresses.ToHashSet() };
            await EvidenceLog.KeepAsync(
                $"{cluster.Role}/{prober.Name}.jsonl",
                $"Every attempt of {prober.Name}, which had its first answers after {journal.Start?.WaitedMilliseconds} ms",
                log,
                cancellationToken);
            journals.Add(journal);
        }

        return journals;
    }

    private Task<string> Log(ResourceAddress prober, CancellationToken cancellationToken) =>
        cluster.Api.Logs(Namespace, prober.Name, null, false, cancellationToken);

    private JsonObject Pod(string name, string node) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
        ["spec"] = new JsonObject
        {
            ["nodeName"] = node,
            ["restartPolicy"] = "Never",
            ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "prober",
                ["image"] = SuiteSettings.Current.ProberImage,
                ["command"] = new JsonArray(
                [
                    "/prober", "probe", $"kubernetes.default.svc.{cluster.Domain}{cluster.AddressType}",
                    .. cluster.HasUpstream ? [Delivery.UpstreamDns.ExternalName] : Array.Empty<string>(),
                    .. more ?? [],
                    "--cadence", Milliseconds(cadence ?? SuiteSettings.Current.ProbeCadence),
                    "--first-answers", Milliseconds(FirstAnswersWithin),
                    "--control-port", ControlPort.ToString(CultureInfo.InvariantCulture),
                ]),
                ["env"] = new JsonArray(
                    new JsonObject { ["name"] = "POD_NAME", ["value"] = name },
                    new JsonObject { ["name"] = "NODE_NAME", ["value"] = node }),
            }),
        },
    };

    private static string Milliseconds(TimeSpan span) => span.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
}
