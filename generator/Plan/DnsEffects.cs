using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;
using PlatformGitOps.Generator.Apps.GeoDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// The effects on DNS of objects that Flux deletes or changes. To add a rule, write a function and add it to one of the lists.
/// </summary>
internal static class DnsEffects
{
    private const string Delegation = "the parent zone delegates to its address, and clients outside would get no answer. Take the "
        + "delegation away first, and wait for its TTL";

    /// <summary>Each returns why Flux must not delete an object yet; null if it may, or for another object.</summary>
    private static readonly Func<Managed, Inventory, Inventory, string?>[] Deletions =
    [
        (gone, _, after) => ControllerDeleted(gone.Id, after),
        (gone, before, _) => NodeCacheEffects.OfDeletion(gone.Manifest, before),
        (gone, _, _) => OutsideDnsDeleted(gone.Id),
    ];

    /// <summary>Each returns what a change removes, as a sentence; null for nothing.</summary>
    private static readonly Func<Manifest, Inventory, Manifest, Inventory, string?>[] Changes =
    [
        (old, before, now, _) => ReleaseChange.IsCoreDns(old, before)
            ? ReleaseChange.Unserved(old, now) ?? ReleaseChange.Unnamed(old, now) : null,
        (old, before, now, _) => NodeCacheEffects.OfChange(old, now, before),
        OutsideDnsChanged,
        (old, _, now, _) => BudgetChanged(old, now),
    ];

    public static string? OfDeletion(Managed gone, Inventory before, Inventory after) =>
        Deletions.Select(rule => rule(gone, before, after)).FirstOrDefault(effect => effect is not null);

    public static string? OfChange(Manifest old, Inventory before, Manifest now, Inventory after) =>
        Changes.Select(rule => rule(old, before, now, after)).FirstOrDefault(effect => effect is not null);

    /// <summary>Endpoints that the DNS health controller removed stay removed without it, unless a Job restores them first.</summary>
    private static string? ControllerDeleted(ResourceId gone, Inventory after)
    {
        static bool IsIts(ResourceId id, string group, string kind) =>
            id is { Name: ControllerNames.Name, Namespace: ControllerNames.Namespace } && id.Group == group && id.Kind == kind;

        return IsIts(gone, "apps", "Deployment") && !after.Objects.Keys.Any(id => IsIts(id, "batch", "Job"))
            ? "what it removed from DNS would stay out. First write 'release: true' under healthController, wait until Flux has applied "
                + "that, and then switch it off"
            : null;
    }

    /// <summary>Geographic routing answers external clients: a parent zone delegates to the address of its Service.</summary>
    private static string? OutsideDnsDeleted(ResourceId gone) =>
        gone is { Namespace: GeoDnsNames.Namespace, Name: GeoDnsNames.Name, Kind: "Service" or "Deployment" } ? Delegation : null;

    private static string? OutsideDnsChanged(Manifest old, Inventory before, Manifest now, Inventory after)
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

        return now.Kind == "Deployment" && OutsideZone(old, before) is { } zone && OutsideZone(now, after) is var other && other != zone
            ? $"no name below {zone} is answered anymore: move the delegation first, or keep the zone in another cluster" : null;
    }

    /// <summary>The zone of a server, from the ConfigMap that its pods mount.</summary>
    private static string? OutsideZone(Manifest deployment, Inventory inventory) => deployment.Body
        .MappingsAt("spec", "template", "spec", "volumes").Select(volume => volume.TextAt("configMap", "name")).OfType<string>()
        .Select(name => inventory.Find("ConfigMap", GeoDnsNames.Namespace, name)).OfType<Mapping>()
        .Select(config => GeoDnsConfig.In(config)?.Zone).FirstOrDefault(zone => zone is not null);

    /// <summary>With a changed budget of the DNS pods, a drain of several nodes may evict all of them.</summary>
    private static string? BudgetChanged(Manifest old, Manifest now)
    {
        if (now is not { Group: "policy", Kind: "PodDisruptionBudget", Name: CoreDnsNames.DisruptionBudget })
        {
            return null;
        }

        if (!Node.Same(old.Body.At("spec", "selector"), now.Body.At("spec", "selector")))
        {
            return "the budget selects other pods than before: a drain may take all DNS pods";
        }

        var (least, most) = (now.Body.TextAt("spec", "minAvailable"), now.Body.TextAt("spec", "maxUnavailable"));
        return least is "0" or "0%" || (least is null && most is null or "100%")
            ? "the budget allows the eviction of every DNS pod: a drain may take all of them" : null;
    }
}
