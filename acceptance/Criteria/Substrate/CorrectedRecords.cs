using System.Diagnostics;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.LocalCoreDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A wrong or missing record in CoreDNS's caches.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(CorrectedId, "A wrong or missing record that is corrected is not answered for longer than its TTL, nor than 30 s",
    "the old answer for its TTL, at least 5 s and at most 30 s, and to one more query of who asks later", Needs = Feature.Substrate)]
public static class CorrectedRecords
{
    internal const string CorrectedId = "Substrate.38";

    /// <summary>Instead of the tree's 30 s.</summary>
    private static readonly TimeSpan KeptAtMost = TimeSpan.FromSeconds(8);

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        .. In(CorrectedId, SubstratePair.Delivered,
            ("answers that are kept for minutes", "a long TTL is corrected", "success 9984 30 5", "success 9984 300 5"),
            // Two spaces, because the check only replaces the tree's own text by its time.
            ("short answers that are kept as long as others", "a short TTL is corrected", "success 9984 30 5", "success 9984  30 30"),
            ("denials that are kept for minutes", "a missing name is corrected", "denial 9984 30\n", "denial 9984 300\n")),
    ];

    [HostCheck(CorrectedId,
        "a CoreDNS with the zone's server and 8 s in place of 30 s, while a program corrects records: each look-up of names with a TTL of "
            + "3 s and of an hour and of one that was missing, on one clock; and dig for one that nobody asks for meanwhile",
        CoreDns = true)]
    public static async Task ForgetsWhatWasWrong(SubstratePair pair, CancellationToken cancellationToken)
    {
        var (brief, missing) = ($"brief.{pair.Child}", $"missing.{pair.Child}");
        var (lasting, seldom) = ($"long.{pair.Child}", $"seldom.{pair.Child}");
        await Write($"update add {brief}. 3 A {OldAnswer}", $"update add {lasting}. 3600 A {OldAnswer}",
            $"update add {seldom}. 3600 A {OldAnswer}");
        await pair.AtBoth(seldom, "A", [OldAnswer], cancellationToken);

        var file = Path.Combine(pair.Folder, "Corefile");
        var server = await File.ReadAllTextAsync(Path.Combine(pair.Folder, "tree", SubstratePair.Delivered), cancellationToken);
        await File.WriteAllTextAsync(file, server
            .Replace("success 9984 30 ", $"success 9984 {KeptAtMost.TotalSeconds} ")
            .Replace("denial 9984 30\n", $"denial 9984 {KeptAtMost.TotalSeconds}\n"), cancellationToken);

        var clock = Stopwatch.StartNew();
        LayerWatch[] all = [.. new[] { brief, lasting, missing }.Select(name => new LayerWatch(pair, name, clock))];
        TimeSpan corrected;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = LocalCoreDns.Run(file, _ => { }, end.Token);
        var watching = Task.CompletedTask;
        try
        {
            await Eventually.Within(Soon, async token => (await pair.Ask(pair.Resolver, seldom, "A", token)).ShouldBe([OldAnswer]),
                "CoreDNS answers for the zone", cancellationToken);
            watching = Task.WhenAll(all.Select(watch => watch.Until(end.Token)));
            await Asked(all, clock.Elapsed, 50, cancellationToken);

            await Write([.. new[] { brief, lasting, seldom }.Select(name => $"update delete {name}. A"),
                $"update add {brief}. 3 A {NewAnswer}", $"update add {lasting}. 3600 A {NewAnswer}",
                $"update add {seldom}. 3600 A {NewAnswer}", $"update add {missing}. 3600 A {NewAnswer}"]);
            await pair.AtBoth(missing, "A", [NewAnswer], cancellationToken);
            corrected = clock.Elapsed;
            foreach (var (watch, what) in all.Zip(["a short TTL", "a long TTL", "a missing name"]))
            {
                await Eventually.Within((KeptAtMost + Soon) * 2,
                    () => watch.Last.ShouldBe(NewAnswer),
                    $"{what} is corrected", cancellationToken);
            }

            await Asked(all, clock.Elapsed, 50, cancellationToken);
            // Expired in the cache: returned once, and refreshed afterwards.
            await pair.Ask(pair.Resolver, seldom, "A", cancellationToken);
            await Eventually.Within(Second, async token => (await pair.Ask(pair.Resolver, seldom, "A", token)).ShouldBe([NewAnswer]),
                "who asks later has the old answer once", cancellationToken);
        }
        finally
        {
            await end.CancelAsync();
            await watching;
            await running;
        }

        var said = new List<string>();
        foreach (var (watch, what, bound) in all.Zip(["3 s", "an hour", "a missing name"], [KeptAtLeast, KeptAtMost, KeptAtMost]))
        {
            var last = watch.Seen.Last(look => look.Answer != NewAnswer);
            var after = last.At + last.Elapsed - corrected;
            after.ShouldBeLessThan(
                bound + (Second * SuiteSettings.Current.BudgetScale), $"{what}: what was wrong is answered for too long");
            watch.Seen.Select(look => look.Ttl ?? TimeSpan.Zero).Max()
                .ShouldBeLessThanOrEqualTo(bound, $"{what}: clients may keep it for longer");
            said.Add($"{what}: {watch.Seen.Count} look-ups, the last wrong one after {after.TotalSeconds:F1} s");
        }

        TestContext.Out.WriteLine($"Since both servers have the correction: {string.Join("; ", said)}.");

        Task Write(params string[] lines) => pair.Write(cancellationToken, lines);
    }

    /// <summary>The cache plugin's minimum TTL.</summary>
    private static readonly TimeSpan KeptAtLeast = TimeSpan.FromSeconds(5);
}
