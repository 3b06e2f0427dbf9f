using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;
using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Adapters;

/// <summary>KubernetesClient's connection and credentials, for requests that its typed operations do not offer for every kind.</summary>
public sealed class DocumentClient(KubernetesClientConfiguration configuration) : Kubernetes(configuration)
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    public async Task<string> Send(HttpMethod method, string path, JsonObject? body, string? mediaType, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(RequestTimeout);
        try
        {
            using var response = await Ask(method, path, body, mediaType, limit.Token);
            return await response.Content.ReadAsStringAsync(limit.Token);
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

    /// <summary>The lines of an answer that goes on; a connection that breaks ends them.</summary>
    public async IAsyncEnumerable<string> Lines(string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await Open(path, cancellationToken);
        if (response is null)
        {
            yield break;
        }

        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken));
        while (await Line(reader, cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    public static KubernetesApiException Refused(HttpOperationException exception, string request)
    {
        var body = exception.Response.Content ?? "";
        try
        {
            body = (string?)JsonSerializer.Deserialize<JsonObject>(body)?["message"] ?? body;
        }
        catch (JsonException)
        {
            // Not every refusal is a Status object; the text itself then says what is wrong.
        }

        return new KubernetesApiException((int)exception.Response.StatusCode, request, body, exception);
    }

    private async Task<HttpResponseMessage?> Open(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await Ask(HttpMethod.Get, path, null, null, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpOperationException or HttpRequestException)
        {
            return null;
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

    private Task<HttpResponseMessage> Ask(HttpMethod method, string path, JsonObject? body, string? mediaType, CancellationToken cancellationToken)
    {
        var content = body?.ToJsonString() ?? "";
        var request = new HttpRequestMessage(method, new Uri(BaseUri, path));
        if (body is not null)
        {
            request.Content = new StringContent(content, Encoding.UTF8, mediaType!);
        }

        return SendRequestRaw(content, request, cancellationToken);
    }
}
