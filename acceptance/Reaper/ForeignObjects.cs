using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using k8s.Autorest;

namespace PlatformGitOps.Acceptance.Reaper;

/// <summary>Requests with documents instead of KubernetesClient's models: its protected method is the only one for that.</summary>
public sealed class DocumentClient(KubernetesClientConfiguration configuration) : Kubernetes(configuration)
{
    /// <summary>Sends a request, as another user if one is named.</summary>
    /// <exception cref="HttpOperationException">The server refuses the request.</exception>
    public Task<HttpResponseMessage> Send(
        HttpMethod method, string path, JsonObject? body, string? mediaType, string? user, CancellationToken cancellationToken)
    {
        var content = body?.ToJsonString() ?? "";
        var request = new HttpRequestMessage(method, new Uri(BaseUri, path));
        if (body is not null)
        {
            request.Content = new StringContent(content, Encoding.UTF8, mediaType!);
        }

        if (user is not null)
        {
            request.Headers.Add("Impersonate-User", user);
        }

        return SendRequestRaw(content, request, cancellationToken);
    }
}

/// <summary>What a run makes in a cluster that existed before it.</summary>
/// <param name="ConfigFile">The path of the kubeconfig.</param>
/// <param name="Context">Its context of the cluster.</param>
/// <param name="Lease">The path of the Lease with the id of the session that may remove the objects.</param>
/// <param name="Paths">The objects in the order of their removal, the Lease's namespace last.</param>
public sealed record ForeignObjects(string ConfigFile, string Context, string Lease, IReadOnlyList<string> Paths)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <summary>Removes the objects, unless another session holds the Lease: that run goes on, and uses them.</summary>
    /// <returns>The error; null if no object of this session is left.</returns>
    internal async Task<string?> Remove(string session, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(Limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            using var client = new DocumentClient(KubernetesClientConfiguration.BuildConfigFromConfigFile(ConfigFile, Context));
            return await Holder(client, either.Token) == session ? await Remove(client, either.Token) : null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            // Of the kubeconfig alone the kind: a message could quote a line with a token.
            return Said(exception switch
            {
                OperationCanceledException => $"no answer within {Limit.TotalSeconds} s",
                HttpOperationException or HttpRequestException => exception.Message,
                _ => exception.GetType().Name,
            });
        }
    }

    private async Task<string?> Remove(DocumentClient client, CancellationToken cancellationToken)
    {
        List<string> refused = [];
        foreach (var path in Paths)
        {
            try
            {
                var options = new JsonObject { ["propagationPolicy"] = "Background" };
                using var answer = await client.Send(HttpMethod.Delete, path, options, "application/json", null, cancellationToken);
            }
            catch (HttpOperationException exception) when (exception.Response.StatusCode == HttpStatusCode.NotFound)
            {
                // It was not made, or is removed.
            }
            catch (HttpOperationException exception)
            {
                refused.Add($"{path} ({(int)exception.Response.StatusCode})");
            }
        }

        return refused.Count == 0 ? null : Said($"the server does not delete {string.Join(", ", refused)}");
    }

    /// <summary>Null if the Lease does not exist: whoever had it has removed the objects.</summary>
    private async Task<string?> Holder(DocumentClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.Send(HttpMethod.Get, Lease, null, null, null, cancellationToken);
            var lease = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return (string?)lease?["spec"]?["holderIdentity"];
        }
        catch (HttpOperationException exception) when (exception.Response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    private string Said(string problem) => $"the suite's objects in the cluster of the context '{Context}': {problem}";
}
