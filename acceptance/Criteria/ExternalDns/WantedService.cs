namespace PlatformGitOps.Acceptance.Criteria.ExternalDns;

/// <summary>A Service that requests a name from External-DNS.</summary>
internal static class WantedService
{
    /// <param name="name">The Service's name.</param>
    /// <param name="address">The record's address; null for an alias.</param>
    /// <param name="ttl">The record's TTL in seconds; null for none.</param>
    /// <param name="hostname">The requested name, relative to the zone.</param>
    /// <param name="prefixes">The prefixes of the annotations, each with the same request.</param>
    /// <param name="zone">The zone of the name.</param>
    /// <param name="place">The Service's namespace.</param>
    public static JsonObject Of(
        string name, string? address, int? ttl, string hostname, IEnumerable<string> prefixes, string zone = ZoneServer.Zone,
        string place = "default")
    {
        var annotations =
            from prefix in prefixes
            from wish in new[]
            {
                ("hostname", $"{hostname}.{zone}"), ("target", address), ("ttl", ttl?.ToString(CultureInfo.InvariantCulture)),
            }
            where wish.Item2 is not null
            select KeyValuePair.Create(prefix + wish.Item1, (JsonNode?)wish.Item2);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Service",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = place,
                ["labels"] = new JsonObject { ["test"] = "external-dns" },
                ["annotations"] = new JsonObject(annotations),
            },
            ["spec"] = address is null
                ? new JsonObject { ["type"] = "ExternalName", ["externalName"] = "target.example.net" }
                : new JsonObject { ["type"] = "LoadBalancer", ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }) },
        };
    }

    /// <summary>Removes all of them.</summary>
    public static async Task RemoveAll(KubernetesApi api, CancellationToken cancellationToken)
    {
        foreach (var service in await api.List(ResourceKind.Service, "default", "test=external-dns", cancellationToken))
        {
            await api.Delete(ResourceKind.Service.Named(service.Name, "default"), null, cancellationToken);
        }
    }
}
