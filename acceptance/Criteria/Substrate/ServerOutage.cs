using System.Diagnostics;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.LocalCoreDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>CoreDNS while the substrate's servers are away.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(ServerOutageId, "CoreDNS forwards the substrate's names to its servers",
    "the primary first, then the secondary: each answer in less than 1 s, or 3 s until a silent primary is found out; what is kept for a "
        + "time while both are away; recovery alone; 0 failed look-ups of the cluster's names",
    Command = TypedCommands.Nslookup + "<host>.<substrate's zone>",
    Needs = Feature.Substrate)]
public static class ServerOutage
{
    internal const string ServerOutageId = "Substrate.1";

    /// <summary>Instead of the tree's hour; longer than the TTL of a new answer.</summary>
    private static readonly TimeSpan ShownWithoutServers = TimeSpan.FromSeconds(9);

    /// <summary>
    /// The limits for a server that is down, for one that is silent (the forward plugin waits 2 s), and until it is detected.
    /// </summary>
    private static readonly TimeSpan Prompt = TimeSpan.FromSeconds(1), Patient = 3 * Prompt, FoundOut = TimeSpan.FromSeconds(15);

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Forwarding("a secondary that is not asked", "failed look-ups while the primary is away", "$1"),
        Forwarding("a primary that is asked twice", "the slowest answer while the primary is silent", "$1 $1 $2"),
        .. In(ServerOutageId, SubstratePair.Delivered,
            ("a silent server that is asked without end", "the silent primary is found out",
                "policy sequential\n", "policy sequential\n        max_fails 0\n"),
            ("nothing is shown without servers", "a look-up fails though its answer was kept", "        serve_stale 1h immediate\n", ""),
            ("old answers of no server without an end", "what was kept ends", "serve_stale 1h", "serve_stale 24h"),
            ("failures that are kept for minutes", "recovers alone", "servfail 0s", "servfail 5m")),
        new(Below, ServerOutageId, $"failed look-ups of {ClusterName}", files =>
        {
            var (text, zone) = (files[SubstratePair.Delivered], files["zones/globular.internal.zone"]);
            Fits(Below, SubstratePair.Delivered, text, "globular.internal:");
            files["zones/globular.internal.zone"] = zone + $"below.globular.internal. 3 IN A {ClusterAddress}\n";
            // The same server for the cluster's name, without a cache.
            files[SubstratePair.Delivered] = text + Regex.Replace(text, "cache [^}]*}|rewrite .*", "")
                .Replace("globular.internal:", $"{ClusterName}:")
                .Replace("    loop", $"    rewrite name exact {ClusterName} below.globular.internal\n    #");
        }),
    ];

    [HostCheck(ServerOutageId,
        "a CoreDNS with the zone's server and 9 s in place of serve_stale's hour, while the primary is stopped, then silent, then both get "
            + "a SIGKILL and start again: each look-up of a name that it keeps, of names that it does not have, and of a cluster's, on one "
            + "clock", CoreDns = true)]
    public static async Task OutlivesItsServers(SubstratePair pair, CancellationToken cancellationToken)
    {
        var name = $"brief.{pair.Child}";
        await pair.Write(cancellationToken, $"update add {name}. {ShortTtl.TotalSeconds} A {OldAnswer}",
            $"update add *.fresh.{pair.Child}. 60 A {FreshAddress}");
        await pair.AtBoth(name, "A", [OldAnswer], cancellationToken);
        await pair.AtBoth($"x.fresh.{pair.Child}", "A", [FreshAddress], cancellationToken);

        var file = Path.Combine(pair.Folder, "Corefile");
        var server = await File.ReadAllTextAsync(Path.Combine(pair.Folder, "tree", SubstratePair.Delivered), cancellationToken);
        await File.WriteAllTextAsync(file, LocalCoreDns.OfCluster(pair) + server.Replace(
            "serve_stale 1h ", $"serve_stale {ShownWithoutServers.TotalSeconds}s "), cancellationToken);

        var clock = Stopwatch.StartNew();
        var (cluster, kept) = (new LayerWatch(pair, ClusterName, clock), new LayerWatch(pair, name, clock));
        var fresh = new LayerWatch(pair, turn => $"pod-{turn}.fresh.{pair.Child}", clock)
        {
            // The default of resolv.conf(5).
            Patience = TimeSpan.FromSeconds(5),
        };
        LayerWatch[] all = [cluster, kept, fresh];
        TimeSpan silent, both, again;
        LookUp[] away, mute;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = LocalCoreDns.Run(file, _ => { }, end.Token);
        var watching = Task.CompletedTask;
        try
        {
            await Eventually.Within(Soon * 2, async token =>
            {
                (await pair.Ask(pair.Resolver, name, "A", token)).ShouldBe([OldAnswer]);
                (await pair.Ask(pair.Resolver, ClusterName, "A", token)).ShouldBe([ClusterAddress]);
            }, "CoreDNS answers for both layers", cancellationToken);
            watching = Task.WhenAll(all.Select(watch => watch.Until(end.Token)));
            await Asked(all, clock.Elapsed, 50, cancellationToken);

            var stopping = clock.Elapsed;
            await pair.Service("primary", "stop", cancellationToken);
            var stopped = clock.Elapsed;
            await Asked(all, stopped, 50, cancellationToken);
            // Queries that the server had not answered when it ended are lost, and retried after 2 s.
            InTime(stopping, stopped, Patient, "away");
            away = InTime(stopped, clock.Elapsed, Prompt, "away");

            await pair.Service("primary", "start", cancellationToken);
            await pair.AtBoth(name, "A", [OldAnswer], cancellationToken);
            await pair.Signal("secondary", "STOP", cancellationToken);
            await Fast(clock.Elapsed, _ => true, "the primary is asked again");
            await pair.Signal("secondary", "CONT", cancellationToken);

            silent = clock.Elapsed;
            await pair.Signal("primary", "STOP", cancellationToken);
            await Fast(silent, looks => looks.Any(look => look.Elapsed >= Prompt), "the silent primary is found out");
            mute = InTime(silent, clock.Elapsed, Patient, "silent");

            both = clock.Elapsed;
            await Task.WhenAll(pair.Service("primary", "kill", cancellationToken), pair.Service("secondary", "kill", cancellationToken));
            await Eventually.Within((ShortTtl + ShownWithoutServers + Soon) * 2,
                () => kept.Last.ShouldNotBe(OldAnswer),
                "what was kept ends", cancellationToken);
            await Asked([cluster, kept], clock.Elapsed, 50, cancellationToken);

            again = clock.Elapsed;
            await pair.Service("primary", "start", cancellationToken);
            await pair.Service("secondary", "start", cancellationToken);
            await Eventually.Within(Soon * 2,
                () => (kept.Last, fresh.Last).ShouldBe((OldAnswer, FreshAddress)),
                "CoreDNS recovers alone", cancellationToken);
            await Asked(all, clock.Elapsed, 50, cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await watching;
            await running;
        }

        cluster.Seen.Where(look => look.Answer != ClusterAddress).ShouldBeEmpty($"failed look-ups of {ClusterName}");
        var slow = mute.Where(look => look.Elapsed >= Prompt).ToArray();
        var found = slow[^1].At + slow[^1].Elapsed - silent;
        found.ShouldBeLessThan(FoundOut * SuiteSettings.Current.BudgetScale, "the silent primary is asked for too long");
        var without = kept.Seen.Where(look => look.At >= both && look.At + look.Elapsed < again).ToArray();
        without.Where(look => look.At < both + ShownWithoutServers - OfARefresh).ShouldAllBe(look => look.Answer == OldAnswer,
            "a look-up fails though its answer was kept");
        var shown = without.Last(look => look.Answer == OldAnswer).At - both;
        shown.ShouldBeLessThan(ShortTtl + ShownWithoutServers + (2 * Second * SuiteSettings.Current.BudgetScale),
            "an answer is older than it may be");
        fresh.Seen.ShouldNotContain(look => look.At > both + Second && look.At + look.Elapsed < again && look.Answer == FreshAddress,
            "a server is not away");
        var answered = without.Count(look => look.Answer == OldAnswer);
        TestContext.Out.WriteLine($"""
            {cluster.Seen.Count} look-ups of the cluster's name: 0 failed, the slowest {Slowest(cluster.Seen)} ms.
            Primary away: {away.Length} look-ups of the substrate's names, 0 failed, the slowest {Slowest(away)} ms.
            Primary silent: {mute.Length}, 0 failed, {slow.Length} slow ones for {found.TotalSeconds:F1} s, the slowest {Slowest(mute)} ms.
            Both away: {without.Length}, {answered} answered for {shown.TotalSeconds:F1} s, then none.
            What was kept {Back(kept, OldAnswer):F1} s after the start of both, the rest {Back(fresh, FreshAddress):F1} s.
            """);

        // The latest look-ups of uncached names are fast again, after others of this kind.
        Task Fast(TimeSpan since, Func<IEnumerable<LookUp>, bool> others, string because) => Eventually.Within(FoundOut * 2, () =>
        {
            var looks = fresh.Seen.Where(look => look.At > since).ToArray();
            looks.TakeLast(50).Count(look => look.Elapsed < Prompt).ShouldBe(50);
            others(looks).ShouldBeTrue("no look-up was slow");
        }, because, cancellationToken);

        // All look-ups of the substrate's names in a period.
        LookUp[] InTime(TimeSpan from, TimeSpan to, TimeSpan bound, string how)
        {
            var looks = new[] { (kept, OldAnswer), (fresh, FreshAddress) }.SelectMany(pair => pair.Item1.Seen
                .Where(look => look.At >= from && look.At + look.Elapsed < to)
                .Select(look => (Look: look, Expected: pair.Item2))).ToArray();
            looks.Where(pair => pair.Look.Answer != pair.Expected).ShouldBeEmpty($"failed look-ups while the primary is {how}");
            looks.Max(pair => pair.Look.Elapsed).ShouldBeLessThan(bound * SuiteSettings.Current.BudgetScale,
                $"the slowest answer while the primary is {how}");
            return [.. looks.Select(pair => pair.Look).OrderBy(look => look.At)];
        }

        double Back(LayerWatch watch, string answer)
        {
            var first = watch.Seen.First(look => look.At + look.Elapsed > again && look.Answer == answer);
            watch.Seen.SkipWhile(look => look != first).ShouldAllBe(look => look.Answer == answer, "it does not stay recovered");
            return (first.At + first.Elapsed - again).TotalSeconds;
        }
    }

    private const string Below = "a cluster's name that comes from the substrate";

    private static HostSabotage Forwarding(string name, string expected, string servers) => new(name, ServerOutageId, expected, files =>
    {
        Fits(name, SubstratePair.Delivered, files[SubstratePair.Delivered], "forward . ");
        files[SubstratePair.Delivered] = Regex.Replace(files[SubstratePair.Delivered], @"(?<=forward \. )(\S+) (\S+)(?= \{)", servers);
    });
}
