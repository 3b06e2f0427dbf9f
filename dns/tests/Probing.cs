using System.Collections.Concurrent;
using PlatformGitOps.Dns.Probing;

namespace PlatformGitOps.Dns.Tests;

[CancelAfter(30_000)]
public sealed class Probing
{
    [Test]
    public async Task Each_transport_queries_at_its_cadence_and_the_log_is_complete()
    {
        await using var upstream = FakeUpstream.Start();

        var lines = await ProbeAsync(upstream, "www.example.test", TimeSpan.FromMilliseconds(600));

        lines[0].Start.ShouldNotBeNull().CadenceMilliseconds.ShouldBe(20);
        var end = lines[^1].End.ShouldNotBeNull();
        var attempts = lines.Select(l => l.Attempt).OfType<ProbeAttempt>().ToArray();
        (end.Attempts, end.Queries).ShouldBe((attempts.Length, attempts.Length));
        attempts.ShouldAllBe(a => a.Outcome == AttemptOutcome.Ok && a.Last && a.By == "pod-a" && a.Port == null);
        foreach (var transport in attempts.GroupBy(a => a.Via))
        {
            // 30 slots in 600 ms; a busy machine skips some and reports it.
            (transport.Count() + end.Skipped).ShouldBeInRange(25, 40 + end.Skipped, transport.Key.ToString());
            transport.Select(a => a.Query).ShouldBe(Enumerable.Range(1, transport.Count()).Select(n => (long)n), ignoreOrder: true);
        }

        attempts.Select(a => a.Via).Distinct().Count().ShouldBe(3);
    }

    [Test]
    public async Task A_server_that_does_not_answer_does_not_slow_the_questions_down()
    {
        await using var upstream = FakeUpstream.Start();

        var lines = await ProbeAsync(upstream, "drop.example.test", TimeSpan.FromMilliseconds(600));

        var fresh = lines.Select(l => l.Attempt).OfType<ProbeAttempt>().Where(a => a.Via == DnsTransportKind.FreshUdp).ToArray();
        fresh.Count(a => a.Last).ShouldBeGreaterThan(10, "with one question after the other there would be two");
        fresh.ShouldAllBe(a => a.Outcome == AttemptOutcome.Timeout && a.Last == (a.Attempt == 2));
        fresh.ShouldAllBe(a => a.Port > 0, "the port of a query without an answer is how its packets are found");
        fresh.GroupBy(a => a.Query).ShouldAllBe(query => query.Select(a => a.Port).Distinct().Count() == 1);
        fresh.Where(a => a.Attempt == 2).ShouldAllBe(a => a.Mono >= fresh.Single(f => f.Query == a.Query && f.Attempt == 1).Mono + 450_000);
    }

    [Test]
    public async Task Lost_then_retried_differs_from_failed()
    {
        await using var upstream = FakeUpstream.Start(
            q => !q.OverTcp && q.Query.Id == 3 && Once(q.From.ToString()!) ? new ServerFault { Drop = true }
            : ServerFault.None);

        var lines = await ProbeAsync(upstream, "www.example.test", TimeSpan.FromMilliseconds(300));

        var lost = lines.Select(l => l.Attempt).OfType<ProbeAttempt>().Where(a => a is { Id: 3, Via: DnsTransportKind.FreshUdp }).ToArray();
        lost.Select(a => (a.Attempt, a.Outcome, a.Last)).ShouldBe([(1, AttemptOutcome.Timeout, false), (2, AttemptOutcome.Ok, true)]);
    }

    [Test]
    public async Task A_log_starts_with_the_first_answers_and_their_latency()
    {
        var refusing = TimeProvider.System.GetUtcNow().AddMilliseconds(300);
        await using var upstream = FakeUpstream.Start(
            _ => TimeProvider.System.GetUtcNow() < refusing ? new ServerFault { Drop = true } : ServerFault.None);

        var lines = await ProbeAsync(upstream, "www.example.test", TimeSpan.FromSeconds(3), firstAnswersWithin: TimeSpan.FromSeconds(10));

        lines[0].Start.ShouldNotBeNull().WaitedMilliseconds.ShouldBeGreaterThan(200);
        lines.Select(l => l.Attempt).OfType<ProbeAttempt>().ShouldAllBe(a => a.Outcome == AttemptOutcome.Ok);
        lines.Count.ShouldBeGreaterThan(2);
    }

    [Test]
    public async Task A_log_starts_without_any_answer_and_shows_it()
    {
        await using var upstream = FakeUpstream.Start();

        var lines = await ProbeAsync(upstream, "drop.example.test", TimeSpan.FromMilliseconds(600),
            firstAnswersWithin: TimeSpan.FromMilliseconds(200));

        // Timers and timestamps use different system clocks; a timer can fire some milliseconds early.
        lines[0].Start.ShouldNotBeNull().WaitedMilliseconds.ShouldBeGreaterThanOrEqualTo(180);
        lines.Select(l => l.Attempt).OfType<ProbeAttempt>().Where(a => a.Via != DnsTransportKind.Tcp)
            .ShouldAllBe(a => a.Outcome == AttemptOutcome.Timeout);
    }

    [Test]
    public void A_line_can_be_written_and_read_and_other_text_is_no_line()
    {
        var line = new ProbeLine
        {
            Attempt = new ProbeAttempt
            {
                At = DateTimeOffset.UnixEpoch.AddTicks(1_234_567),
                Mono = 42,
                Via = DnsTransportKind.ReusedUdp,
                Query = 9,
                Id = 9,
                Name = "a.",
                Type = "A",
                Attempt = 1,
                Last = true,
                Outcome = AttemptOutcome.NameError,
                Micros = 17,
                By = "coredns-1",
            },
        };

        var text = ProbeLog.Write(line);

        text.ShouldContain("\"via\":\"udp-reused\"");
        text.ShouldContain("\"outcome\":\"nxdomain\"");
        ProbeLog.TryRead(text).ShouldBe(line);
        ProbeLog.TryRead(text[..40]).ShouldBeNull();
        ProbeLog.TryRead("level=info msg=hello").ShouldBeNull();
    }

    private readonly ConcurrentDictionary<string, bool> seen = new();

    private bool Once(string key) => seen.TryAdd(key, true);

    private static async Task<IReadOnlyList<ProbeLine>> ProbeAsync(FakeUpstream upstream, string name, TimeSpan duration,
        TimeSpan firstAnswersWithin = default)
    {
        var lines = new ConcurrentQueue<ProbeLine>();
        var options = new ProbeOptions
        {
            Server = upstream.EndPoint,
            Questions = [new Question(DnsName.Parse(name), RecordType.A)],
            Stub = FakeUpstream.Impatient,
            FirstAnswersWithin = firstAnswersWithin,
        };
        using var stop = new CancellationTokenSource(duration);
        await new Prober(options, TimeProvider.System, lines.Enqueue).RunAsync(stop.Token);
        return [.. lines];
    }
}
