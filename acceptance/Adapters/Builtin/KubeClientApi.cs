using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.KubeClient;
using PlatformGitOps.KubeClient.Configuration;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Pods;
using PlatformGitOps.KubeClient.Requests;
using PlatformGitOps.KubeClient.Watching;
using Resource = PlatformGitOps.Acceptance.Resources.Resource;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>The API server through the product's own client.</summary>
public sealed class KubeClientApi(KubernetesClient client) : IKubernetesApi
{
    public static KubeClientApi Connect(KubeContext context) =>
        new(new KubernetesClient(KubeConfig.Load([context.ConfigFile]).Connect(TimeProvider.System, context.Name), TimeProvider.System));

    public void Dispose() => client.Dispose();

    public Task<string> Version(CancellationToken cancellationToken) => Told(
        "GET /version",
        async () => (string)JsonNode.Parse(await client.GetTextAsync("/version", cancellationToken))!["gitVersion"]!,
        cancellationToken);

    public Task<Resource?> Get(ResourceAddress address, CancellationToken cancellationToken) => Told(
        $"GET {address.Path}",
        async () => await client.FindAsync(Type(address.Kind), Name(address), cancellationToken) is { } found ? Whole(address.Kind, found) : null,
        cancellationToken);

    public Task<IReadOnlyList<Resource>> List(
        ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken) => Told<IReadOnlyList<Resource>>(
        $"GET {kind.Path(inNamespace)}",
        async () => [.. (await Snapshot(kind, inNamespace, labelSelector, cancellationToken)).Items],
        cancellationToken);

    public async IAsyncEnumerable<ResourceChange> Watch(
        ResourceKind kind, string? inNamespace, string? labelSelector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, Resource>();
        while (true)
        {
            // Each lost watch starts again from a list: whatever happened in between shows as a difference.
            var (version, items) = await Told(
                $"GET {kind.Path(inNamespace)}", () => Snapshot(kind, inNamespace, labelSelector, cancellationToken), cancellationToken);
            foreach (var change in WatchMemory.Differences(known, items))
            {
                yield return change;
            }

            var query = new WatchQuery { ResourceVersion = version, LabelSelector = labelSelector };
            await foreach (var told in client.WatchAsync(Type(kind), inNamespace, query, cancellationToken))
            {
                if (Change(kind, told) is { } change && WatchMemory.Remember(known, change))
                {
                    yield return change;
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public Task<Resource> Apply(ResourceKind kind, Resource resource, CancellationToken cancellationToken) =>
        Send(kind.Named(resource.Name, resource.Namespace), KubeClient.Requests.Patch.Apply(resource.Document, "acceptance", force: true), cancellationToken);

    public Task<Resource> Patch(ResourceAddress address, JsonObject mergePatch, CancellationToken cancellationToken) =>
        Send(address, KubeClient.Requests.Patch.Merge(mergePatch), cancellationToken);

    public Task Delete(ResourceAddress address, TimeSpan? gracePeriod, CancellationToken cancellationToken) => Told(
        $"DELETE {address.Path}",
        () => client.DeleteAsync(
            Type(address.Kind), Name(address), cancellationToken, new DeleteOptions { GracePeriodSeconds = (int?)gracePeriod?.TotalSeconds }),
        cancellationToken);

    public async Task<bool> Evict(string inNamespace, string pod, CancellationToken cancellationToken)
    {
        try
        {
            await Told("POST eviction", async () => { await client.EvictAsync(new ObjectName(inNamespace, pod), cancellationToken); return true; }, cancellationToken);
            return true;
        }
        catch (KubernetesApiException exception) when (exception.Status == 429)
        {
            return false;
        }
    }

    public Task<string> Logs(string inNamespace, string pod, string? container, bool previous, CancellationToken cancellationToken) => Told(
        $"GET log of {inNamespace}/{pod}",
        () => client.LogsAsync(new ObjectName(inNamespace, pod), new LogQuery { Container = container, Previous = previous }, cancellationToken),
        cancellationToken);

    public async Task<HttpAnswer> GetFromPod(string inNamespace, string pod, int port, string path, CancellationToken cancellationToken)
    {
        try
        {
            return new HttpAnswer(200, await Told(
                $"GET {path} of {inNamespace}/{pod}:{port}",
                () => client.ProxyGetAsync(new ObjectName(inNamespace, pod), port, path, cancellationToken),
                cancellationToken));
        }
        catch (KubernetesApiException exception) when (exception.Status != 0)
        {
            return new HttpAnswer(exception.Status, exception.Message);
        }
    }

    public Task<CommandResult> Exec(string inNamespace, string pod, string? container, IReadOnlyList<string> command, CancellationToken cancellationToken) => Told(
        $"exec in {inNamespace}/{pod}",
        async () =>
        {
            var started = TimeProvider.System.GetTimestamp();
            var result = await client.ExecAsync(new ObjectName(inNamespace, pod), container, command, cancellationToken);
            return new CommandResult(result.ExitCode, result.Output, result.Errors, TimeProvider.System.GetElapsedTime(started));
        },
        cancellationToken);

    private Task<Resource> Send(ResourceAddress address, KubeClient.Requests.Patch patch, CancellationToken cancellationToken) => Told(
        $"PATCH {address.Path}",
        async () => Whole(address.Kind, await client.PatchAsync(Type(address.Kind), Name(address), patch, cancellationToken)),
        cancellationToken);

    private async Task<(string Version, IReadOnlyList<Resource> Items)> Snapshot(
        ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken)
    {
        var list = await client.ListAsync(Type(kind), inNamespace, new ListQuery { LabelSelector = labelSelector }, cancellationToken);
        return (list.ResourceVersion, [.. list.Items.Select(item => Whole(kind, item))]);
    }

    private static ResourceChange? Change(ResourceKind kind, WatchEvent<JsonObject> told) => told switch
    {
        WatchEvent<JsonObject>.Added added => new ResourceChange(ResourceChangeKind.Added, Whole(kind, added.Item)),
        WatchEvent<JsonObject>.Modified modified => new ResourceChange(ResourceChangeKind.Modified, Whole(kind, modified.Item)),
        WatchEvent<JsonObject>.Deleted deleted => new ResourceChange(ResourceChangeKind.Deleted, Whole(kind, deleted.Item)),
        _ => null,
    };

    private static async Task<T> Told<T>(string request, Func<Task<T>> ask, CancellationToken cancellationToken)
    {
        try
        {
            return await ask();
        }
        catch (ApiException exception)
        {
            throw new KubernetesApiException((int)exception.Status, request, exception.Message, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or TimeoutException or IOException or System.Net.WebSockets.WebSocketException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new KubernetesApiException(0, request, exception.Message, exception);
        }
    }

    private static ResourceType<JsonObject> Type(ResourceKind kind)
    {
        var slash = kind.ApiVersion.IndexOf('/', StringComparison.Ordinal);
        return ResourceType.Untyped(slash < 0 ? "" : kind.ApiVersion[..slash], kind.ApiVersion[(slash + 1)..], kind.Plural, kind.Namespaced);
    }

    private static ObjectName Name(ResourceAddress address) => new(address.Namespace, address.Name);

    /// <summary>Items of a list come without their kind.</summary>
    private static Resource Whole(ResourceKind kind, JsonObject document)
    {
        document["apiVersion"] ??= kind.ApiVersion;
        document["kind"] ??= kind.Kind;
        return new Resource(document);
    }
}
