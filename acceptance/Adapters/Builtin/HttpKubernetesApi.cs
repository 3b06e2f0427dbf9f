using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>The API server's REST interface, spoken directly.</summary>
public sealed class HttpKubernetesApi : IKubernetesApi
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private readonly HttpClient client;

    private HttpKubernetesApi(HttpClient client) => this.client = client;

    public static HttpKubernetesApi Connect(KubeContext context) => new(KubeConfigFile.Connect(context));

    public void Dispose() => client.Dispose();

    public async Task<string> Version(CancellationToken cancellationToken) =>
        (string)(await Ask(HttpMethod.Get, "/version", null, null, cancellationToken))["gitVersion"]!;

    public async Task<Resource?> Get(ResourceAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return new Resource(await Ask(HttpMethod.Get, address.Path, null, null, cancellationToken));
        }
        catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    public async Task<IReadOnlyList<Resource>> List(
        ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken) =>
        (await Snapshot(kind, inNamespace, labelSelector, cancellationToken)).Items;

    public async IAsyncEnumerable<ResourceChange> Watch(
        ResourceKind kind, string? inNamespace, string? labelSelector, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, Resource>();
        while (!cancellationToken.IsCancellationRequested)
        {
            // Each lost watch starts again from a list: whatever happened in between shows as a difference.
            var (version, items) = await Snapshot(kind, inNamespace, labelSelector, cancellationToken);
            foreach (var change in WatchMemory.Differences(known, items))
            {
                yield return change;
            }

            await foreach (var change in Stream(kind, inNamespace, labelSelector, version, cancellationToken))
            {
                if (WatchMemory.Remember(known, change))
                {
                    yield return change;
                }
            }
        }
    }

    public async Task<Resource> Apply(ResourceKind kind, Resource resource, CancellationToken cancellationToken) =>
        new(await Ask(
            HttpMethod.Patch,
            $"{kind.Named(resource.Name, resource.Namespace).Path}?fieldManager=acceptance&force=true",
            resource.Document,
            "application/apply-patch+yaml",
            cancellationToken));

    public async Task<Resource> Patch(ResourceAddress address, JsonObject mergePatch, CancellationToken cancellationToken) =>
        new(await Ask(HttpMethod.Patch, address.Path, mergePatch, "application/merge-patch+json", cancellationToken));

    public async Task Delete(ResourceAddress address, TimeSpan? gracePeriod, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["propagationPolicy"] = "Background" };
        if (gracePeriod is { } grace)
        {
            options["gracePeriodSeconds"] = (int)grace.TotalSeconds;
        }

        try
        {
            await Ask(HttpMethod.Delete, address.Path, options, "application/json", cancellationToken);
        }
        catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.NotFound)
        {
            // Gone already is what was asked for.
        }
    }

    public async Task<bool> Evict(string inNamespace, string pod, CancellationToken cancellationToken)
    {
        var eviction = new JsonObject
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = pod, ["namespace"] = inNamespace },
        };
        try
        {
            var path = ResourceKind.Pod.Named(pod, inNamespace).Path + "/eviction";
            await Ask(HttpMethod.Post, path, eviction, "application/json", cancellationToken);
            return true;
        }
        catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.TooManyRequests)
        {
            return false;
        }
    }

    public async Task<string> Logs(string inNamespace, string pod, string? container, bool previous, CancellationToken cancellationToken)
    {
        var query = $"?previous={(previous ? "true" : "false")}{(container is null ? "" : $"&container={container}")}";
        var path = ResourceKind.Pod.Named(pod, inNamespace).Path + "/log" + query;
        var (status, body) = await Send(HttpMethod.Get, path, null, null, cancellationToken);
        return status == 200 ? body : throw Refused(status, "GET " + path, body);
    }

    public async Task<HttpAnswer> GetFromPod(string inNamespace, string pod, int port, string path, CancellationToken cancellationToken)
    {
        var proxy = string.Create(
            CultureInfo.InvariantCulture, $"{ResourceKind.Pod.Path(inNamespace)}/http:{pod}:{port}/proxy{path}");
        var (status, body) = await Send(HttpMethod.Get, proxy, null, null, cancellationToken);
        return new HttpAnswer(status, body);
    }

    private async Task<(string Version, IReadOnlyList<Resource> Items)> Snapshot(
        ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken)
    {
        var list = await Ask(HttpMethod.Get, kind.Path(inNamespace) + Selector("?", labelSelector), null, null, cancellationToken);
        var items = list["items"]!.AsArray().Select(item => Whole(kind, (JsonObject)item!.DeepClone()));
        return ((string)list["metadata"]!["resourceVersion"]!, [.. items]);
    }

    private async IAsyncEnumerable<ResourceChange> Stream(
        ResourceKind kind, string? inNamespace, string? labelSelector, string version, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var path = $"{kind.Path(inNamespace)}?watch=true&timeoutSeconds=300&resourceVersion={version}{Selector("&", labelSelector)}";
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            yield break;
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await Line(reader, cancellationToken) is { } line)
        {
            var change = JsonSerializer.Deserialize<JsonObject>(line)!;
            if (!Enum.TryParse<ResourceChangeKind>((string)change["type"]!, ignoreCase: true, out var what))
            {
                yield break; // ERROR, most often 410: the version is too old to go on from.
            }

            yield return new ResourceChange(what, Whole(kind, (JsonObject)change["object"]!.DeepClone()));
        }
    }

    private static async Task<string?> Line(StreamReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadLineAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return null;
        }
    }

    private async Task<JsonObject> Ask(
        HttpMethod method, string path, JsonObject? body, string? mediaType, CancellationToken cancellationToken)
    {
        var (status, text) = await Send(method, path, body, mediaType, cancellationToken);
        return status is >= 200 and < 300 ? JsonSerializer.Deserialize<JsonObject>(text)! : throw Refused(status, $"{method} {path}", text);
    }

    private async Task<(int Status, string Body)> Send(
        HttpMethod method, string path, JsonObject? body, string? mediaType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, mediaType!);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RequestTimeout);
        try
        {
            using var response = await client.SendAsync(request, limit.Token);
            return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(limit.Token));
        }
        catch (HttpRequestException exception)
        {
            throw new KubernetesApiException(0, $"{method} {path}", exception.Message, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesApiException(0, $"{method} {path}", $"within {RequestTimeout.TotalSeconds} s", exception);
        }
    }

    private static KubernetesApiException Refused(int status, string request, string body)
    {
        try
        {
            return new KubernetesApiException(status, request, (string?)JsonSerializer.Deserialize<JsonObject>(body)?["message"] ?? body);
        }
        catch (JsonException)
        {
            return new KubernetesApiException(status, request, body);
        }
    }

    private static string Selector(string joint, string? labelSelector) =>
        labelSelector is null ? "" : $"{joint}labelSelector={Uri.EscapeDataString(labelSelector)}";

    /// <summary>Items of a list come without their kind.</summary>
    private static Resource Whole(ResourceKind kind, JsonObject document)
    {
        document["apiVersion"] ??= kind.ApiVersion;
        document["kind"] ??= kind.Kind;
        return new Resource(document);
    }
}
