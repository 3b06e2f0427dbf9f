using System.Text.Json;
using Microsoft.Extensions.Logging;
using PlatformGitOps.Controller.Metrics;
using PlatformGitOps.KubeClient;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;
using PlatformGitOps.KubeClient.Watching;

namespace PlatformGitOps.Controller.Cluster;

/// <summary>
/// Follows all objects of a kind: lists, watches from there, takes the watch up again where it broke, and lists anew only when the
/// server no longer knows the version (410). Tells every difference, those that happened while it was away too.
/// </summary>
public sealed class Reflector<T>(
    KubernetesClient client, ResourceType<T> type, ReflectorScope scope, Action<Delta<T>> emit, TimeProvider time, ControllerMetrics metrics, ILogger log)
    : IReflector
    where T : class, IKubeObject
{
    private readonly HashSet<ObjectName> _known = [];
    private string? _version;
    private int _failures;
    private bool _synced;
    private volatile bool _open;
    private long _heardAt;

    public string Resource => type.Plural;

    public bool HasSynced => Volatile.Read(ref _synced);

    /// <summary>The watch is open and was heard of lately.</summary>
    public bool IsCurrent => HasSynced && _open && time.GetElapsedTime(Interlocked.Read(ref _heardAt)) < scope.Silence;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan? asked = null;
            try
            {
                asked = _version is null ? await ListAsync(cancellationToken) : await WatchAsync(_version, cancellationToken);
            }
            catch (Exception e) when (e is ApiException or HttpRequestException or IOException or TimeoutException or JsonException)
            {
                _failures++;
                Log.ListFailed(log, type.Plural, e.Message);
                asked = (e as ApiException)?.RetryAfter;
            }

            if (_failures > 0)
            {
                await Task.Delay(Backoff.Delay(_failures, Random.Shared.NextDouble(), asked), time, cancellationToken);
            }
        }
    }

    private async Task<TimeSpan?> ListAsync(CancellationToken cancellationToken)
    {
        var query = new ListQuery { LabelSelector = scope.LabelSelector, FieldSelector = scope.FieldSelector };
        var list = await client.ListAsync(type, scope.Namespace, query, cancellationToken);
        var present = list.Items.Select(item => item.Metadata.FullName).ToHashSet();
        foreach (var name in _known.Where(name => !present.Contains(name)).ToArray())
        {
            Absent(name);
        }

        foreach (var item in list.Items)
        {
            Present(item);
        }

        metrics.Watched.Set(_known.Count, ("resource", type.Plural));
        _version = list.ResourceVersion;
        _failures = 0;
        Heard();
        if (!_synced)
        {
            Volatile.Write(ref _synced, true);
            emit(new Delta<T>.Synced());
        }

        return null;
    }

    private async Task<TimeSpan?> WatchAsync(string version, CancellationToken cancellationToken)
    {
        var query = new WatchQuery
        {
            ResourceVersion = version,
            LabelSelector = scope.LabelSelector,
            FieldSelector = scope.FieldSelector,
            Silence = scope.Silence,
        };
        try
        {
            await foreach (var change in client.WatchAsync(type, scope.Namespace, query, cancellationToken))
            {
                if (change is WatchEvent<T>.Ended end)
                {
                    return Ended(end);
                }

                Heard();
                Take(change);
            }

            return null;
        }
        finally
        {
            _open = false;
        }
    }

    private void Take(WatchEvent<T> change)
    {
        switch (change)
        {
            case WatchEvent<T>.Opened:
                _open = true;
                return;
            case WatchEvent<T>.Bookmark bookmark:
                _version = bookmark.ResourceVersion;
                break;
            case WatchEvent<T>.Deleted deleted:
                _version = deleted.Item.Metadata.ResourceVersion ?? _version;
                Absent(deleted.Item.Metadata.FullName);
                break;
            case WatchEvent<T>.Added added:
                _version = added.Item.Metadata.ResourceVersion ?? _version;
                Present(added.Item);
                break;
            case WatchEvent<T>.Modified modified:
                _version = modified.Item.Metadata.ResourceVersion ?? _version;
                Present(modified.Item);
                break;
        }

        // Only an event shows that the server means it: one that closes each watch at once would be asked in a circle.
        _failures = 0;
    }

    private TimeSpan? Ended(WatchEvent<T>.Ended end)
    {
        metrics.WatchEnds.Increment(("resource", type.Plural), ("reason", end.Reason.ToString()));
        Log.WatchEnded(log, type.Plural, end.Reason, end.Detail);
        _failures++;
        if (end.Reason == WatchEnd.Gone)
        {
            _version = null;
        }

        return end.RetryAfter;
    }

    private void Present(T item)
    {
        _known.Add(item.Metadata.FullName);
        metrics.Watched.Set(_known.Count, ("resource", type.Plural));
        emit(new Delta<T>.Present(item));
    }

    private void Absent(ObjectName name)
    {
        _known.Remove(name);
        metrics.Watched.Set(_known.Count, ("resource", type.Plural));
        emit(new Delta<T>.Absent(name));
    }

    private void Heard() => Interlocked.Exchange(ref _heardAt, time.GetTimestamp());
}
