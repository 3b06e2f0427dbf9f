using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>A webhook provider in a second container: version 1 of External-DNS's webhook API.</summary>
internal sealed class WebhookStandIn : ProviderStandIn
{
    private const string Form = "application/external.dns.webhook+json;version=1";

    private readonly Dictionary<(string Name, string Type), JsonObject> endpoints = Foreign.Select(record => new JsonObject
    {
        ["dnsName"] = record.Name,
        ["recordType"] = record.Type,
        ["recordTTL"] = record.Ttl,
        ["targets"] = new JsonArray([.. record.Values.Select(value => (JsonNode)value)]),
    }).ToDictionary(Key);

    public override string Provider => "webhook";

    public override string Keys => "webhook: { image: 'registry.example.com/webhook:1.0.0' }";

    public override IReadOnlyDictionary<string, string> Secret => new Dictionary<string, string>();

    /// <summary>Empty: the tree has it as an argument, with the pod's port.</summary>
    public override IReadOnlyDictionary<string, string> Endpoint => new Dictionary<string, string>();

    /// <summary>The argument with the stand-in's port.</summary>
    public string Argument => $"--webhook-provider-url={Url}";

    protected override IEnumerable<HeldRecord> Held => endpoints.Select(pair => new HeldRecord(pair.Key.Name, pair.Key.Type,
        [.. pair.Value["targets"]!.AsArray().Select(target => (string)target!)], (int?)pair.Value["recordTTL"] ?? 0));

    protected override StandInAnswer Refusal => new(StatusCodes.Status403Forbidden, Form, "");

    /// <summary>The containers of a pod use no credentials.</summary>
    protected override bool Knows(HttpRequest request, string body) => true;

    protected override StandInAnswer Answer(HttpRequest request, string body)
    {
        switch (request.Method, request.Path.Value)
        {
            case ("GET", "/"):
                return new StandInAnswer(StatusCodes.Status200OK, Form, $$"""{"include":["{{Zone}}"]}""");
            case ("GET", "/records"):
                return new StandInAnswer(StatusCodes.Status200OK, Form,
                    new JsonArray([.. endpoints.Values.Select(endpoint => endpoint.DeepClone())]).ToJsonString());
            case ("POST", "/adjustendpoints"):
                return new StandInAnswer(StatusCodes.Status200OK, Form, body);
            case ("POST", "/records"):
                Apply((JsonObject)JsonNode.Parse(body)!);
                Changed();
                return new StandInAnswer(StatusCodes.Status204NoContent, Form, "");
            default:
                return new StandInAnswer(StatusCodes.Status404NotFound, Form, "");
        }
    }

    private void Apply(JsonObject changes)
    {
        foreach (var endpoint in Of("updateOld").Concat(Of("delete")))
        {
            endpoints.Remove(Key(endpoint));
        }

        foreach (var endpoint in Of("create").Concat(Of("updateNew")))
        {
            endpoints[Key(endpoint)] = (JsonObject)endpoint.DeepClone();
        }

        // The first letters of names are upper or lower case, depending on the version.
        IEnumerable<JsonObject> Of(string name) =>
            changes.FirstOrDefault(pair => string.Equals(pair.Key, name, StringComparison.OrdinalIgnoreCase)).Value is JsonArray items
                ? items.OfType<JsonObject>() : [];
    }

    private static (string Name, string Type) Key(JsonObject endpoint) =>
        ((string)endpoint["dnsName"]!, (string)endpoint["recordType"]!);
}
