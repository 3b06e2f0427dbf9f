using System.Globalization;
using System.Net;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>KubernetesClient, with documents in place of its models: a criterion reads what the API server says and no more.</summary>
public sealed class KubernetesClientApi(DocumentClient client) : IKubernetesApi
{
    public static KubernetesClientApi Connect(KubeContext context) =>
        new(new DocumentClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(context.ConfigFile, context.Name)));

    public void Dispose() => client.Dispose();

    public async Task<string> Version(CancellationToken cancellationToken) =>
        (string)(await Ask(HttpMethod.Get, "/version", null, null, cancellationToken))["gitVersion"]!;

    public async Task<Resource?> Get(ResourceAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return Whole(address.Kind, await Ask(HttpMethod.Get, address.Path, null, null, cancellationToken));
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
        while (true)
        {
            // Each lost watch starts again from a list: whatever happened in between shows as a difference.
            var (version, items) = await Snapshot(kind, inNamespace, labelSelector, cancellationToken);
            foreach (var change in WatchMemory.Differences(known, items))
            {
                yield return change;
            }

            var path = $"{kind.Path(inNamespace)}?watch=true&timeoutSeconds=300&resourceVersion={version}{Selector("&", labelSelector)}";
            await foreach (var line in client.Lines(path, cancellationToken))
            {
                var told = JsonSerializer.Deserialize<JsonObject>(line)!;
                if (!Enum.TryParse<ResourceChangeKind>((string)told["type"]!, ignoreCase: true, out var what))
                {
                    break; // ERROR, most often 410: the version is too old to go on from.
                }

                var change = new ResourceChange(what, Whole(kind, (JsonObject)told["object"]!.DeepClone()));
                if (WatchMemory.Remember(known, change))
                {
                    yield return change;
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public async Task<Resource> Apply(ResourceKind kind, Resource resource, CancellationToken cancellationToken)
    {
        var path = $"{kind.Named(resource.Name, resource.Namespace).Path}?fieldManager=acceptance&force=true";
        return Whole(kind, await Ask(HttpMethod.Patch, path, resource.Document, "application/apply-patch+yaml", cancellationToken));
    }

    public async Task<Resource> Patch(ResourceAddress address, JsonObject mergePatch, CancellationToken cancellationToken) =>
        Whole(address.Kind, await Ask(HttpMethod.Patch, address.Path, mergePatch, "application/merge-patch+json", cancellationToken));

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
            await Ask(HttpMethod.Post, $"{ResourceKind.Pod.Named(pod, inNamespace).Path}/eviction", eviction, "application/json", cancellationToken);
            return true;
        }
        catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.TooManyRequests)
        {
            return false;
        }
    }

    public Task<string> Logs(string inNamespace, string pod, string? container, bool previous, CancellationToken cancellationToken)
    {
        var query = $"?previous={(previous ? "true" : "false")}{(container is null ? "" : $"&container={container}")}";
        return client.Send(HttpMethod.Get, $"{ResourceKind.Pod.Named(pod, inNamespace).Path}/log{query}", null, null, cancellationToken);
    }

    public async Task<HttpAnswer> GetFromPod(string inNamespace, string pod, int port, string path, CancellationToken cancellationToken)
    {
        try
        {
            var proxy = string.Create(CultureInfo.InvariantCulture, $"{ResourceKind.Pod.Path(inNamespace)}/http:{pod}:{port}/proxy{path}");
            return new HttpAnswer(200, await client.Send(HttpMethod.Get, proxy, null, null, cancellationToken));
        }
        catch (KubernetesApiException exception) when (exception.Status != 0)
        {
            return new HttpAnswer(exception.Status, exception.Message);
        }
    }

    public async Task<CommandResult> Exec(
        string inNamespace, string pod, string? container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var started = TimeProvider.System.GetTimestamp();
        var (output, error) = ("", "");
        try
        {
            var exitCode = await client.NamespacedPodExecAsync(
                pod,
                inNamespace,
                container,
                command,
                tty: false,
                async (_, standardOutput, standardError) =>
                {
                    var texts = await Task.WhenAll(
                        new StreamReader(standardOutput).ReadToEndAsync(cancellationToken), new StreamReader(standardError).ReadToEndAsync(cancellationToken));
                    (output, error) = (texts[0], texts[1]);
                },
                cancellationToken);
            return new CommandResult(exitCode, output, error, TimeProvider.System.GetElapsedTime(started));
        }
        catch (HttpOperationException exception)
        {
            throw DocumentClient.Refused(exception, $"exec in {inNamespace}/{pod}");
        }
        catch (KubernetesException exception)
        {
            throw new KubernetesApiException(exception.Status?.Code ?? 0, $"exec in {inNamespace}/{pod}", exception.Message, exception);
        }
    }

    private async Task<(string Version, IReadOnlyList<Resource> Items)> Snapshot(
        ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken)
    {
        var list = await Ask(HttpMethod.Get, kind.Path(inNamespace) + Selector("?", labelSelector), null, null, cancellationToken);
        var items = list["items"]!.AsArray().Select(item => Whole(kind, (JsonObject)item!.DeepClone()));
        return ((string)list["metadata"]!["resourceVersion"]!, [.. items]);
    }

    private async Task<JsonObject> Ask(HttpMethod method, string path, JsonObject? body, string? mediaType, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize<JsonObject>(await client.Send(method, path, body, mediaType, cancellationToken))!;

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
