using PlatformGitOps.Controller.Metrics;

namespace PlatformGitOps.Controller.Watching;

/// <summary>A change in the set of objects that a reflector watches.</summary>
internal abstract record Delta<T>
{
    private Delta()
    {
    }

    /// <param name="Item">The object.</param>
    /// <param name="ListedAt">When its list was requested; null for an event, which may be older than the cache.</param>
    internal sealed record Present(T Item, long? ListedAt = null) : Delta<T>;

    internal sealed record Absent(ObjectName Name) : Delta<T>;

    /// <summary>The first list is complete.</summary>
    internal sealed record Synced : Delta<T>;
}

/// <summary>A reflector of any kind.</summary>
internal abstract class Reflector
{
    /// <summary>The first list is complete.</summary>
    public abstract bool HasSynced { get; }

    /// <summary>The watch is open and had an event recently.</summary>
    public abstract bool IsCurrent { get; }

    /// <summary>False if a list, watch or pause takes longer than its maximum.</summary>
    public abstract bool IsAlive { get; }

    public abstract Task RunAsync(CancellationToken cancellationToken);
}

/// <summary>
/// Watches all objects of a kind: lists, watches from there, resumes a watch that ended normally or was throttled (429), and lists again
/// after any other end. Emits all differences, also those from before the watch.
/// </summary>
internal sealed class Reflector<T>(
    ApiClient client,
    WatchedResource<T> resource,
    TimeSpan silence,
    Action<Delta<T>> emit,
    TimeProvider time,
    ControllerMetrics metrics,
    ILogger log) : Reflector
    where T : class, IMetadata<V1ObjectMeta>
{
    private const int PageSize = 500;

    /// <summary>Longer than a list with many slow pages, and than a server's Retry-After.</summary>
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(5);

    private readonly HashSet<ObjectName> _known = [];
    private string? _version;
    private int _failures;
    private bool _synced;
    private volatile bool _open;
    private long _lastEventAt;
    private long _lastProgressAt = time.GetTimestamp();

    public override bool HasSynced => Volatile.Read(ref _synced);

    public override bool IsCurrent => HasSynced && _open && time.GetElapsedTime(Interlocked.Read(ref _lastEventAt)) < silence;

    public override bool IsAlive => time.GetElapsedTime(Interlocked.Read(ref _lastProgressAt)) < silence + StuckAfter;

    public override async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan? pause = null;
            Interlocked.Exchange(ref _lastProgressAt, time.GetTimestamp());
            try
            {
                if (_version is null)
                {
                    await ListAsync(cancellationToken);
                }
                else
                {
                    pause = await WatchAsync(_version, cancellationToken);
                }
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                // Catches all exceptions of an iteration and retries with back-off.
                _version = null;
                pause = Pause((e as ApiException)?.RetryAfter);
                Log.ListFailed(log, resource.Plural, e.Message);
                if (e is not (ApiException or HttpRequestException or IOException or TimeoutException or OperationCanceledException))
                {
                    metrics.InternalErrors.Increment(("component", "watch"));
                }
            }

            if (pause is { } wait)
            {
                await Task.Delay(wait, time, cancellationToken);
            }
        }
    }

    private TimeSpan Pause(TimeSpan? retryAfter) => Backoff.Delay(++_failures, Random.Shared.NextDouble(), retryAfter);

    private async Task ListAsync(CancellationToken cancellationToken)
    {
        var listedAt = time.GetTimestamp();
        var (version, items) = await ListPagesAsync(cancellationToken);
        var present = items.Select(item => item.FullName()).ToHashSet();
        foreach (var name in _known.Where(name => !present.Contains(name)).ToArray())
        {
            Absent(name);
        }

        items.ForEach(item => Present(item, listedAt));
        metrics.Watched.Set(_known.Count, ("resource", resource.Plural));
        _version = version;
        Interlocked.Exchange(ref _lastEventAt, time.GetTimestamp());
        if (!_synced)
        {
            Volatile.Write(ref _synced, true);
            emit(new Delta<T>.Synced());
        }
    }

    /// <summary>Reads all pages. If the snapshot expires between two pages (410), reads the whole list in one request.</summary>
    private async Task<(string Version, List<T> Items)> ListPagesAsync(CancellationToken cancellationToken)
    {
        var items = new List<T>();
        var page = new Page(PageSize, null);
        while (true)
        {
            try
            {
                var (metadata, more) = await client.CallAsync((api, token) => resource.List(api, page, token), cancellationToken);
                items.AddRange((more ?? []).Select(resource.Transform));
                if (string.IsNullOrEmpty(metadata.ContinueProperty))
                {
                    return (metadata.ResourceVersion, items);
                }

                page = new Page(PageSize, metadata.ContinueProperty);
            }
            catch (ApiException e) when (e.IsGone && page.Continue is not null)
            {
                items.Clear();
                page = new Page(null, null);
            }
        }
    }

    private async Task<TimeSpan?> WatchAsync(string version, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var change in Watch.RunAsync(client, resource, version, silence, time, cancellationToken))
            {
                if (change is WatchEvent<T>.Ended end)
                {
                    return Ended(end);
                }

                Interlocked.Exchange(ref _lastEventAt, time.GetTimestamp());
                Interlocked.Exchange(ref _lastProgressAt, time.GetTimestamp());
                Handle(change);
            }

            return null;
        }
        finally
        {
            _open = false;
        }
    }

    private void Handle(WatchEvent<T> change)
    {
        switch (change)
        {
            case WatchEvent<T>.Opened:
                _open = true;
                return;
            case WatchEvent<T>.Bookmark { ResourceVersion: var version }:
                _version = version;
                break;
            case WatchEvent<T>.Deleted { Item: var item }:
                _version = item.Metadata.ResourceVersion ?? _version;
                Absent(item.FullName());
                break;
            case WatchEvent<T>.Present { Item: var item }:
                _version = item.Metadata.ResourceVersion ?? _version;
                Present(resource.Transform(item));
                break;
        }

        // Only an event resets the back-off: otherwise a server that ends each watch at once would get list requests in a loop.
        _failures = 0;
    }

    private TimeSpan Ended(WatchEvent<T>.Ended end)
    {
        metrics.WatchEnds.Increment(("resource", resource.Plural), ("reason", end.Reason.ToString()));
        Log.WatchEnded(log, resource.Plural, end.Reason, end.Detail);
        _version = end.ListAgain ? null : _version;
        return Pause(end.RetryAfter);
    }

    private void Present(T item, long? listedAt = null)
    {
        _known.Add(item.FullName());
        metrics.Watched.Set(_known.Count, ("resource", resource.Plural));
        emit(new Delta<T>.Present(item, listedAt));
    }

    private void Absent(ObjectName name)
    {
        _known.Remove(name);
        metrics.Watched.Set(_known.Count, ("resource", resource.Plural));
        emit(new Delta<T>.Absent(name));
    }
}

/// <summary>The delay before a retry: doubled up to a limit, with jitter, so that clients do not retry at the same time.</summary>
internal static class Backoff
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(10);

    /// <param name="failures">The number of consecutive failures, from 1.</param>
    /// <param name="jitter">From 0 to 1.</param>
    /// <param name="retryAfter">The server's minimum delay.</param>
    public static TimeSpan Delay(int failures, double jitter, TimeSpan? retryAfter = null)
    {
        var full = First * Math.Pow(2, Math.Clamp(failures - 1, 0, 10));
        var capped = full < Cap ? full : Cap;
        var delay = (capped / 2) + (capped / 2 * jitter);
        return retryAfter is { } least ? least + (delay / 2) : delay;
    }
}
