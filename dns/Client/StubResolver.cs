namespace PlatformGitOps.Dns.Client;

/// <summary>
/// Queries one server like glibc's stub resolver: after a time-out again from the same source port; after SERVFAIL, NOTIMP or REFUSED from
/// a new one; after a truncated answer over TCP.
/// </summary>
public sealed class StubResolver(StubOptions options, TimeProvider time)
{
    public async Task<Resolution> AskAsync(IDnsTransport transport, DnsMessage query, CancellationToken cancellationToken)
    {
        var attempts = ImmutableArray.CreateBuilder<Attempt>(options.Attempts);
        var conversation = transport.Open(query);
        try
        {
            do
            {
                var attempt = await TryAsync(conversation, attempts.Count + 1, cancellationToken);
                attempts.Add(attempt);
                if (!attempt.IsFinal && attempt.Outcome is not (AttemptOutcome.Timeout or AttemptOutcome.Mismatch))
                {
                    await conversation.DisposeAsync();
                    conversation = transport.Open(query);
                }
            }
            while (attempts.Count < options.Attempts && !attempts[^1].IsFinal);
        }
        finally
        {
            await conversation.DisposeAsync();
        }

        return new Resolution(attempts.ToImmutable());

        async Task<Attempt> TryAsync(IDnsConversation over, int number, CancellationToken cancellation)
        {
            var attempt = await AttemptAsync(over, number, cancellation);
            return attempt.Response is { IsTruncated: true } && transport.Kind != DnsTransportKind.Tcp
                ? await FallBackAsync(transport, query, attempt, cancellation)
                : attempt;
        }
    }

    private async Task<Attempt> FallBackAsync(IDnsTransport transport, DnsMessage query, Attempt truncated,
        CancellationToken cancellationToken)
    {
        await using var tcp = new TcpTransport(transport.Server);
        await using var conversation = tcp.Open(query);
        var attempt = await AttemptAsync(conversation, truncated.Number, cancellationToken);
        return attempt with { FellBackToTcp = true, Elapsed = truncated.Elapsed + attempt.Elapsed };
    }

    private async Task<Attempt> AttemptAsync(IDnsConversation conversation, int number, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var (start, discarded) = (time.GetTimestamp(), conversation.Discarded);
        try
        {
            await conversation.SendAsync(either.Token);
            var response = await conversation.ReceiveAsync(either.Token);
            return Ended(Classify(response)) with { Response = response };
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Ended(conversation.Discarded > discarded ? AttemptOutcome.Mismatch : AttemptOutcome.Timeout);
        }
        catch (SocketException refusal)
        {
            return Ended(AttemptOutcome.Unreachable) with { Problem = refusal.SocketErrorCode.ToString() };
        }
        catch (IOException closed)
        {
            return Ended(AttemptOutcome.Unreachable) with
            {
                Problem = (
                (closed.InnerException as SocketException)?.SocketErrorCode)?.ToString() ?? "Closed"
            };
        }

        Attempt Ended(AttemptOutcome outcome) => new()
        {
            Number = number,
            Outcome = outcome,
            Elapsed = time.GetElapsedTime(start),
            LocalPort = conversation.LocalPort,
        };
    }

    private static AttemptOutcome Classify(DnsMessage response) => response.ResponseCode switch
    {
        ResponseCode.NoError when response.IsTruncated => AttemptOutcome.OtherError,
        ResponseCode.NoError => response.Answers.Any(a => response.Questions.Any(q => q.Type == a.Type || q.Type == RecordType.ANY))
            ? AttemptOutcome.Ok
            : AttemptOutcome.NoData,
        ResponseCode.NameError => AttemptOutcome.NameError,
        ResponseCode.ServerFailure => AttemptOutcome.ServerFailure,
        ResponseCode.Refused => AttemptOutcome.Refused,
        _ => AttemptOutcome.OtherError,
    };
}

/// <summary>
/// The time-out and number of attempts of a stub resolver; the defaults are those of resolv.conf(5), which pods get unless their dnsConfig
/// changes them.
/// </summary>
public sealed record StubOptions
{
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The total number of queries, including the first.</summary>
    public int Attempts { get; init; } = 2;
}

/// <summary>All attempts of one query; the client sees the last one.</summary>
public sealed record Resolution(ImmutableArray<Attempt> Attempts)
{
    public Attempt Final => Attempts[^1];

    /// <summary>The total time that the caller waited.</summary>
    public TimeSpan Elapsed => Attempts.Aggregate(TimeSpan.Zero, (sum, attempt) => sum + attempt.Elapsed);
}
