using System.Text.Json;
using k8s;
using k8s.Autorest;

namespace PlatformGitOps.Controller.Api;

/// <summary>The package's client, with a time limit for each request and one exception type for refusals.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly ApiConnection _connection;
    private readonly Kubernetes _client;
    private readonly TimeProvider _time;

    public ApiClient(ApiConnection connection, TimeProvider time)
    {
        _connection = connection;
        _client = connection.CreateClient();
        _time = time;
    }

    /// <exception cref="ApiException">The server refused, or its answer is not the object.</exception>
    /// <exception cref="TimeoutException">The answer was not complete within the connection's time limit.</exception>
    public async Task<T> CallAsync<T>(Func<IKubernetes, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_connection.RequestTimeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await request(_client, either.Token);
        }
        catch (HttpOperationException e)
        {
            throw ApiException.From(e);
        }
        catch (JsonException e)
        {
            throw new ApiException(HttpStatusCode.BadGateway, $"the API server's answer is not the expected object ({e.Path})");
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The socket handler also reports a connect time-out as a cancellation.
            throw new TimeoutException(
                limit.IsCancellationRequested
                    ? $"no answer from the API server within {_connection.RequestTimeout.TotalSeconds} s"
                    : $"no connection to the API server within {_connection.ConnectTimeout.TotalSeconds} s",
                e);
        }
    }

    /// <summary>Returns null if the object does not exist.</summary>
    public async Task<T?> FindAsync<T>(Func<IKubernetes, CancellationToken, Task<T>> request, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await CallAsync(request, cancellationToken);
        }
        catch (ApiException e) when (e.IsNotFound)
        {
            return null;
        }
    }

    /// <summary>The answer's body as a stream. A watch of the package does not end when its connection does; see Watch.</summary>
    public async Task<HttpResponseMessage> OpenStreamAsync(string pathAndQuery, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_client.BaseUri, pathAndQuery))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
        };
        request.Options.Set(ApiHandler.IsStream, true);
        if (_client.Credentials is { } credentials)
        {
            await credentials.ProcessHttpRequestAsync(request, cancellationToken);
        }

        var serverName = _connection.Configuration.TlsServerName;
        request.Headers.Host = string.IsNullOrEmpty(serverName) ? null : serverName;
        var response = await _client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var status = ApiException.ReadStatus(await response.Content.ReadAsStringAsync(cancellationToken));
            throw ApiException.From(
                response.StatusCode, $"GET {request.RequestUri!.AbsolutePath}", status, response.Headers.RetryAfter?.Delta);
        }
    }

    public void Dispose() => _client.Dispose();
}

/// <summary>An unsuccessful answer of the API server, with the properties that callers need.</summary>
/// <remarks>The message consists of method, path and the server's own Status. Headers, and so tokens, are never part of it.</remarks>
internal sealed class ApiException(HttpStatusCode status, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>How long the server asks to wait (Retry-After).</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    public bool IsNotFound => Status == HttpStatusCode.NotFound;

    /// <summary>The object changed meanwhile, or already exists.</summary>
    public bool IsConflict => Status == HttpStatusCode.Conflict;

    /// <summary>The resourceVersion or continue token is older than what the server keeps: list again.</summary>
    public bool IsGone => Status == HttpStatusCode.Gone;

    public bool IsThrottled => Status == HttpStatusCode.TooManyRequests;

    public static ApiException From(HttpOperationException e)
    {
        TimeSpan? header = e.Response.Headers.TryGetValue("Retry-After", out var values)
            && int.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;
        return From(
            e.Response.StatusCode, $"{e.Request.Method} {e.Request.RequestUri?.AbsolutePath}", ReadStatus(e.Response.Content), header);
    }

    public static ApiException From(HttpStatusCode code, string request, V1Status? status, TimeSpan? retryAfter)
    {
        var wait = retryAfter ?? (status?.Details?.RetryAfterSeconds is { } seconds and > 0 ? TimeSpan.FromSeconds(seconds) : null);
        return new ApiException(code, $"{request}: {(int)code} {status?.Message ?? code.ToString()}", wait);
    }

    /// <summary>Null if the body is not a Status, for example from a proxy.</summary>
    public static V1Status? ReadStatus(string? body)
    {
        try
        {
            return string.IsNullOrEmpty(body) ? null : KubernetesJson.Deserialize<V1Status>(body);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException)
        {
            return null;
        }
    }
}
