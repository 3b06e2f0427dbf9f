using System.Collections.Immutable;
using System.Net.Mime;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace PlatformGitOps.Acceptance.Criteria.ExternalDns.Providers;

/// <summary>
/// Amazon Route 53, API version 2013-04-01, with a public and a private zone of the same name. It refuses the same changes as Route 53: of
/// a record that differs, of records with one name and different routing policies, of routing without a set identifier.
/// </summary>
internal sealed class Route53StandIn : ProviderStandIn
{
    private const string Public = "Z0PUBLIC";

    private const string Private = "Z0PRIVATE";

    private static readonly XNamespace Space = "https://route53.amazonaws.com/doc/2013-04-01/";

    /// <summary>The routing policies; a record has at most one.</summary>
    private static readonly string[] Ways = ["Weight", "Region", "Failover", "MultiValueAnswer", "GeoLocation", "GeoProximityLocation"];

    private readonly Dictionary<string, ImmutableDictionary<(string Name, string Type, string Id), XElement>> zones = new()
    {
        [Public] = Foreign.Select(Element).ToImmutableDictionary(Key),
        [Private] = ImmutableDictionary<(string, string, string), XElement>.Empty,
    };

    private readonly string keyId = $"AKIA{RandomNumberGenerator.GetHexString(16)}";

