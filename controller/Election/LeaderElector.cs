using System.Text.Json.Nodes;
using k8s;
using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Election;

/// <summary>
/// Leader election with a Lease, like client-go: it only reads this process's monotonic clock, never the times in the Lease, so a wrong or
/// jumping clock cannot make two leaders. A leader stops acting <c>RenewDeadline</c> after it sent its last successful renewal; another
/// instance may start <c>LeaseDuration</c> after it saw that renewal, which is later.
/// </summary>
/// <remarks>
/// Not the package's elector (21.0.8): it loses leadership after one refused connection, reports leadership after it stopped, keeps the
/// Lease on cancellation, and reads the wall clock.
/// </remarks>
internal sealed class LeaderElector(
    ApiClient client,
    ObjectName lease,
    string identity,
    LeaderElectionOptions options,
    TimeProvider time,
    ControllerMetrics metrics,
    ILogger log)
{
    /// <summary>The time for a stopping instance's writes to its Leases.</summary>
    public static readonly TimeSpan ReleaseGrace = TimeSpan.FromSeconds(3);

    private readonly ElectionFailures _failures = new(lease, time, log);
    private readonly Lock _lock = new();
    private volatile V1Lease? _seen;
    private volatile string? _successor;
    private long _seenAt;
    private long _renewedAt;
    private long _lastAttemptAt = time.GetTimestamp();
    private Role _role;

    /// <summary>
    /// The instances that hold the Lease together, each process with the same identity; null if only one instance can hold it. A renewal by
    /// one counts for all, because every other candidate sees it.
    /// </summary>
    public Members? Members { get; init; }

    /// <summary>While false, the Lease is neither taken nor renewed.</summary>
    public Func<bool> MayAcquire { get; init; } = () => true;

    /// <summary>The last seen holder of the Lease.</summary>
    public string? Holder => _seen?.Spec?.HolderIdentity;

    /// <summary>The time since the last attempt began, for /healthz. An attempt takes at most the renew deadline.</summary>
    public TimeSpan SinceLastAttempt => time.GetElapsedTime(Interlocked.Read(ref _lastAttemptAt));

    /// <summary>True while no other instance can hold the Lease. Check it immediately before each write.</summary>
    public bool MayAct
    {
        get
        {
            lock (_lock)
            {
                return _role == Role.Leader && _successor is null && time.GetElapsedTime(_renewedAt) < options.RenewDeadline;
            }
        }
    }

    /// <summary>Stops acting at once; the next attempts name the successor as the holder. Call it after the last write.</summary>
    public void HandOver(string successor) => _successor = successor;

    /// <summary>Takes and renews the Lease until cancelled.</summary>
    /// <param name="changed">Called after each change of the role.</param>
    /// <param name="cancellationToken">Ends the candidacy; the Lease is kept until <see cref="ReleaseAsync"/>.</param>
    public async Task RunAsync(Action<Role> changed, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            Interlocked.Exchange(ref _lastAttemptAt, time.GetTimestamp());
            Update(MayAcquire() ? await TryAcquireAsync(cancellationToken) : false, changed);
            await Task.Delay(UntilNextAttempt(), time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Clears the holder, so that another instance can take the Lease at once. Call it after the last write.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            // Also if the renew deadline has passed: the Lease may still name this instance, and the next one need not wait until it
            // expires.
            if (_role != Role.Leader && _seen?.Spec?.HolderIdentity != identity)
            {
                return;
            }

            _role = Role.Standby;
        }

        try
        {
            await (Members is { } members ? LeaveAsync(members, cancellationToken) : ClearHolderAsync(cancellationToken));
            Log.LeaseReleased(log, lease);
        }
        catch (Exception e)
        {
            // It expires by itself.
            Log.ElectionFailed(log, lease, e.Message);
        }
    }

    /// <summary>
    /// The other members keep the Lease. Without any other it expires, because an instance cannot know that it is the last one.
    /// </summary>
    private async Task LeaveAsync(Members members, CancellationToken cancellationToken)
    {
        var metadata = new JsonObject { ["annotations"] = new JsonObject { [members.OwnKey] = null } };
        await PatchAsync(new JsonObject { ["metadata"] = metadata }, cancellationToken);
    }

    private async Task ClearHolderAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PatchAsync("", 1, cancellationToken);
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // The renewal may have been written although its answer was lost. A Lease of another holder is kept.
            Observe(await FindAsync(cancellationToken));
            if (_seen?.Spec.HolderIdentity == identity)
            {
                await PatchAsync("", 1, cancellationToken);
            }
        }
    }

    private void Update(bool? won, Action<Role> changed)
    {
        Role before, after;
        lock (_lock)
        {
            before = _role;
            // Without an answer the role stays the same until the deadline.
            var held = won ?? (before == Role.Leader && time.GetElapsedTime(_renewedAt) < options.RenewDeadline);
            after = held ? Role.Leader : won is false && IsLate ? Role.Candidate : Role.Standby;
            _role = after;
            _successor = held ? _successor : null;
        }

        if (before != after)
        {
            if (before == Role.Leader || after == Role.Leader)
            {
                Log.LeadershipChanged(log, lease, after == Role.Leader ? "acquired" : "lost");
            }

            changed(after);
        }
    }

    /// <summary>True if the holder has missed two renewals.</summary>
    private bool IsLate => !string.IsNullOrEmpty(Holder) && Holder != identity && MayAcquire()
        && time.GetElapsedTime(_seenAt) >= options.RetryPeriod * 2.5;

    /// <summary>Another instance's Lease is checked again at the moment when it expires.</summary>
    private TimeSpan UntilNextAttempt()
    {
        var period = options.RetryPeriod * (0.9 + (0.2 * Random.Shared.NextDouble()));
        var left = _role == Role.Candidate && _seen is { } seen ? DurationOf(seen) - time.GetElapsedTime(_seenAt) : period;
        return left > TimeSpan.Zero && left < period ? left : period;
    }

    /// <summary>True if the Lease is held now, false if another instance holds it, null without an answer of the server.</summary>
    private async Task<bool?> TryAcquireAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.RenewDeadline - options.RetryPeriod, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var sentAt = time.GetTimestamp();
        try
        {
            var current = await FindAsync(either.Token);
            Observe(current);
            if (_successor is { } successor)
            {
                return await TryHandOverAsync(successor, either.Token);
            }

            if (current is not null && !IsAvailable(current))
            {
                return false;
            }

            await WriteAsync(current, either.Token);
            lock (_lock)
            {
                _renewedAt = sentAt;
            }

            _failures.Clear();

            return true;
        }
        catch (ApiException e) when (e.IsConflict)
        {
            // Another instance was faster. The next attempt reads the holder; this instance's own Lease stays valid until its deadline.
            return null;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e)
        {
            // Catches all exceptions of an attempt: the candidacy continues.
            _failures.Report(e);
            if (e is not (ApiException or HttpRequestException or IOException or TimeoutException or OperationCanceledException))
            {
                metrics.InternalErrors.Increment(("component", "election"));
            }

            return null;
        }
    }

    private async Task WriteAsync(V1Lease? current, CancellationToken cancellationToken)
    {
        try
        {
            Observe(await (current is null ? CreateAsync(cancellationToken) : PatchAsync(identity, DurationSeconds, cancellationToken)));
        }
        catch (ApiException e) when (e.IsConflict && Members is not null)
        {
            // Another member was faster: its write after the start of this attempt counts as well.
            Observe(await FindAsync(cancellationToken));
            if (Holder != identity)
            {
                throw;
            }
        }
    }

    /// <summary>False also if another instance already has the Lease; the next attempt retries after a failure.</summary>
    private async Task<bool> TryHandOverAsync(string successor, CancellationToken cancellationToken)
    {
        if (Holder == identity)
        {
            Observe(await PatchAsync(successor, DurationSeconds, cancellationToken));
            Log.LeaseHandedOver(log, lease, successor);
        }

        return false;
    }

    private int DurationSeconds => (int)Math.Ceiling(options.LeaseDuration.TotalSeconds);

    private Task<V1Lease?> FindAsync(CancellationToken cancellationToken) => client.FindAsync(
        (api, token) =>
            api.CoordinationV1.ReadNamespacedLeaseAsync(lease.Name, lease.Namespace, cancellationToken: token), cancellationToken);

    private Task<V1Lease> CreateAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var body = new V1Lease
        {
            Metadata = new V1ObjectMeta
            {
                Name = lease.Name,
                NamespaceProperty = lease.Namespace,
                Annotations = Members?.NextAnnotations().Where(note => note.Value is not null)
                    .ToDictionary(note => note.Key, note => note.Value!),
            },
            Spec = new V1LeaseSpec
            {
                HolderIdentity = identity,
                LeaseDurationSeconds = DurationSeconds,
                AcquireTime = now,
                RenewTime = now,
                LeaseTransitions = 0,
            },
        };
        return client.CallAsync(
            (api, token) =>
                api.CoordinationV1.CreateNamespacedLeaseAsync(body, lease.Namespace, cancellationToken: token), cancellationToken);
    }

    /// <summary>A merge patch on exactly the resourceVersion that was read: the second of two writers gets a conflict.</summary>
    private Task<V1Lease> PatchAsync(string holder, int seconds, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);
        var spec = new JsonObject { ["holderIdentity"] = holder, ["leaseDurationSeconds"] = seconds, ["renewTime"] = now };
        if (holder.Length > 0 && Holder != holder)
        {
            spec["acquireTime"] = now;
            spec["leaseTransitions"] = (_seen?.Spec.LeaseTransitions ?? 0) + 1;
        }

        var metadata = new JsonObject { ["resourceVersion"] = _seen?.Metadata.ResourceVersion };
        if (Members is { } members)
        {
            metadata["annotations"] = new JsonObject(
                members.NextAnnotations().Select(note => KeyValuePair.Create(note.Key, (JsonNode?)note.Value)));
        }

        return PatchAsync(new JsonObject { ["metadata"] = metadata, ["spec"] = spec }, cancellationToken);
    }

    private Task<V1Lease> PatchAsync(JsonObject body, CancellationToken cancellationToken)
    {
        var patch = new V1Patch(body.ToJsonString(), V1Patch.PatchType.MergePatch);
        return client.CallAsync(
            (api, token) => api.CoordinationV1.PatchNamespacedLeaseAsync(patch, lease.Name, lease.Namespace, cancellationToken: token),
            cancellationToken);
    }

    private void Observe(V1Lease? current)
    {
        if (current?.Metadata.ResourceVersion != _seen?.Metadata.ResourceVersion || _seen is null)
        {
            _seen = current;
            _seenAt = time.GetTimestamp();
        }

        if (Holder == identity)
        {
            Members?.Observe(current?.Metadata.Annotations);
        }
    }

    private bool IsAvailable(V1Lease current)
    {
        var holder = current.Spec?.HolderIdentity;
        return string.IsNullOrEmpty(holder) || holder == identity || time.GetElapsedTime(_seenAt) >= DurationOf(current);
    }

    private TimeSpan DurationOf(V1Lease current) =>
        TimeSpan.FromSeconds(current.Spec?.LeaseDurationSeconds ?? options.LeaseDuration.TotalSeconds);
}
