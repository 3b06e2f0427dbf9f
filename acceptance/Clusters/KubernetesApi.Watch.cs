using System.Runtime.CompilerServices;
using k8s.Autorest;

namespace PlatformGitOps.Acceptance.Clusters;

public enum ResourceChangeKind
{
    Added,
    Modified,
    Deleted,
}

public sealed record ResourceChange(ResourceChangeKind Kind, Resource Resource);

/// <summary>
/// The package's watch ends silently if its version is too old, and never if its body stalls. This one lists again after every end.
/// </summary>
public sealed partial class KubernetesApi
{
    /// <summary>The server ends a watch after this time; a longer one has lost its connection.</summary>
    private const int WatchSeconds = 300;

    private static readonly TimeSpan LongestWatch = TimeSpan.FromSeconds(WatchSeconds + 30);

    /// <summary>Between two lists. A busy server refuses watches, and lists without a pause would keep it busy.</summary>
    private static readonly TimeSpan BetweenLists = TimeSpan.FromSeconds(1);

    /// <summary>All existing objects and then every change, until cancelled; a lost connection starts again with a list.</summary>
    /// <exception cref="KubernetesApiException">The user may not list or watch.</exception>
    public async IAsyncEnumerable<ResourceChange> Watch(
        ResourceKind kind, string? inNamespace, string? labelSelector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, Resource>();
        while (true)
        {
            // Changes during a gap are the differences between two lists.
            var (version, items) = await Snapshot(kind, inNamespace, labelSelector, cancellationToken);
            foreach (var change in Differences(known, items))
            {
                yield return change;
            }

            var path = $"{kind.Path(inNamespace)}?watch=true&timeoutSeconds={WatchSeconds}&resourceVersion={version}"
                + Selector("&", labelSelector);
            await foreach (var line in Lines(path, cancellationToken))
            {
                var notice = JsonSerializer.Deserialize<JsonObject>(line)!;
                if (!Enum.TryParse<ResourceChangeKind>((string)notice["type"]!, ignoreCase: true, out var what))
                {
                    break; // ERROR, most often 410: the version is too old to continue from.
                }

                var change = new ResourceChange(what, Complete(kind, (JsonObject)notice["object"]!.DeepClone()));
                if (Remember(known, change))
                {
                    yield return change;
                }
            }

            await Pace.Pause(BetweenLists, TimeProvider.System, cancellationToken);
        }
    }

    private async Task<(string Version, IReadOnlyList<Resource> Items)> Snapshot(
        ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken)
    {
        var list = await Request(HttpMethod.Get, kind.Path(inNamespace) + Selector("?", labelSelector), null, null, cancellationToken);
        var items = list["items"]!.AsArray().Select(item => Complete(kind, (JsonObject)item!.DeepClone()));
        return ((string)list["metadata"]!["resourceVersion"]!, [.. items]);
    }

    /// <summary>The lines of a streamed answer; a broken or stalled connection ends them.</summary>
    private async IAsyncEnumerable<string> Lines(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stalled = new CancellationTokenSource(LongestWatch, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stalled.Token, cancellationToken);
        using var response = await UnlessLost(async () =>
        {
            try
            {
                return await client.Send(HttpMethod.Get, path, null, null, null, either.Token);
            }
            catch (HttpOperationException exception)
                when (exception.Response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            {
                throw Refused(exception, $"GET {path}");
            }
        }, cancellationToken);
        if (response is null)
        {
            yield break;
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await UnlessLost(() => reader.ReadLineAsync(either.Token).AsTask(), cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    private static async Task<T?> UnlessLost<T>(Func<Task<T>> read, CancellationToken cancellationToken) where T : class?
    {
        try
        {
            return await read();
        }
        catch (Exception exception) when (exception is HttpOperationException or HttpRequestException or IOException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>The changes from the known objects to the current ones.</summary>
    private static List<ResourceChange> Differences(Dictionary<string, Resource> known, IReadOnlyList<Resource> now)
    {
        var present = now.Select(resource => resource.Uid).ToHashSet();
        var gone = known.Values.Where(resource => !present.Contains(resource.Uid))
            .Select(resource => new ResourceChange(ResourceChangeKind.Deleted, resource)).ToList();
        var seen = now.Select(resource => new ResourceChange(
            known.ContainsKey(resource.Uid) ? ResourceChangeKind.Modified : ResourceChangeKind.Added, resource)).ToList();
        return [.. gone.Concat(seen).Where(change => Remember(known, change))];
    }

    /// <summary>False if the change is already known.</summary>
    private static bool Remember(Dictionary<string, Resource> known, ResourceChange change)
    {
        if (change.Kind == ResourceChangeKind.Deleted)
        {
            return known.Remove(change.Resource.Uid);
        }

        var isNew = !known.TryGetValue(change.Resource.Uid, out var before) || Version(before) != Version(change.Resource);
        known[change.Resource.Uid] = change.Resource;
        return isNew;
    }

    private static string? Version(Resource resource) => resource.Text("metadata.resourceVersion");

    private static string Selector(string joint, string? labelSelector) =>
        labelSelector is null ? "" : $"{joint}labelSelector={Uri.EscapeDataString(labelSelector)}";
}
