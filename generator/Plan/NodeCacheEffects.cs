using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.NodeLocalDns;

namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// A NodeLocal DNSCache with only its own address, as with IPVS. The kubelets configure this address (clusterDNS), so running pods query
/// it, and nothing else answers there.
/// </summary>
internal static class NodeCacheEffects
{
    /// <summary>Why the DaemonSet must not be deleted yet; null if it may, or for another object.</summary>
    public static string? OfDeletion(Manifest gone, Inventory before)
    {
        if (Named(gone, before) is not { Length: > 0 } addresses)
        {
            return null;
        }

        return $"the kubelets name {string.Join(" and ", addresses)} (clusterDNS), and no running pod would have DNS. {First(before)}, and "
            + "then switch the cache off";
    }

    /// <summary>
    /// What happens to the addresses that kubelets configure, as a sentence: the cache gives one up, or no cache listens there during a
    /// replacement, for example if it also answers on the Service's address. Null if neither.
    /// </summary>
    public static string? OfChange(Manifest old, Manifest now, Inventory before)
    {
        if (Named(old, before) is not { Length: > 0 } addresses)
        {
            return null;
        }

        var gone = OnHost(now) ? addresses.Except(Addresses(now)).ToArray() : addresses;
        if (gone.Length == 0)
        {
            return !Addresses(now).Intersect(AddressesOfService(before)).Any() ? null
                : $"the kubelets name {string.Join(" and ", addresses)} (clusterDNS), where nothing would answer while the cache of a node "
                    + $"is replaced, by this delivery and by later ones. {First(before)}, then deliver this";
        }

        return $"the kubelets name {string.Join(" and ", gone)} (clusterDNS), where the cache would not listen anymore. {First(before)}, "
            + $"then deliver this{(OnHost(now) && Addresses(now).Except(addresses).ToArray() is { Length: > 0 } next
                ? $", and then give the kubelets {string.Join(" and ", next)}" : "")}";
    }

    /// <summary>
    /// What pods query while the cache moves from the Service's address to its own, before kubelets configure it; null for another change.
    /// CoreDNS answers them, so this endangers nothing.
    /// </summary>
    public static string? Unasked(Manifest old, Manifest now, Inventory before, Inventory after) =>
        Named(now, after) is { Length: > 0 } addresses && OnHost(old) && Addresses(old).Intersect(AddressesOfService(before)).Any()
            ? $"the cache leaves the Service's address. Pods ask CoreDNS directly until the kubelets name "
                + $"{string.Join(" and ", addresses)} (clusterDNS). Set it when the new cache runs on every node; "
                + Docs.Page("node-local-dns.md#upgrade-and-removal")
            : null;

    private static string First(Inventory before)
    {
        var service = AddressesOfService(before);
        return $"First give the kubelets {(service.Length > 0 ? string.Join(" and ", service) : "the address of kube-dns")} and restart "
            + "the pods of every node";
    }

    /// <summary>The addresses that pods query only because the kubelets configure them.</summary>
    private static string[] Named(Manifest resource, Inventory inventory)
    {
        if (resource is not { Kind: "DaemonSet", Name: NodeLocalDnsNames.Name, Namespace: NodeLocalDnsNames.Namespace }
            || !OnHost(resource))
        {
            return [];
        }

        var addresses = Addresses(resource);
        return AddressesOfService(inventory).Intersect(addresses).Any() ? [] : addresses;
    }

    private static bool OnHost(Manifest daemon) => daemon.Body.TextAt("spec", "template", "spec", "hostNetwork") == "true";

    private static string[] Addresses(Manifest daemon) => daemon.Body.MappingsAt("spec", "template", "spec", "containers")
        .Select(container => container.ItemsAt("args").OfType<Yaml.Scalar>().Select(argument => argument.Value)
            .SkipWhile(argument => argument != "-localip").Skip(1).FirstOrDefault())
        .FirstOrDefault(value => value is not null)
        ?.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];

    private static string[] AddressesOfService(Inventory inventory) =>
    [
        .. inventory.Objects.Values.Select(managed => managed.Manifest)
            .Where(resource => ReleaseChange.IsCoreDns(resource, inventory))
            .Select(release => release.Body.TextAt("spec", "values", "service", "clusterIP"))
            .Concat(inventory.Objects.Values.Select(managed => managed.Manifest)
                .Where(resource => resource is { Kind: "Service", Name: CoreDnsNames.Service, Namespace: CoreDnsNames.Namespace })
                .Select(service => service.Body.TextAt("spec", "clusterIP"))).OfType<string>().Distinct(),
    ];
}
