using k8s;
using k8s.Autorest;
using PlatformGitOps.Acceptance.Reaper;

namespace PlatformGitOps.Acceptance.Clusters;

public sealed record HttpAnswer(int Status, string Body);

/// <param name="status">HTTP status; 0 if the server did not answer.</param>
public sealed class KubernetesApiException(int status, string request, string message, Exception? inner = null)
    : Exception($"{request}: {(status == 0 ? "no answer" : status)} {message}", inner)
{
    public int Status { get; } = status;
    public string Request { get; } = request;

    /// <summary><c>details.causes[].reason</c> of the Status object.</summary>
    public IReadOnlyList<string> Causes { get; init; } = [];
}

/// <summary>
/// A cluster's API server. KubernetesClient handles connection, credentials, TLS and exec; objects are documents: the package's models
/// would normalise values that criteria and the drift report compare (a quantity of 1000 becomes 1k), and drop unknown fields.
/// </summary>
public sealed partial class KubernetesApi : IDisposable
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);
    private readonly DocumentClient client;

    private KubernetesApi(DocumentClient client) => this.client = client;

    /// <exception cref="k8s.Exceptions.KubeConfigException">The context cannot be used, or kubectl would read it differently.</exception>
    public static KubernetesApi Connect(KubeContext context)
    {
        KubeConfigGuard.Check(context);
        return new(new DocumentClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(context.ConfigFile, context.Name)));
    }

    public void Dispose() => client.Dispose();

    /// <summary>The server's version, such as v1.32.4.</summary>
    public async Task<string> Version(CancellationToken cancellationToken) =>
        (string)(await Request(HttpMethod.Get, "/version", null, null, cancellationToken))["gitVersion"]!;

    /// <summary>The resource, or null if it or its kind does not exist.</summary>
    public async Task<Resource?> Get(ResourceAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return Complete(address.Kind, await Request(HttpMethod.Get, address.Path, null, null, cancellationToken));
        }
        catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>All resources of a kind, in one namespace or, with null, in all of them.</summary>
    public async Task<IReadOnlyList<Resource>> List(
        ResourceKind kind, string? inNamespace, string? labelSelector, CancellationToken cancellationToken) =>
        (await Snapshot(kind, inNamespace, labelSelector, cancellationToken)).Items;

    public Task<Resource> ApplyNamespace(string name, CancellationToken cancellationToken) => Apply(
        ResourceKind.Namespace,
        new Resource(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Namespace", ["metadata"] = new JsonObject { ["name"] = name } }),
        cancellationToken);

    /// <summary>Server-side apply with the suite's field manager, which takes over fields of other managers.</summary>
    public async Task<Resource> Apply(ResourceKind kind, Resource resource, CancellationToken cancellationToken)
    {
        var path = $"{kind.Named(resource.Name, resource.Namespace).Path}?fieldManager=acceptance&force=true";
        return Complete(kind, await Request(HttpMethod.Patch, path, resource.Document, "application/apply-patch+yaml", cancellationToken));
    }

    /// <summary>JSON merge patch (RFC 7396).</summary>
    public async Task<Resource> Patch(ResourceAddress address, JsonObject mergePatch, CancellationToken cancellationToken) =>
        Complete(
            address.Kind,
            await Request(HttpMethod.Patch, address.Path, mergePatch, "application/merge-patch+json", cancellationToken));

    /// <summary>
    /// A strategic merge patch of the resource or a subresource as another user, as a server-side dry run. kubectl would read a subresource
    /// first, which needs another right than the patch.
    /// </summary>
    public Task TryPatch(
        ResourceAddress address, string? subresource, string user, string patch, CancellationToken cancellationToken) => Text(
        HttpMethod.Patch, $"{address.Path}{(subresource is null ? "" : "/" + subresource)}?dryRun=All", JsonNode.Parse(patch)!.AsObject(),
        "application/strategic-merge-patch+json", cancellationToken, user);

    /// <summary>Deletes with this grace period, or the resource's own; a missing resource is not an error.</summary>
    public async Task Delete(ResourceAddress address, TimeSpan? gracePeriod, CancellationToken cancellationToken)
    {
        var options = new JsonObject { ["propagationPolicy"] = "Background" };
        if (gracePeriod is { } grace)
        {
            options["gracePeriodSeconds"] = (int)grace.TotalSeconds;
        }

        try
        {
            await Request(HttpMethod.Delete, address.Path, options, "application/json", cancellationToken);
        }
        catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.NotFound)
        {
            // It does not exist, as intended.
        }
    }

    /// <summary>
    /// policy/v1 eviction: false if a PodDisruptionBudget refuses it, null if the API server is too busy. Both are 429; the cause tells.
    /// </summary>
    public async Task<bool?> Evict(string inNamespace, string pod, CancellationToken cancellationToken)
    {
        var eviction = new JsonObject
        {
            ["apiVersion"] = "policy/v1",
            ["kind"] = "Eviction",
            ["metadata"] = new JsonObject { ["name"] = pod, ["namespace"] = inNamespace },
        };
        try
        {
            var path = $"{ResourceKind.Pod.Named(pod, inNamespace).Path}/eviction";
            await Request(HttpMethod.Post, path, eviction, "application/json", cancellationToken);
            return true;
        }
        catch (KubernetesApiException exception) when (exception.Status == (int)HttpStatusCode.TooManyRequests)
        {
            return exception.Causes.Contains("DisruptionBudget") ? false : null;
        }
    }

    public Task<string> Logs(string inNamespace, string pod, string? container, bool previous, CancellationToken cancellationToken)
    {
        var query = $"?previous={(previous ? "true" : "false")}{(container is null ? "" : $"&container={container}")}";
        return Text(HttpMethod.Get, $"{ResourceKind.Pod.Named(pod, inNamespace).Path}/log{query}", null, null, cancellationToken);
    }

    /// <summary>GET on a port of a pod, through the API server's proxy.</summary>
    public async Task<HttpAnswer> GetFromPod(string inNamespace, string pod, int port, string path, CancellationToken cancellationToken)
    {
        try
        {
            var proxy = $"{ResourceKind.Pod.Path(inNamespace)}/http:{pod}:{port}/proxy{path}";
            return new HttpAnswer(200, await Text(HttpMethod.Get, proxy, null, null, cancellationToken));
        }
        catch (KubernetesApiException exception) when (exception.Status != 0)
        {
            return new HttpAnswer(exception.Status, exception.Message);
        }
    }

    /// <summary>Runs a program in a container (null: the pod's only one); the result includes its exit code.</summary>
    public async Task<ExecResult> Exec(
        string inNamespace, string pod, string? container, IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var request = $"exec in {inNamespace}/{pod}";
        var (output, error) = ("", "");
        try
        {
            var exitCode = await client.NamespacedPodExecAsync(pod, inNamespace, container, command, tty: false, Read, cancellationToken);
            return new ExecResult(exitCode, output, error);
        }
        catch (HttpOperationException exception)
        {
            throw Refused(exception, request);
        }
        catch (KubernetesException exception)
        {
            throw new KubernetesApiException(exception.Status?.Code ?? 0, request, exception.Message, exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or System.Net.WebSockets.WebSocketException)
        {
            throw new KubernetesApiException(0, request, exception.Message, exception);
        }

        async Task Read(Stream input, Stream standardOutput, Stream standardError)
        {
            var texts = await Task.WhenAll(
                new StreamReader(standardOutput).ReadToEndAsync(cancellationToken),
                new StreamReader(standardError).ReadToEndAsync(cancellationToken));
            (output, error) = (texts[0], texts[1]);
        }
    }

    private async Task<JsonObject> Request(
        HttpMethod method, string path, JsonObject? body, string? mediaType, CancellationToken cancellationToken) =>
        JsonSerializer.Deserialize<JsonObject>(await Text(method, path, body, mediaType, cancellationToken))!;

    private async Task<string> Text(
        HttpMethod method, string path, JsonObject? body, string? mediaType, CancellationToken cancellationToken, string? user = null)
    {
        using var deadline = new CancellationTokenSource(RequestTimeout, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var response = await client.Send(method, path, body, mediaType, user, either.Token);
            return await response.Content.ReadAsStringAsync(either.Token);
        }
        catch (HttpOperationException exception)
        {
            throw Refused(exception, $"{method} {path}");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new KubernetesApiException(0, $"{method} {path}", exception.Message, exception);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new KubernetesApiException(0, $"{method} {path}", $"within {RequestTimeout.TotalSeconds} s", exception);
        }
    }

    private static KubernetesApiException Refused(HttpOperationException exception, string request)
    {
        var body = exception.Response.Content ?? "";
        string[] causes = [];
        try
        {
            var status = JsonSerializer.Deserialize<JsonObject>(body);
            body = (string?)status?["message"] ?? body;
            causes = [.. (status?["details"]?["causes"] as JsonArray ?? []).Select(cause => (string?)cause?["reason"]).OfType<string>()];
        }
        catch (JsonException)
        {
            // Some refusals are not a Status object; then the text is the message.
        }

        return new KubernetesApiException((int)exception.Response.StatusCode, request, body, exception) { Causes = causes };
    }

    /// <summary>Items of a list have no kind.</summary>
    private static Resource Complete(ResourceKind kind, JsonObject document)
    {
        document["apiVersion"] ??= kind.ApiVersion;
        document["kind"] ??= kind.Kind;
        return new Resource(document);
    }
}
