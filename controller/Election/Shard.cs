using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Election;

/// <summary>The namespaces that one leader acts for: the candidacy of this instance, its loop over them, and its writes.</summary>
/// <param name="elector">Null in a dry run, which writes nothing and so needs no Lease.</param>
/// <param name="writer">Its writes.</param>
/// <param name="reconciler">Its loop.</param>
/// <param name="mayAct">No other instance can act for it at this moment.</param>
/// <param name="time">The clock.</param>
/// <param name="log">The log.</param>
internal sealed class Shard(
    LeaderElector? elector, ChangeWriter writer, Reconciler reconciler, Func<bool> mayAct, TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>Longer than the longest write.</summary>
    public static readonly TimeSpan WriteGrace = TimeSpan.FromSeconds(9);

    public Reconciler Reconciler => reconciler;

    public ChangeWriter Writer => writer;

    public bool MayAct => mayAct();

    public string? Holder => elector?.Holder;

    public TimeSpan? SinceElection => elector?.SinceLastTurn;

    /// <summary>Takes part in the election until cancelled; in a dry run this instance leads.</summary>
    public async Task RunElectionAsync(CancellationToken cancellationToken)
    {
        if (elector is null)
        {
            _ = reconciler.EnqueueRole(Role.Leader);
            await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        await elector.RunAsync(role => _ = reconciler.EnqueueRole(role), cancellationToken);
    }

    public Task ReleaseAsync(CancellationToken cancellationToken) => elector?.ReleaseAsync(cancellationToken) ?? Task.CompletedTask;

    /// <summary>Begins no further write, waits for those that run, and only then names the other instance in the Lease.</summary>
    public async Task GiveAsync(string instance, CancellationToken cancellationToken)
    {
        try
        {
            await reconciler.EnqueueRole(Role.Standby).WaitAsync(WriteGrace, time, cancellationToken);
            await writer.LastWrites.WaitAsync(WriteGrace, time, cancellationToken);
            elector?.HandOver(instance);
        }
        catch (TimeoutException)
        {
            // It stays here; a loop that does not turn any more ends the instance by /healthz.
            Log.NotGiven(log, instance);
            _ = reconciler.EnqueueRole(mayAct() ? Role.Leader : Role.Standby);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // This instance stops, which releases the shard.
        }
    }

    public void Dispose() => reconciler.Dispose();
}
