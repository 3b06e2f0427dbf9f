using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Controller.Testing;

/// <summary>An open watch: first the history, then changes as they occur, and a bookmark if there are none.</summary>
internal sealed class WatchResponse(FakeApiServer server, HttpContext context, ResourcePath path)
{
    public async Task RunAsync()
    {
        var version = long.TryParse(context.Request.Query["resourceVersion"], CultureInfo.InvariantCulture, out var from) ? from : 0;
        var selector = context.Request.Query["labelSelector"].ToString();
        context.Response.ContentType = "application/json";
        try
        {
            await context.Response.Body.FlushAsync(context.RequestAborted);
            while (!context.RequestAborted.IsCancellationRequested)
            {
                var changed = server.Store.Changed;
                if (server.Store.Since(version) is not { } changes)
                {
                    await WriteAsync("ERROR", ApiRequests.Status(410, "Expired", $"too old resource version: {version}"));
                    return;
                }

                foreach (var change in changes.Where(change => Concerns(change, selector)))
                {
                    await WriteAsync(change.Type, change.Item.DeepClone().AsObject());
                }

                version = changes.Count > 0 ? changes[^1].Version : version;
                await WaitAsync(changed, version);
            }
        }
        catch (OperationCanceledException)
        {
            // The client disconnected or the server stops.
        }
    }

    private bool Concerns(StoredEvent change, string selector) =>
        change.Plural == path.Plural
        && (path.Namespace is null || change.Item["metadata"]?["namespace"]?.GetValue<string>() == path.Namespace)
        && ApiRequests.Selected(change.Item, selector);

    private async Task WaitAsync(Task changed, long version)
    {
        try
        {
            await changed.WaitAsync(server.BookmarkEvery, context.RequestAborted);
        }
        catch (TimeoutException)
        {
            if (version > server.Store.Version)
            {
                // A version from before an etcd restore: the real server sends nothing, not even an error, until it has reached that
                // version.
                return;
            }

            var meta = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
            await WriteAsync("BOOKMARK", new JsonObject { ["metadata"] = meta });
        }
    }

    private async Task WriteAsync(string type, JsonObject item)
    {
        if (server.WatchesAreSilent)
        {
            return;
        }

        var line = new JsonObject { ["type"] = type, ["object"] = item }.ToJsonString() + "\n";
        await context.Response.WriteAsync(line, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
