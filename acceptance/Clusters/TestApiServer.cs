using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>An API server of a test, with objects by their paths.</summary>
internal sealed class TestApiServer : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("api-server-").FullName;
    private WebApplication? web;

    public ConcurrentDictionary<string, string> Objects { get; } = new();

    /// <summary>The paths that the user may neither read nor write.</summary>
    public IReadOnlyCollection<string> Forbidden { get; set; } = [];

    /// <summary>Answers each request, such as <c>GET /api/v1/nodes</c>, with a body in place of the objects.</summary>
    public Func<string, string>? Respond { get; init; }

    /// <summary>The requests in their order; those with a body have it after the path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Runs before each request is answered.</summary>
    public Action<HttpRequest> Asked { get; set; } = _ => { };

    /// <summary>All requests that change something: the method and the path.</summary>
    public ConcurrentQueue<string> Writes { get; } = new();

    public KubeContext Context => new(Path.Combine(folder, "kubeconfig"), "somewhere");

    public async Task Start(CancellationToken cancellationToken)
    {
        web = await LocalWeb.Start("127.0.0.1", 0, Answer, cancellationToken);
        await File.WriteAllTextAsync(Context.ConfigFile, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{ name: c, cluster: { server: "{{web.Urls.First()}}" } }]
            users: [{ name: u, user: { token: t } }]
            contexts: [{ name: {{Context.Name}}, context: { cluster: c, user: u } }]
            """, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        if (web is not null)
        {
            await web.DisposeAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task Answer(HttpContext context)
    {
        var (method, path) = (context.Request.Method, context.Request.Path.Value!);
        Asked(context.Request);
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        Requests.Enqueue($"{method} {path} {body}".TrimEnd());
        context.Response.ContentType = "application/json";
        if (Respond is not null)
        {
            await context.Response.WriteAsync(Respond($"{method} {path}"));
            return;
        }

        if (method != "GET")
        {
            Writes.Enqueue($"{method} {path}");
        }

        if (method == "PATCH")
        {
            var isMerge = context.Request.ContentType?.StartsWith("application/merge-patch", StringComparison.Ordinal) == true;
            Objects.AddOrUpdate(path, body, (_, there) => isMerge ? Merged(there, body) : body);
        }

        var found = method == "DELETE" ? Objects.TryRemove(path, out var text) : Objects.TryGetValue(path, out text);
        context.Response.StatusCode = Forbidden.Contains(path) ? 403 : found ? 200 : 404;
        await context.Response.WriteAsync(context.Response.StatusCode == 200 ? text! : "{}");
    }

    /// <summary>A field of a part replaces the one that is there.</summary>
    private static string Merged(string there, string patch)
    {
        var merged = JsonNode.Parse(there)!.AsObject();
        foreach (var (part, fields) in JsonNode.Parse(patch)!.AsObject())
        {
            foreach (var (name, value) in fields!.AsObject())
            {
                (merged[part] ??= new JsonObject())[name] = value?.DeepClone();
            }
        }

        return merged.ToJsonString();
    }
}
