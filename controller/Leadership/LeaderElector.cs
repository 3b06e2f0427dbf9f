using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Configuration;
using PlatformGitOps.KubeClient;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.Controller.Leadership;

/// <summary>
/// Leader election by Lease, as client-go does it: only this process's monotonic clock is read, never the times in the lease, so
/// neither a clock that jumps nor one that is wrong makes two leaders. The leader stops acting <c>RenewDeadline</c> after it sent
/// its last successful renewal; another may begin <c>LeaseDuration</c> after it saw that renewal, which is later.
/// </summary>
public sealed class LeaderElector(
    KubernetesClient client, ObjectName lease, string identity, LeaderElectionOptions options, TimeProvider time, ILogger log) : ILeadership
{
    private readonly Lock _lock = new();
    private Lease? _seen;
    private long _seenAt;
    private long _renewedAt;
    private bool _held;

    public bool MayAct
    {
        get
        {
            lock (_lock)
            {
                return _held && time.GetElapsedTime(_renewedAt) < options.RenewDeadline;
            }
        }
    }

    /// <summary>Stands for election until cancelled, then gives the lease back.</summary>
    /// <param name="changed">Told true on becoming leader and false on losing it.</param>
    /// <param name="cancellationToken">Ends the candidacy.</param>
    public async Task RunAsync(Action<bool> changed, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            var won = await TryOnceAsync(cancellationToken);
            Settle(won, changed);
            try
            {
                var wait = options.RetryPeriod * (0.9 + (0.2 * Random.Shared.NextDouble()));
                await Task.Delay(wait, time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    /// <summary>Leaves the lease free for the other instance to take at once. To be called after the last write is done.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_held)
            {
                return;
            }

            _held = false;
        }

        try
        {
            await GiveBackAsync(cancellationToken);
            Log.LeaseReleased(log, lease);
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException or OperationCanceledException)
        {
            // It runs out by itself.
            Log.ElectionFailed(log, lease, e.Message);
        }
    }

    private async Task GiveBackAsync(CancellationToken cancellationToken)
    {
        try
        {
            await client.PatchAsync(Resources.Leases, lease, Claim("", 1), cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // A renewal that was cut off may have gone through all the same. Unless it was somebody else, who keeps it.
            See(await client.FindAsync(Resources.Leases, lease, cancellationToken));
            if (_seen?.Spec.HolderIdentity == identity)
            {
                await client.PatchAsync(Resources.Leases, lease, Claim("", 1), cancellationToken);
            }
        }
    }

    private void Settle(bool? won, Action<bool> changed)
    {
        bool before, after;
        lock (_lock)
        {
            before = _held;
            // No answer is neither won nor lost, until the deadline.
            after = won ?? (_held && time.GetElapsedTime(_renewedAt) < options.RenewDeadline);
            _held = after;
        }

        if (before != after)
        {
            Log.LeadershipChanged(log, lease, after);
            changed(after);
        }
    }

    /// <summary>True when the lease is held now, false when somebody else holds it, null when the server could not be asked.</summary>
    private async Task<bool?> TryOnceAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.RenewDeadline - options.RetryPeriod, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var sentAt = time.GetTimestamp();
        try
        {
            var current = await client.FindAsync(Resources.Leases, lease, either.Token);
            See(current);
            if (current is not null && !MayTake(current))
            {
                return false;
            }

            var written = current is null
                ? await client.CreateAsync(Resources.Leases, lease.Namespace, NewLease(), either.Token)
                : await client.PatchAsync(Resources.Leases, lease, Claim(identity, (int)Math.Ceiling(options.LeaseDuration.TotalSeconds)), either.Token);
            See(written);
            lock (_lock)
            {
                _renewedAt = sentAt;
            }

            return true;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Somebody was faster. Whether they won is seen next time; an own lease stays valid until its deadline.
            return null;
        }
        catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException or OperationCanceledException)
        {
            Log.ElectionFailed(log, lease, e.Message);
            return null;
        }
    }

    private void See(Lease? current)
    {
        if (current?.Metadata.ResourceVersion != _seen?.Metadata.ResourceVersion || _seen is null)
        {
            _seen = current;
            _seenAt = time.GetTimestamp();
        }
    }

    private bool MayTake(Lease current)
    {
        var holder = current.Spec.HolderIdentity;
        var duration = TimeSpan.FromSeconds(current.Spec.LeaseDurationSeconds ?? options.LeaseDuration.TotalSeconds);
        return string.IsNullOrEmpty(holder) || holder == identity || time.GetElapsedTime(_seenAt) >= duration;
    }

    private Lease NewLease() => new()
    {
        Metadata = new ObjectMeta { Name = lease.Name, Namespace = lease.Namespace },
        Spec = new LeaseSpec
        {
            HolderIdentity = identity,
            LeaseDurationSeconds = (int)Math.Ceiling(options.LeaseDuration.TotalSeconds),
            AcquireTime = time.GetUtcNow(),
            RenewTime = time.GetUtcNow(),
            LeaseTransitions = 0,
        },
    };

    /// <summary>A merge patch on exactly the version that was seen: whoever writes second gets a conflict.</summary>
    private Patch Claim(string holder, int seconds)
    {
        var now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", System.Globalization.CultureInfo.InvariantCulture);
        var spec = new JsonObject { ["holderIdentity"] = holder, ["leaseDurationSeconds"] = seconds, ["renewTime"] = now };
        if (_seen?.Spec.HolderIdentity != identity)
        {
            spec["acquireTime"] = now;
            spec["leaseTransitions"] = (_seen?.Spec.LeaseTransitions ?? 0) + 1;
        }

        return Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject { ["resourceVersion"] = _seen?.Metadata.ResourceVersion },
            ["spec"] = spec,
        });
    }
}
