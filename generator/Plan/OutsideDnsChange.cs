using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>Geographic routing answers clients outside: a parent zone delegates to the address of its Service.</summary>
internal static class OutsideDnsChange
{
    private const string Delegation = "the parent zone delegates to its address, and clients outside would get no answer. Take the "
        + "delegation away first, and wait for its TTL";

    /// <summary>Why the Service or the server may not be deleted yet; null for another object.</summary>
    public static string? Missing(ResourceId gone) =>
        gone is { Namespace: GeoDnsNames.Namespace, Name: GeoDnsNames.Name, Kind: "Service" or "Deployment" } ? Delegation : null;

    /// <summary>The address or zone that is lost, in a sentence; null for none.</summary>
    public static string? Lost(Manifest old, Inventory before, Manifest now, Inventory after)
    {
        if (now is not { Namespace: GeoDnsNames.Namespace, Name: GeoDnsNames.Name })
        {
            return null;
        }

        if (now is { Kind: "Service", Group: "" })
        {
            var (type, next) = (old.Body.TextAt("spec", "type"), now.Body.TextAt("spec", "type"));
            return type != next && (type == "LoadBalancer" || (type == "NodePort" && next != "LoadBalancer"))
                ? $"the Service gives up its {(type == "LoadBalancer" ? "address outside" : "port of the nodes")}: {Delegation}" : null;
        }

        return now.Kind == "Deployment" && Zone(old, before) is { } zone && Zone(now, after) is var other && other != zone
            ? $"no name below {zone} is answered anymore: move the delegation first, or keep the zone in another cluster" : null;
    }

    /// <summary>The zone that a server has, from the ConfigMap that its pods mount.</summary>
    private static string? Zone(Manifest deployment, Inventory inventory) => deployment.Body
        .MappingsAt("spec", "template", "spec", "volumes").Select(volume => volume.TextAt("configMap", "name")).OfType<string>()
        .Select(name => inventory.Find("ConfigMap", GeoDnsNames.Namespace, name)?.TextAt("data", GeoDnsNames.WriterConfig))
        .OfType<string>()
        .Select(text => YamlReader.Read("", text, YamlOptions.Tree).Documents.OfType<Mapping>().FirstOrDefault()
            ?.TextAt("zone"))
        .FirstOrDefault(zone => zone is not null);
}
