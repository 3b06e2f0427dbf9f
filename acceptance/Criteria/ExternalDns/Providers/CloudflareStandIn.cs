using System.Net.Mime;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>Cloudflare's API, version 4, with one zone. A record has one value, and there are no duplicates.</summary>
internal sealed class CloudflareStandIn : ProviderStandIn
{
    private const string ZoneId = "023e105f4ecef8ad9ca31a8372d0c353";

    private const string Path = "/client/v4/";

    /// <summary>The TTL of proxied records, which Cloudflare sets.</summary>
    private const int Automatic = 1;

    private readonly string token = RandomNumberGenerator.GetHexString(40);

    private readonly Dictionary<string, JsonObject> records = [];

    public CloudflareStandIn()
    {
        foreach (var record in Foreign)
        {
            Put(null, new JsonObject
            {
                ["name"] = record.Name,
                ["type"] = record.Type,
                ["content"] = record.Values[0],
                ["ttl"] = record.Ttl,
                ["proxied"] = false,
            });
        }
    }

    public override string Provider => "cloudflare";

    public override string Keys => "cloudflare: { proxied: true }";

    public override IReadOnlyDictionary<string, string> Secret => new Dictionary<string, string> { ["cloudflare-api-token"] = token };

    public override IReadOnlyDictionary<string, string> Endpoint =>
        new Dictionary<string, string> { ["CLOUDFLARE_BASE_URL"] = $"{Url}{Path}" };

    /// <summary>Cloudflare answers for a proxied name with its own addresses.</summary>
    public override int Kept(int ttl) => Automatic;

    /// <summary>The names that are proxied through Cloudflare.</summary>
    public IEnumerable<string> Proxied => records.Values.Where(record => (bool)record["proxied"]!).Select(record => Text(record, "name"));

    protected override IEnumerable<HeldRecord> Held => records.Values
        .GroupBy(record => (Name: Text(record, "name"), Type: Text(record, "type")))
        .Select(set => new HeldRecord(set.Key.Name, set.Key.Type, [.. set.Select(record => Text(record, "content"))],
            set.Min(record => (int)record["ttl"]!)));

    protected override StandInAnswer Refusal => Error(StatusCodes.Status403Forbidden, "Invalid API token");

    protected override bool Knows(HttpRequest request, string body) => request.Headers.Authorization == $"Bearer {token}";

    protected override StandInAnswer Answer(HttpRequest request, string body) =>
        (request.Method, request.Path.Value!.Replace(Path, "").Split('/')) switch
        {
            ("GET", ["zones"]) => Page(request, [ZoneObject()]),
            ("GET", ["zones", ZoneId]) => Result(ZoneObject()),
            ("GET", ["zones", ZoneId, "dns_records"]) => Page(request, records.Values.Select(record => record.DeepClone())),
            ("POST", ["zones", ZoneId, "dns_records", "batch"]) => Batch((JsonObject)JsonNode.Parse(body)!),
            ("POST", ["zones", ZoneId, "dns_records"]) => Batch(new JsonObject { ["posts"] = new JsonArray(JsonNode.Parse(body)) }),
            _ => Error(StatusCodes.Status404NotFound, $"{request.Method} {request.Path}"),
        };

    private StandInAnswer Batch(JsonObject batch)
    {
        // Cloudflare's own order.
        var deletes = Items(batch, "deletes").ToArray();
        var puts = Items(batch, "puts").ToArray();
        if (deletes.Concat(puts).FirstOrDefault(record => !records.ContainsKey(Text(record, "id"))) is { } unknown)
        {
            return Error(StatusCodes.Status404NotFound, $"no record {unknown["id"]}");
        }

        var gone = deletes.Concat(puts).Select(record => Text(record, "id")).ToHashSet();
        var stay = records.Where(held => !gone.Contains(held.Key)).Select(held => held.Value).ToArray();
        if (Items(batch, "posts").FirstOrDefault(record => stay.Any(held => Same(held, record))) is { } twice)
        {
            Refuse($"{Text(twice, "name")} {Text(twice, "type")}: an identical record already exists");
            return Error(StatusCodes.Status400BadRequest, Refused[^1]);
        }

        foreach (var record in deletes)
        {
            records.Remove(Text(record, "id"));
        }

        foreach (var record in puts)
        {
            Put(Text(record, "id"), record);
        }

        foreach (var record in Items(batch, "posts"))
        {
            Put(null, record);
        }

        Changed();
        return Result(new JsonObject
        {
            ["deletes"] = new JsonArray(),
            ["patches"] = new JsonArray(),
            ["puts"] = new JsonArray(),
            ["posts"] = new JsonArray(),
        });
    }

    private void Put(string? id, JsonObject record)
    {
        var key = id ?? $"{records.Count:x8}{RandomNumberGenerator.GetHexString(24, true)}";
        var held = (JsonObject)record.DeepClone();
        held["id"] = key;
        if ((bool?)held["proxied"] == true)
        {
            held["ttl"] = Automatic;
        }

        records[key] = held;
    }

    private static IEnumerable<JsonObject> Items(JsonObject batch, string name) =>
        batch[name] is JsonArray items ? items.OfType<JsonObject>() : [];

    private static bool Same(JsonObject one, JsonObject other) =>
        new[] { "name", "type", "content" }.All(part => Text(one, part) == Text(other, part));

    private static string Text(JsonObject record, string name) => (string)record[name]!;

    private static JsonObject ZoneObject() => new()
    {
        ["id"] = ZoneId,
        ["name"] = Zone,
        ["status"] = "active",
        ["plan"] = new JsonObject { ["is_subscribed"] = false },
    };

    /// <summary>Everything is on the first page; a client requests pages until one is empty.</summary>
    private static StandInAnswer Page(HttpRequest request, IEnumerable<JsonNode> items)
    {
        var page = int.TryParse(request.Query["page"], CultureInfo.InvariantCulture, out var asked) ? asked : 1;
        return Result(new JsonArray([.. page == 1 ? items : []]), new JsonObject { ["page"] = page, ["per_page"] = 100 });
    }

    private static StandInAnswer Result(JsonNode result, JsonObject? page = null) => new(
        StatusCodes.Status200OK, MediaTypeNames.Application.Json, new JsonObject
        {
            ["success"] = true,
            ["errors"] = new JsonArray(),
            ["messages"] = new JsonArray(),
            ["result"] = result,
            ["result_info"] = page,
        }.ToJsonString());

    private static StandInAnswer Error(int status, string message) => new(
        status, MediaTypeNames.Application.Json, new JsonObject
        {
            ["success"] = false,
            ["errors"] = new JsonArray(new JsonObject { ["code"] = 9109, ["message"] = message }),
            ["messages"] = new JsonArray(),
            ["result"] = null,
        }.ToJsonString());
}
