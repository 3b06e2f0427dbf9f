using System.Runtime.CompilerServices;
using System.Text.Json;
using PlatformGitOps.KubeClient.Json;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;
using PlatformGitOps.KubeClient.Watching;

namespace PlatformGitOps.KubeClient;

public sealed partial class KubernetesClient
{
    /// <summary>Follows a list. Trouble does not throw: the last event says what it was. Only cancellation ends it without one.</summary>
    public async IAsyncEnumerable<WatchEvent<T>> WatchAsync<T>(
        ResourceType<T> type, string? ns, WatchQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using var silence = new SilenceTimer(query.Silence, _time, cancellationToken);
        using var open = await OpenAsync<T>(type.Path(ns) + query.ToQuery(), silence, cancellationToken);
        if (open.Reader is null)
        {
            yield return open.Failure;
            yield break;
        }

        yield return new WatchEvent<T>.Opened();
        while (true)
        {
            var next = await NextAsync(type, open.Reader, silence, cancellationToken);
            yield return next;
            if (next is WatchEvent<T>.Ended)
            {
                yield break;
            }
        }
    }

    private async Task<WatchStream<T>> OpenAsync<T>(string path, SilenceTimer silence, CancellationToken cancellationToken)
    {
        try
        {
            var response = await _transport.SendAsync(Request(HttpMethod.Get, path, null), silence.Restart());
            return new WatchStream<T>(response, new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken)));
        }
        catch (ApiException e)
        {
            var reason = e.IsGone ? WatchEnd.Gone : e.IsTransient ? WatchEnd.Throttled : WatchEnd.Failed;
            return new WatchStream<T>(new WatchEvent<T>.Ended(reason, e.RetryAfter, e.Message));
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return new WatchStream<T>(new WatchEvent<T>.Ended(WatchEnd.Failed, null, e.Message));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WatchStream<T>(new WatchEvent<T>.Ended(WatchEnd.Silent, null, "no answer to the watch request"));
        }
    }

    private static async Task<WatchEvent<T>> NextAsync<T>(
        ResourceType<T> type, StreamReader reader, SilenceTimer silence, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var line = await reader.ReadLineAsync(silence.Restart());
            return line is null ? new WatchEvent<T>.Ended(WatchEnd.Closed) : Parse(type, line);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException or KeyNotFoundException)
        {
            return new WatchEvent<T>.Ended(WatchEnd.Failed, null, e.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WatchEvent<T>.Ended(WatchEnd.Silent);
        }
    }

    private static WatchEvent<T> Parse<T>(ResourceType<T> type, string line)
        where T : class
    {
        using var document = JsonDocument.Parse(line);
        var item = document.RootElement.GetProperty("object");
        return document.RootElement.GetProperty("type").GetString() switch
        {
            "ADDED" => new WatchEvent<T>.Added(Read(type, item)),
            "MODIFIED" => new WatchEvent<T>.Modified(Read(type, item)),
            "DELETED" => new WatchEvent<T>.Deleted(Read(type, item)),
            "BOOKMARK" => new WatchEvent<T>.Bookmark(item.GetProperty("metadata").GetProperty("resourceVersion").GetString() ?? ""),
            "ERROR" => Error<T>(item),
            var other => throw new JsonException($"unknown watch event type '{other}'"),
        };
    }

    private static T Read<T>(ResourceType<T> type, JsonElement item)
        where T : class =>
        item.Deserialize(type.Json) ?? throw new JsonException("a watch event without an object");

    private static WatchEvent<T>.Ended Error<T>(JsonElement item)
    {
        var failure = ApiTransport.Failure("watch", item.Deserialize(KubeJson.Default.StatusBody) ?? new StatusBody());
        var reason = failure.IsGone ? WatchEnd.Gone : failure.IsTransient ? WatchEnd.Throttled : WatchEnd.Failed;
        return new WatchEvent<T>.Ended(reason, failure.RetryAfter, failure.Message);
    }
}
