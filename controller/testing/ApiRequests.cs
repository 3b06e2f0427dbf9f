using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Controller.Testing;

/// <summary>Answers the requests of a <see cref="FakeApiServer"/>.</summary>
internal sealed class ApiRequests(FakeApiServer server)
{
    /// <summary>A second writer with the same version is refused, even in parallel.</summary>
    private readonly Lock _writing = new();

    public async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        server.Log.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        if (await server.Intercept(context))
        {
            return;
        }

        if (ResourcePath.Parse(request.Path) is not { } path)
        {
            await StatusAsync(context, 404, "NotFound", $"no such path {request.Path}");
            return;
        }

        await (request.Method switch
        {
            "GET" when path.Name is not null => GetAsync(context, path),
            "GET" when request.Query["watch"] == "1" => new WatchResponse(server, context, path).RunAsync(),
            "GET" => ListAsync(context, path),
            "POST" => CreateAsync(context, path),
            "PATCH" => PatchAsync(context, path),
            "DELETE" => DeleteAsync(context, path),
            _ => StatusAsync(context, 405, "MethodNotAllowed", request.Method),
        });
    }

    public static async Task JsonAsync(HttpContext context, int code, JsonObject body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(body.ToJsonString(), context.RequestAborted);
    }

    public static Task StatusAsync(HttpContext context, int code, string reason, string message) =>
        JsonAsync(context, code, Status(code, reason, message));

    public static JsonObject Status(int code, string reason, string message) => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["status"] = code < 400 ? "Success" : "Failure",
        ["message"] = message,
        ["reason"] = reason,
        ["code"] = code,
    };

    private static async Task<JsonNode> BodyAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        return JsonNode.Parse(await reader.ReadToEndAsync(context.RequestAborted))!;
    }

    private static Task NotFoundAsync(HttpContext context, ResourcePath path) =>
        StatusAsync(context, 404, "NotFound", $"{path.Plural} \"{path.Name}\" not found");

    private Task GetAsync(HttpContext context, ResourcePath path) =>
        server.Store.Find(path.Plural, path.Namespace, path.Name!) is { } item
            ? JsonAsync(context, 200, item)
            : NotFoundAsync(context, path);

    private async Task ListAsync(HttpContext context, ResourcePath path)
    {
        var query = context.Request.Query;
        var version = server.Store.Version;
        var selector = query["labelSelector"].ToString();
        var (offset, expired) = Offset(query["continue"].ToString());
        if (expired)
        {
            await StatusAsync(context, 410, "Expired", "The provided continue parameter is too old");
            return;
        }

        var limit = int.TryParse(query["limit"], CultureInfo.InvariantCulture, out var parsed) ? parsed : int.MaxValue;
        var (page, rest) = server.Store.Page(path.Plural, path.Namespace, item => Selected(item, selector), offset, limit);
        var meta = new JsonObject { ["resourceVersion"] = version.ToString(CultureInfo.InvariantCulture) };
        if (rest > 0)
        {
            meta["continue"] = $"{version}.{offset + page.Count}";
            meta["remainingItemCount"] = rest;
        }

        await JsonAsync(context, 200, new() { ["metadata"] = meta, ["items"] = new JsonArray([.. page]) });
    }

    private (int Offset, bool Expired) Offset(string token) =>
        token.Split('.') is [var version, var offset]
            ? (int.Parse(offset, CultureInfo.InvariantCulture), server.Store.IsCompacted(long.Parse(version, CultureInfo.InvariantCulture)))
            : (0, false);

    internal static bool Selected(JsonObject item, string selector) =>
        selector.Length == 0 || selector.Split(',').Select(term => term.Split('=')).All(term =>
            item["metadata"]?["labels"]?[term[0]]?.GetValue<string>() == term[^1]);

    private async Task CreateAsync(HttpContext context, ResourcePath path)
    {
        var body = (await BodyAsync(context)).AsObject();
        var meta = body["metadata"]!.AsObject();
        meta["namespace"] ??= path.Namespace;
        meta["name"] ??= $"{meta["generateName"]}{Guid.NewGuid():N}";
        JsonObject? stored;
        lock (_writing)
        {
            var exists = server.Store.Find(path.Plural, path.Namespace, meta["name"]!.GetValue<string>()) is not null;
            stored = exists ? null : server.Store.Put(path.Plural, body);
        }

        await (stored is null
            ? StatusAsync(context, 409, "AlreadyExists", $"{path.Plural} \"{meta["name"]}\" already exists")
            : JsonAsync(context, 201, stored));
    }

    private async Task PatchAsync(HttpContext context, ResourcePath path)
    {
        var body = await BodyAsync(context);
        var type = context.Request.ContentType ?? "";
        if (type.StartsWith("application/apply-patch", StringComparison.Ordinal)
            && server.Store.Find(path.Plural, path.Namespace, path.Name!) is null)
        {
            await JsonAsync(context, 201, server.Store.Put(path.Plural, body.AsObject()));
            return;
        }

        var byType = type.StartsWith("application/strategic-merge-patch+json", StringComparison.Ordinal);
        await StoreAsync(context, path, old => Patching.Merge(old, body.AsObject(), byType));
    }

    private async Task StoreAsync(HttpContext context, ResourcePath path, Func<JsonObject, JsonObject> change)
    {
        JsonObject? old, stored = null;
        lock (_writing)
        {
            old = server.Store.Find(path.Plural, path.Namespace, path.Name!);
            var version = old?["metadata"]!["resourceVersion"]!.GetValue<string>();
            var changed = old is null ? null : change(old.DeepClone().AsObject());
            var conflict = changed?["metadata"]?["resourceVersion"]?.GetValue<string>() is { Length: > 0 } wanted && wanted != version;
            stored = changed is null || conflict ? null : server.Store.Put(path.Plural, changed);
        }

        await (old is null ? NotFoundAsync(context, path)
            : stored is null
            ? StatusAsync(context, 409, "Conflict", "the object has been modified; please apply your changes to the latest version")
            : JsonAsync(context, 200, stored));
    }

    private Task DeleteAsync(HttpContext context, ResourcePath path) =>
        server.Store.Remove(path.Plural, path.Namespace, path.Name!) is null
            ? NotFoundAsync(context, path)
            : StatusAsync(context, 200, "", "deleted");
}

/// <summary>The parts of a path such as <c>/apis/apps/v1/namespaces/shop/deployments/web/scale</c>.</summary>
internal sealed record ResourcePath
{
    public required string Plural { get; init; }
    public string? Namespace { get; init; }
    public string? Name { get; init; }
    public string? Subresource { get; init; }

    public static ResourcePath? Parse(string path)
    {
        var parts = path.Trim('/').Split('/');
        var rest = parts switch
        {
            ["api", _, .. var core] => core,
            ["apis", _, _, .. var group] => group,
            _ => [],
        };
        return rest switch
        {
            ["namespaces", var ns, var plural, .. var item] => Item(plural, ns, item),
            [var plural, .. var item] => Item(plural, null, item),
            _ => null,
        };
    }

    private static ResourcePath Item(string plural, string? ns, string[] item) => new()
    {
        Plural = plural,
        Namespace = ns,
        Name = item.Length > 0 ? Uri.UnescapeDataString(item[0]) : null,
        Subresource = item.Length > 1 ? string.Join('/', item[1..]) : null,
    };
}
