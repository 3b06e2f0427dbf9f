using PlatformGitOps.Controller.Removal;

namespace PlatformGitOps.Controller.Election;

/// <summary>A shard of namespaces with one leader: this instance's candidacy, event loop and writes.</summary>
/// <param name="elector">The election; null in a dry run, which writes nothing and needs no Lease.</param>
/// <param name="writer">The writer of its changes.</param>
/// <param name="reconciler">Its event loop.</param>
/// <param name="mayAct">Returns true while no other instance can act for it.</param>
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

    public TimeSpan? SinceLastAttempt => elector?.SinceLastAttempt;

    /// <summary>Takes part in the election until cancelled; in a dry run this instance is the leader.</summary>
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

    /// <summary>Starts no more writes, waits for running ones, and only then names the other instance in the Lease.</summary>
    public async Task HandOverAsync(string instance, CancellationToken cancellationToken)
    {
        try
        {
            await reconciler.EnqueueRole(Role.Standby).WaitAsync(WriteGrace, time, cancellationToken);
            await writer.LastWrites.WaitAsync(WriteGrace, time, cancellationToken);
            elector?.HandOver(instance);
        }
        catch (TimeoutException)
        {
            // The shard stays here; if its loop is stuck, /healthz ends the instance.
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
