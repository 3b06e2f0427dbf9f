using PlatformGitOps.Dns.Client;

namespace PlatformGitOps.Dns.Probing;

/// <summary>Sends queries at a steady rate on all transports at once, and reports each attempt.</summary>
public sealed class Prober(ProbeOptions options, TimeProvider time, Action<ProbeLine> report)
{
    private readonly StubResolver resolver = new(options.Stub, time);
    private readonly Lock counting = new();
    private long started;
    private DateTimeOffset startedAt;
    private long queries;
    private long attempts;
    private long skipped;

    /// <summary>Runs until <paramref name="stop"/>, then waits for running queries, so that the log is complete.</summary>
    public async Task<ProbeEnd> RunAsync(CancellationToken stop)
    {
        var waited = options.FirstAnswersWithin > TimeSpan.Zero
            ? await FirstAnswers.AwaitAsync(options, options.FirstAnswersWithin, time, stop)
            : TimeSpan.Zero;
        (started, startedAt) = (time.GetTimestamp(), time.GetUtcNow());
        report(new ProbeLine { Start = Start(waited) });
        await Task.WhenAll(options.Transports.Select((kind, index) => RunAsync(kind, index, stop)));
        var end = new ProbeEnd { At = Now(), Queries = queries, Attempts = attempts, Skipped = skipped };
        report(new ProbeLine { End = end });
        return end;
    }

    private async Task RunAsync(DnsTransportKind kind, int index, CancellationToken stop)
    {
        await using var transport = Transports.Create(kind, options.Server);
        var underWay = new List<Task>();
        try
        {
            // The transports alternate within one interval, so that they do not send at the same time.
            var first = options.Cadence * index / options.Transports.Length;
            for (long query = 1, slot = 0; ; query++, slot++)
            {
                slot = await WaitForAsync(first, slot, stop);
                underWay.RemoveAll(task => task.IsCompletedSuccessfully);
                underWay.Add(AskAsync(transport, query));
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            await Task.WhenAll(underWay);
        }
    }

    /// <summary>Waits for the time of the slot, or skips to the newest slot if several were missed.</summary>
    private async Task<long> WaitForAsync(TimeSpan first, long slot, CancellationToken stop)
    {
        stop.ThrowIfCancellationRequested();
        var wait = first + (options.Cadence * slot) - time.GetElapsedTime(started);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, stop);
            return slot;
        }

        var missed = (long)(-wait / options.Cadence);
        Interlocked.Add(ref skipped, missed);
        return slot + missed;
    }

    private async Task AskAsync(IDnsTransport transport, long query)
    {
        var question = options.Questions[(int)((query - 1) % options.Questions.Length)];
        var id = unchecked((ushort)query);
        var sent = time.GetElapsedTime(started);

        // A query that was sent is completed, even if the prober is stopped.
        var resolution = await resolver.AskAsync(
            transport, DnsMessage.Query(id, question, new Edns().AskForNameServerIdentifier()), CancellationToken.None);
        lock (counting)
        {
            queries++;
            attempts += resolution.Attempts.Length;
            foreach (var attempt in resolution.Attempts)
            {
                report(new ProbeLine { Attempt = Describe(attempt, sent) });
                sent += attempt.Elapsed;
            }
        }

        ProbeAttempt Describe(Attempt attempt, TimeSpan at) => new()
        {
            At = startedAt + at,
            Mono = (long)at.TotalMicroseconds,
            Via = transport.Kind,
            Query = query,
            Id = id,
            Name = question.Name.ToString(),
            Type = question.Type.ToString(),
            Attempt = attempt.Number,
            Last = ReferenceEquals(attempt, resolution.Final),
            Outcome = attempt.Outcome,
            Micros = (long)attempt.Elapsed.TotalMicroseconds,
            By = attempt.AnsweredBy,
            Problem = attempt.Problem,
            Port = attempt.Outcome == AttemptOutcome.Timeout ? attempt.LocalPort : null,
            OverTcp = attempt.FellBackToTcp,
        };
    }

    private DateTimeOffset Now() => startedAt + time.GetElapsedTime(started);

    private ProbeStart Start(TimeSpan waited) => new()
    {
        At = startedAt,
        WaitedMilliseconds = (int)waited.TotalMilliseconds,
        ControlPort = options.ControlPort,
        Pod = options.Pod,
        Node = options.Node,
        Server = options.Server.ToString(),
        CadenceMilliseconds = (int)options.Cadence.TotalMilliseconds,
        TimeoutMilliseconds = (int)options.Stub.Timeout.TotalMilliseconds,
        Attempts = options.Stub.Attempts,
        Transports = options.Transports,
        Names = [.. options.Questions.Select(q => $"{q.Name}/{q.Type}")],
    };
}

public sealed record ProbeOptions
{
    public required IPEndPoint Server { get; init; }

    /// <summary>In rotation.</summary>
    public required ImmutableArray<Question> Questions { get; init; }

    public ImmutableArray<DnsTransportKind> Transports { get; init; } =
        [DnsTransportKind.FreshUdp, DnsTransportKind.ReusedUdp, DnsTransportKind.Tcp];

    /// <summary>
    /// The interval of queries on each transport, however long answers take: a slow server must not slow down the queries.
    /// </summary>
    public TimeSpan Cadence { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>How long to wait for a first answer on every transport before the log begins; zero does not wait.</summary>
    public TimeSpan FirstAnswersWithin { get; init; }

    public StubOptions Stub { get; init; } = new();

    /// <summary>For the log's first line; null for none.</summary>
    public int? ControlPort { get; init; }

    public string? Pod { get; init; }

    public string? Node { get; init; }
}
