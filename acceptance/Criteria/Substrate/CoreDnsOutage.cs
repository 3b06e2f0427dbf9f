using System.Diagnostics;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.LocalCoreDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Name resolution by hosts and the cache of a node without CoreDNS; and a CoreDNS that forwards to itself.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.2", "A loop is seen in every server that forwards", "the loop plugin in each", Needs = Feature.Substrate)]
[Check(CoreDnsOutageId, "While CoreDNS is away, hosts and the cache of a node resolve the substrate's names; CoreDNS recovers alone",
    "0 failed look-ups of these and of what the cache has of the cluster; the cluster's other names fail until CoreDNS is back",
    Needs = Feature.Substrate)]
public static class CoreDnsOutage
{
    internal const string CoreDnsOutageId = "Substrate.36";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        new(WithoutServer, CoreDnsOutageId, "failed look-ups of the substrate's names", files =>
        {
            var (text, zone) = (files[SubstratePair.Cached], "\nglobular.internal:53 ");
            Fits(WithoutServer, SubstratePair.Cached, text, zone);
            files[SubstratePair.Cached] = text[..(text.IndexOf(zone, StringComparison.Ordinal) + 1)];
        }),
        Of("a cache of the node that shows nothing expired", CoreDnsOutageId, "which the cache has", SubstratePair.Cached,
            "serve_stale 1h verify", "prefetch 0"),
        // The rewrite plugin turns a failure into an answer, which a cache then keeps.
        new(WithFailures, CoreDnsOutageId, "recovers alone", files =>
        {
            var (text, kept) = (files[SubstratePair.Cached], "servfail 0s");
            Fits(WithFailures, SubstratePair.Cached, text, kept);
            files[SubstratePair.Cached] = text.Replace(kept, "servfail 5m").Replace(
                "    loop\n", "    loop\n    rewrite cname suffix .cluster.local. .cluster.local.\n");
        }),
    ];

    [HostCheck(CoreDnsOutageId,
        "a CoreDNS that gets a SIGKILL and starts again, a second one with the Corefile of a node's cache, and the hosts: each look-up of "
            + "a cluster's name, and of names of the substrate that no cache has, on one clock", CoreDns = true)]
    public static async Task ResolvesWithoutCoreDns(SubstratePair pair, CancellationToken cancellationToken)
    {
        await pair.Write(cancellationToken, $"update add *.fresh.{pair.Child}. 60 A {FreshAddress}");
        await pair.AtBoth($"x.fresh.{pair.Child}", "A", [FreshAddress], cancellationToken);
        var own = Path.Combine(pair.Folder, "Corefile");
        var server = await File.ReadAllTextAsync(Path.Combine(pair.Folder, "tree", SubstratePair.Delivered), cancellationToken);
        await File.WriteAllTextAsync(own, LocalCoreDns.OfCluster(pair) + server, cancellationToken);

        var clock = Stopwatch.StartNew();
        var (cached, pod) = (Cluster(ClusterName, pair.NodeCache), Cluster(ClusterName, pair.Resolver));
        var late = Cluster(LateName, pair.NodeCache);
        LayerWatch[] substrate = [Fresh("cache", pair.NodeCache), Fresh("primary", pair.Primary), Fresh("secondary", pair.Secondary)];
        TimeSpan away, back;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var process = new TaskCompletionSource<int>();
        var coreDns = LocalCoreDns.Run(own, process.SetResult, end.Token);
        var cache = LocalCoreDns.Run(Path.Combine(pair.Folder, "tree", SubstratePair.Cached), _ => { }, end.Token);
        List<Task> watching = [];
        try
        {
            await Eventually.Within(Soon * 2, async token =>
            {
                foreach (var server in new[] { pair.NodeCache, pair.Resolver })
                {
                    (await pair.Ask(server, ClusterName, "A", token)).ShouldBe([ClusterAddress]);
                    (await pair.Ask(server, $"first.fresh.{pair.Child}", "A", token)).ShouldBe([FreshAddress]);
                }
            }, "CoreDNS and the cache of the node answer for both layers", cancellationToken);
            watching.AddRange(substrate.Append(cached).Append(pod).Select(watch => watch.Until(end.Token)));
            await More(50, _ => true);

            away = clock.Elapsed;
            (await LocalProgram.Run("kill", ["-KILL", (await process.Task).ToString(CultureInfo.InvariantCulture)], cancellationToken))
                .ShouldSucceed();
            await coreDns.WaitAsync(Soon, TimeProvider.System, cancellationToken);
            watching.Add(late.Until(end.Token));
            await More(50, _ => true);
            // Cached answers about the cluster have expired too, or are missing.
            await More(20, watch => watch == cached, look => look.Stale || look.Answer != ClusterAddress);

            back = clock.Elapsed;
            coreDns = LocalCoreDns.Run(own, _ => { }, end.Token);
            await Eventually.Within(Soon * 2,
                () => (late.Last, pod.Last).ShouldBe((LateAddress, ClusterAddress)),
                "the cache recovers alone", cancellationToken);
            await More(50, _ => true);
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll([.. watching, cache, coreDns]);
        }

        foreach (var watch in substrate)
        {
            watch.Seen.Where(look => look.Answer != FreshAddress)
                .ShouldBeEmpty($"failed look-ups of the substrate's names at {watch.Server}");
        }

        cached.Seen.Where(look => look.Answer != ClusterAddress).ShouldBeEmpty($"failed look-ups of {ClusterName}, which the cache has");
        var (latest, podAgain) = (Recovered(late, LateAddress, back), Recovered(pod, ClusterAddress, back));
        var asked = substrate.Zip(["cache", "primary", "secondary"],
            (watch, who) => $"{watch.Seen.Count} at the {who} (the slowest {Slowest(watch.Seen)} ms)");
        var expired = cached.Seen.Count(look => look.Stale);
        TestContext.Out.WriteLine($"""
            CoreDNS was away for {(back - away).TotalSeconds:F1} s.
            Look-ups of the substrate's names, 0 failed: {string.Join(", ", asked)}.
            {cached.Seen.Count} of the cluster's name that the cache has, {expired} answered though expired, 0 failed.
            After its start CoreDNS answered pods in {podAgain.TotalSeconds:F1} s, and the cache the rest in {latest.TotalSeconds:F1} s.
            """);

        LayerWatch Cluster(string name, string server) => new(pair, name, clock) { Server = server };

        // Not in any cache: each is queried once.
        LayerWatch Fresh(string who, string server)
        {
            string Name(int turn) => $"{who}-{turn}.fresh.{pair.Child}";
            return new LayerWatch(pair, Name, clock) { Server = server };
        }

        // All current watches, or the selected ones, have queried this many times more, with such an answer.
        async Task More(int times, Func<LayerWatch, bool> meant, Func<LookUp, bool>? such = null)
        {
            var before = clock.Elapsed;
            foreach (var watch in substrate.Append(cached).Append(pod).Concat(watching.Count > 5 ? [late] : []).Where(meant))
            {
                await Eventually.Within(Soon * 3,
                    () => watch.Seen.ToArray().Count(look => look.At > before && such?.Invoke(look) != false).ShouldBeGreaterThan(times),
                    "clients ask", cancellationToken);
            }
        }

        // The time from the start of CoreDNS to a client's first answer; no answers before, and none missing afterwards.
        TimeSpan Recovered(LayerWatch watch, string address, TimeSpan start)
        {
            watch.Seen.ShouldNotContain(look => look.At > away + Second && look.At + look.Elapsed < start && look.Answer == address,
                "something answers in CoreDNS' place");
            var first = watch.Seen.First(look => look.At + look.Elapsed >= start && look.Answer == address);
            watch.Seen.SkipWhile(look => look != first).ShouldAllBe(look => look.Answer == address, "it does not stay recovered");
            return first.At + first.Elapsed - start;
        }
    }

    private const string WithoutServer = "a cache of the node that asks CoreDNS for the substrate's names",
        WithFailures = "a cache of the node that keeps failures";

    [HostCheck("Substrate.2", "the exit of a CoreDNS whose server of the zone forwards to itself", CoreDns = true)]
    public static async Task EndsInALoop(SubstratePair pair, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(30));
        (await LocalCoreDns.Run(pair, pair.Resolver, [pair.Resolver], limit.Token))
            .ShouldContain("Loop", customMessage: "CoreDNS forwards to itself, and nothing notices");
    }
}
