using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using PlatformGitOps.KubeClient.Configuration;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.KubeClient;

/// <summary>Typed access to one API server. Every call throws <see cref="ApiException"/> when the server refuses.</summary>
public sealed partial class KubernetesClient : IDisposable
{
    private readonly ApiTransport _transport;
    private readonly ClusterConnection _connection;
    private readonly TimeProvider _time;

    public KubernetesClient(ClusterConnection connection, TimeProvider time)
    {
        _connection = connection;
        _time = time;
        _transport = new ApiTransport(connection);
    }

    /// <summary>The namespace of the context or pod.</summary>
    public string Namespace => _connection.Namespace;

    public Uri Server => _connection.Server;

    public void Dispose() => _transport.Dispose();

    public Task<T> GetAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellationToken, string? subresource = null)
        where T : class =>
        SendAsync(type, HttpMethod.Get, type.Path(name.Namespace, name.Name, subresource), null, cancellationToken);

    /// <summary>Null when there is no such object.</summary>
    public async Task<T?> FindAsync<T>(ResourceType<T> type, ObjectName name, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await GetAsync(type, name, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    public Task<T> CreateAsync<T>(ResourceType<T> type, string? ns, T body, CancellationToken cancellationToken)
        where T : class =>
        SendAsync(type, HttpMethod.Post, type.Path(ns), Content(JsonSerializer.Serialize(body, type.Json)), cancellationToken);

    /// <summary>Writes the whole object; with a resourceVersion in it a change in between is a conflict.</summary>
    public Task<T> ReplaceAsync<T>(
        ResourceType<T> type, ObjectName name, T body, CancellationToken cancellationToken, string? subresource = null)
        where T : class =>
        SendAsync(
            type,
            HttpMethod.Put,
            type.Path(name.Namespace, name.Name, subresource),
            Content(JsonSerializer.Serialize(body, type.Json)),
            cancellationToken);

    public Task<T> PatchAsync<T>(
        ResourceType<T> type, ObjectName name, Patch patch, CancellationToken cancellationToken, string? subresource = null)
        where T : class
    {
        var query = new QueryText().Add("fieldManager", patch.FieldManager).Add("force", patch.Force).ToString();
        return SendAsync(
            type,
            HttpMethod.Patch,
            type.Path(name.Namespace, name.Name, subresource) + query,
            Content(patch.Body.ToJsonString(), patch.ContentType),
            cancellationToken);
    }

    /// <summary>Posts to a subresource of an object, such as <c>eviction</c> or <c>token</c>, and gives the answer as JSON.</summary>
    public async Task<JsonObject> PostAsync<T>(
        ResourceType<T> type, ObjectName name, string subresource, JsonObject body, CancellationToken cancellationToken)
        where T : class
    {
        var path = type.Path(name.Namespace, name.Name, subresource);
        return await SendAsync(
            ResourceType.Untyped("", "v1", "status"), HttpMethod.Post, path, Content(body.ToJsonString()), cancellationToken);
    }

    /// <summary>False when there was nothing to delete.</summary>
    public async Task<bool> DeleteAsync<T>(
        ResourceType<T> type, ObjectName name, CancellationToken cancellationToken, DeleteOptions? options = null)
        where T : class
    {
        try
        {
            var body = (options ?? new DeleteOptions()).ToJson().ToJsonString();
            return await AskAsync(HttpMethod.Delete, type.Path(name.Namespace, name.Name), Content(body), (_, _) => Task.FromResult(true), cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return false;
        }
    }

    /// <summary>Any path of the server as text: <c>/version</c>, <c>/readyz</c>, discovery.</summary>
    public Task<string> GetTextAsync(string path, CancellationToken cancellationToken) =>
        AskAsync(HttpMethod.Get, path, null, (content, token) => content.ReadAsStringAsync(token), cancellationToken);

    private Task<T> SendAsync<T>(
        ResourceType<T> type, HttpMethod method, string path, Func<HttpContent>? content, CancellationToken cancellationToken)
        where T : class => AskAsync(
            method,
            path,
            content,
            async (answer, token) =>
            {
                try
                {
                    await using var stream = await answer.ReadAsStreamAsync(token);
                    return await JsonSerializer.DeserializeAsync(stream, type.Json, token) ?? throw Nonsense(method, path);
                }
                catch (JsonException)
                {
                    throw Nonsense(method, path);
                }
            },
            cancellationToken);

    /// <summary>One question and its answer, read within the request's time; watches and exec streams alone have none. A time-out of either kind is a <see cref="TimeoutException"/>.</summary>
    private async Task<T> AskAsync<T>(
        HttpMethod method, string path, Func<HttpContent>? content, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_connection.RequestTimeout);
        try
        {
            using var response = await _transport.SendAsync(Request(method, path, content), limit.Token);
            return await read(response.Content, limit.Token);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The handler ends a connection that is not made in time as if somebody had cancelled it.
            var what = limit.IsCancellationRequested ? $"no answer within {_connection.RequestTimeout.TotalSeconds} s" : $"no connection within {_connection.ConnectTimeout.TotalSeconds} s";
            throw new TimeoutException($"{method} {path.Split('?')[0]}: {what}", e);
        }
    }

    private static ApiException Nonsense(HttpMethod method, string path) =>
        new(HttpStatusCode.BadGateway, "NoJson", $"{method} {path}: the answer is not the JSON of an API server");

    private static Func<HttpContent> Content(string json, string mediaType = "application/json") => () =>
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        content.Headers.ContentType = new(mediaType);
        return content;
    };

    private Func<HttpRequestMessage> Request(HttpMethod method, string path, Func<HttpContent>? content) => () =>
    {
        var request = new HttpRequestMessage(method, _transport.Address(path)) { Content = content?.Invoke() };
        request.Headers.Accept.Add(new("application/json"));
        return request;
    };
}
