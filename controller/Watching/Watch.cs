using System.Runtime.CompilerServices;
using System.Text.Json;
using k8s;

namespace PlatformGitOps.Controller.Watching;

/// <summary>Why a watch ended.</summary>
internal enum WatchEnd
{
    /// <summary>The server closed it after the requested time of a few minutes.</summary>
    Closed,

    /// <summary>The server closed it early: the server or a proxy was stopped.</summary>
    Cut,

    /// <summary>410: the version is not kept anymore.</summary>
    Gone,

    /// <summary>No event or bookmark for too long: a dead connection.</summary>
    Silent,

    /// <summary>The server asked for a pause (429).</summary>
    Throttled,

    /// <summary>The server returned another error, or something that is not a watch event.</summary>
    Refused,

    /// <summary>The connection broke.</summary>
    Failed,
}

/// <summary>An event of a watch. The last one is always <see cref="Ended"/>.</summary>
internal abstract record WatchEvent<T>
{
    private WatchEvent()
    {
    }

    /// <summary>The server accepted the watch.</summary>
    internal sealed record Opened : WatchEvent<T>;

    /// <summary>The current object: ADDED or MODIFIED.</summary>
    internal sealed record Present(T Item) : WatchEvent<T>;

    internal sealed record Deleted(T Item) : WatchEvent<T>;

    /// <summary>Nothing changed, but the watch is alive and can be resumed from here (KEP-956).</summary>
    internal sealed record Bookmark(string ResourceVersion) : WatchEvent<T>;

    internal sealed record Ended(WatchEnd Reason, string? Detail = null, TimeSpan? RetryAfter = null) : WatchEvent<T>
    {
        /// <summary>
        /// True if the watched version is unreliable, so that only a new list helps. Etcd may have been restored meanwhile: the server
        /// (1.34) then accepts a watch from a version in the future without an error, sends nothing until it reaches that version, and
        /// never reports the changes before it.
        /// </summary>
        public bool ListAgain => Reason is not (WatchEnd.Closed or WatchEnd.Throttled);
    }
}

/// <summary>
/// One watch, read line by line. The package's (21.0.8) is not used: a stalled body never ends, an ERROR event is lost without a callback,
/// and leaving the loop keeps the connection open.
/// </summary>
internal static class Watch
{
    private const int ServerTimeoutSeconds = 300;

    /// <summary>Servers keep the requested time to a fraction of a second.</summary>
    private static readonly TimeSpan Agreed = TimeSpan.FromSeconds(ServerTimeoutSeconds - 5);

    /// <summary>Watches from the version of a list. It only throws on cancellation: the last event has the reason of its end.</summary>
    /// <param name="client">The API server.</param>
    /// <param name="resource">The watched kind.</param>
    /// <param name="version">The resourceVersion of the list.</param>
    /// <param name="silence">The time without an event after which a watch is dead. Bookmarks arrive about once a minute.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    public static async IAsyncEnumerable<WatchEvent<T>> RunAsync<T>(
        ApiClient client,
        WatchedResource<T> resource,
        string version,
        TimeSpan silence,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class, IMetadata<V1ObjectMeta>
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // The timer is disposed before the source, so that its callback never uses a disposed source.
        using var timer = time.CreateTimer(_ => source.Cancel(), null, silence, Timeout.InfiniteTimeSpan);
        var since = time.GetTimestamp();
        StreamReader? reader = null;
        WatchEvent<T> next = new WatchEvent<T>.Opened();
        try
        {
            var response = await client.OpenStreamAsync(resource.WatchPath(version, ServerTimeoutSeconds), source.Token);
            reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            next = End<T>(e);
        }

        // Disposing the reader closes the body, and the connection of an unfinished answer.
        using (reader)
        {
            yield return next;
            while (next is not WatchEvent<T>.Ended && reader is not null)
            {
                timer.Change(silence, Timeout.InfiniteTimeSpan);
                try
                {
                    var line = await reader.ReadLineAsync(source.Token);
                    next = line is not null ? Parse<T>(line)
                        : new WatchEvent<T>.Ended(time.GetElapsedTime(since) < Agreed ? WatchEnd.Cut : WatchEnd.Closed);
                }
                catch (Exception e) when (!cancellationToken.IsCancellationRequested)
                {
                    next = End<T>(e);
                }

                yield return next;
            }
        }
    }

    /// <summary>Turns every exception of a watch into a reason.</summary>
    private static WatchEvent<T>.Ended End<T>(Exception e) => e switch
    {
        ApiException { IsGone: true } => new(WatchEnd.Gone, e.Message),
        ApiException { IsThrottled: true } throttled => new(WatchEnd.Throttled, e.Message, throttled.RetryAfter),
        ApiException refused => new(WatchEnd.Refused, e.Message, refused.RetryAfter),
        OperationCanceledException => new(WatchEnd.Silent),
        HttpRequestException or IOException => new(WatchEnd.Failed, e.Message),
        _ => new(WatchEnd.Refused, $"not a watch event: {e.Message}"),
    };

    private static WatchEvent<T> Parse<T>(string line)
        where T : class
    {
        using var document = JsonDocument.Parse(line);
        var item = document.RootElement.GetProperty("object");
        switch (document.RootElement.GetProperty("type").GetString())
        {
            case "ADDED" or "MODIFIED":
                return new WatchEvent<T>.Present(Read<T>(item));
            case "DELETED":
                return new WatchEvent<T>.Deleted(Read<T>(item));
            case "BOOKMARK":
                return new WatchEvent<T>.Bookmark(item.GetProperty("metadata").GetProperty("resourceVersion").GetString() ?? "");
            case "ERROR":
                var status = Read<V1Status>(item);
                throw ApiException.From((System.Net.HttpStatusCode)(status.Code ?? 500), "watch", status, null);
            case var other:
                throw new JsonException($"unknown type '{other}'");
        }
    }

    private static T Read<T>(JsonElement item)
        where T : class =>
        KubernetesJson.Deserialize<T>(item) ?? throw new JsonException("an event without an object");
}