    private readonly string secretKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(30));

    public override string Provider => "aws";

    public override string Keys => "aws: { zoneType: public, region: eu-central-1 }";

    public override IReadOnlyDictionary<string, string> Secret => new Dictionary<string, string>
    {
        ["aws-access-key-id"] = keyId,
        ["aws-secret-access-key"] = secretKey,
    };

    public override IReadOnlyDictionary<string, string> Endpoint => new Dictionary<string, string> { ["AWS_ENDPOINT_URL_ROUTE_53"] = Url };

    /// <summary>The number of records in the private zone.</summary>
    public int PrivateRecords => zones[Private].Count;

    protected override IEnumerable<HeldRecord> Held => zones[Public].Values.Select(set => new HeldRecord(
        Text(set, "Name")!.TrimEnd('.'),
        Text(set, "Type")!,
        [.. set.Descendants(Space + "Value").Select(value => value.Value).Order(StringComparer.Ordinal)],
        int.Parse(Text(set, "TTL")!, CultureInfo.InvariantCulture),
        set.Elements().Where(part => part.Name.LocalName is not ("Name" or "Type" or "TTL" or "ResourceRecords"))
            .ToImmutableSortedDictionary(
                part => part.HasElements ? $"{part.Name.LocalName}.{part.Elements().First().Name.LocalName}" : part.Name.LocalName,
                part => part.Value)));

    protected override StandInAnswer Refusal => Error(
        StatusCodes.Status403Forbidden, "SignatureDoesNotMatch", "The signature is not the one that was calculated.");

    protected override bool Knows(HttpRequest request, string body) => AwsSignature.Holds(request, body, keyId, secretKey);

    protected override StandInAnswer Answer(HttpRequest request, string body) =>
        (request.Method, request.Path.Value!.Trim('/').Split('/')) switch
        {
            ("GET", ["2013-04-01", "hostedzone"]) => Xml("ListHostedZonesResponse",
                new XElement(Space + "HostedZones", ZoneElement(Public, false), ZoneElement(Private, true)), Last),
            ("GET", ["2013-04-01", "hostedzone", var zone, "rrset"]) when zones.TryGetValue(zone, out var sets) =>
                Xml("ListResourceRecordSetsResponse", new XElement(Space + "ResourceRecordSets", sets.Values.OrderBy(Sorted)), Last),
            ("POST", ["2013-04-01", "hostedzone", var zone, "rrset"]) when zones.ContainsKey(zone) => Change(zone, XDocument.Parse(body)),
            _ => Error(StatusCodes.Status404NotFound, "NoSuchHostedZone", $"{request.Method} {request.Path}"),
        };

    private static XElement Last => new(Space + "IsTruncated", "false");

    /// <summary>Applies all changes of a batch, or none.</summary>
    private StandInAnswer Change(string zone, XDocument batch)
    {
        var sets = zones[zone];
        foreach (var change in batch.Descendants(Space + "Change"))
        {
            var set = new XElement(change.Element(Space + "ResourceRecordSet")!);
            set.SetElementValue(Space + "Name", Text(set, "Name")!.TrimEnd('.').ToLowerInvariant() + ".");
            var (key, action) = (Key(set), Text(change, "Action"));
            var held = sets.GetValueOrDefault(key);
            var wrong = action switch
            {
                "CREATE" when held is not null => "it already exists",
                "DELETE" when held is null => "it was not found",
                "DELETE" when !XNode.DeepEquals(held, set) => "the values do not match the current values",
                "DELETE" => null,
                _ => Wrong(set, sets.Where(other => other.Key != key && other.Key.Name == key.Name && other.Key.Type == key.Type)
                    .Select(other => other.Value)),
            };
            if (wrong is not null)
            {
                Refuse($"{action} {key.Name} {key.Type} {key.Id}: {wrong}");
                return Error(StatusCodes.Status400BadRequest, "InvalidChangeBatch", Refused[^1]);
            }

            sets = action == "DELETE" ? sets.Remove(key) : sets.SetItem(key, set);
        }

        zones[zone] = sets;
        Changed();
        return Xml("ChangeResourceRecordSetsResponse", new XElement(Space + "ChangeInfo",
            new XElement(Space + "Id", "/change/C1"), new XElement(Space + "Status", "INSYNC"),
            new XElement(Space + "SubmittedAt", "2026-01-01T00:00:00Z")));
    }

    private static string? Wrong(XElement set, IEnumerable<XElement> others)
    {
        var way = Way(set);
        return set.Elements().Count(part => Ways.Contains(part.Name.LocalName)) > 1 ? "it is routed in two ways"
            : (way is null) != (Text(set, "SetIdentifier") is null) ? "a set identifier and a routing go together"
            : others.Any(other => Way(other) != way) ? "another record of this name and type is routed in another way"
            : Text(set, "Failover") == "PRIMARY" && Text(set, "HealthCheckId") is null
                ? "a primary that is not an alias has no health check"
            : way is "Region" or "Failover" && others.Any(other => Text(other, way) == Text(set, way)) ? $"another record has this {way}"
            : null;
    }

    private static string? Way(XElement set) => set.Elements().Select(part => part.Name.LocalName).FirstOrDefault(Ways.Contains);

    private static (string Name, string Type, string Id) Key(XElement set) =>
        (Text(set, "Name")!, Text(set, "Type")!, Text(set, "SetIdentifier") ?? "");

    private static string Sorted(XElement set) => $"{Key(set)}";

    private static XElement Element(HeldRecord record) => new(Space + "ResourceRecordSet",
        new XElement(Space + "Name", record.Name + "."),
        new XElement(Space + "Type", record.Type),
        new XElement(Space + "TTL", record.Ttl),
        new XElement(Space + "ResourceRecords", record.Values.Select(value =>
            new XElement(Space + "ResourceRecord", new XElement(Space + "Value", value)))));

    private static XElement ZoneElement(string id, bool ofNetwork) => new(Space + "HostedZone",
        new XElement(Space + "Id", $"/hostedzone/{id}"), new XElement(Space + "Name", Zone + "."),
        new XElement(Space + "CallerReference", id),
        new XElement(Space + "Config", new XElement(Space + "PrivateZone", ofNetwork ? "true" : "false")));

    private static string? Text(XElement parent, string name) => parent.Element(Space + name)?.Value;

    private static StandInAnswer Error(int status, string code, string message) => Xml(status, "ErrorResponse",
        new XElement(Space + "Error", new XElement(Space + "Type", "Sender"), new XElement(Space + "Code", code),
            new XElement(Space + "Message", message)), new XElement(Space + "RequestId", "1"));

    private static StandInAnswer Xml(string name, params XElement[] parts) => Xml(StatusCodes.Status200OK, name, parts);

    private static StandInAnswer Xml(int status, string name, params XElement[] parts) =>
        new(status, MediaTypeNames.Text.Xml, new XElement(Space + name, parts).ToString(SaveOptions.DisableFormatting));
}
