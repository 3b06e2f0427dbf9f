using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Controller.Removal;

/// <summary>
/// The EndpointSlices of a Service without a selector. The EndpointSlice controller ignores such Services, and slices with another
/// managed-by value (KEP-752). A removed address stays in its slice as not ready; CoreDNS and kube-proxy then ignore it.
/// </summary>
internal static class OwnSlices
{
    /// <summary>The EndpointSlice controller's default.</summary>
    private const int MaxEndpoints = 100;

    public const string ServiceNameLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";

    public static string Selector => $"{ManagedByLabel}={Annotations.ManagedBy}";

    /// <summary>The Service of a slice.</summary>
    public static ObjectName ServiceOf(V1EndpointSlice slice) =>
        new(slice.Metadata.NamespaceProperty, slice.GetLabel(ServiceNameLabel) ?? "");

    public static string SelectorOf(ObjectName service) => $"{Selector},{ServiceNameLabel}={service.Name}";

    /// <summary>
    /// True if this controller created it, maybe for an earlier Service of this name. Anyone can set the label, so the label alone is not
    /// enough to change or delete a slice.
    /// </summary>
    public static bool IsOwn(V1EndpointSlice slice) =>
        slice.GetLabel(ManagedByLabel) == Annotations.ManagedBy && OwnerIn(slice, slice.GetLabel(ServiceNameLabel)) is not null;

    /// <summary>
    /// The changed slices by name, and the names of all slices that should exist. An address stays in its slice: adding or removing another
    /// moves none, and a failure changes one slice of ten. Pure.
    /// </summary>
    /// <param name="service">The Service.</param>
    /// <param name="readiness">Its addresses.</param>
    /// <param name="note">The note about a removal.</param>
    /// <param name="own">Its present slices.</param>
    /// <param name="taken">Names of slices that this controller did not create.</param>
    public static (IReadOnlyDictionary<string, JsonObject> Changed, IReadOnlyCollection<string> Wanted) Build(
        V1Service service, IReadOnlyDictionary<string, bool> readiness, string? note, IEnumerable<V1EndpointSlice> own,
        IReadOnlySet<string> taken)
    {
        var there = own.ToDictionary(slice => slice.Metadata.Name, StringComparer.Ordinal);
        var placed = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        var left = readiness.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var (name, slice) in there.OrderBy(item => item.Key, StringComparer.Ordinal))
        {
            placed[name] = [.. Addresses(slice).Where(left.Remove).Take(MaxEndpoints)];
        }

        foreach (var family in left.Order(StringComparer.Ordinal).GroupBy(IsV6))
        {
            var rest = new Queue<string>(family);
            for (var index = 0; rest.Count > 0; index++)
            {
                var suffix = $"{(family.Key ? "ipv6" : "ipv4")}-{index}";
                var name = $"{service.Metadata.Name}-health-{suffix}";
                if (taken.Contains(name))
                {
                    continue;
                }

                placed.TryAdd(name, []);
                while (placed[name].Count < MaxEndpoints && rest.TryDequeue(out var address))
                {
                    placed[name].Add(address);
                }
            }
        }

        var wanted = placed.Where(item => item.Value.Count > 0).ToDictionary(StringComparer.Ordinal);
        var changed = wanted.Where(item => !(there.TryGetValue(item.Key, out var slice) && IsSame(service, slice, item.Value, readiness)))
            .ToDictionary(item => item.Key, item => Slice(service, item.Key, IsV6(item.Value[0]), item.Value, readiness, note));
        return (changed, wanted.Keys);
    }

    private static bool IsSame(
        V1Service service, V1EndpointSlice slice, List<string> addresses, IReadOnlyDictionary<string, bool> readiness) =>
        Ports(service).SetEquals(Ports(slice))
        && IsOwnedBy(service, slice)
        && Addresses(slice).SequenceEqual(addresses)
        && slice.Endpoints.All(endpoint => readiness[endpoint.Addresses[0]] == (endpoint.Conditions?.Ready != false));

    private static V1OwnerReference? OwnerIn(V1EndpointSlice slice, string? service) =>
        slice.Metadata.OwnerReferences?.FirstOrDefault(owner => owner.Kind == "Service" && owner.Name == service);

    /// <summary>False for a Service that was recreated: the garbage collector would delete the slice.</summary>
    private static bool IsOwnedBy(V1Service service, V1EndpointSlice slice) =>
        OwnerIn(slice, service.Metadata.Name)?.Uid == service.Metadata.Uid;

    private static IEnumerable<string> Addresses(V1EndpointSlice slice) =>
        (slice.Endpoints ?? []).SelectMany(endpoint => endpoint.Addresses ?? []);

    private static HashSet<(string Name, int Port, string Protocol)> Ports(V1Service service) =>
        [.. (service.Spec?.Ports ?? []).Select(p => (p.Name ?? "", p.TargetNumber() ?? p.Port, p.Protocol ?? "TCP"))];

    private static HashSet<(string Name, int Port, string Protocol)> Ports(V1EndpointSlice slice) =>
        [.. (slice.Ports ?? []).Select(p => (p.Name ?? "", p.Port ?? 0, p.Protocol ?? "TCP"))];

    /// <summary>True if they have an address that the Service does not list anymore, other ports, or an earlier Service as owner.</summary>
    public static bool AreStale(V1Service service, IReadOnlyList<IPAddress> declared, IReadOnlyList<V1EndpointSlice> own)
    {
        var addresses = declared.Select(address => address.ToString()).ToHashSet(StringComparer.Ordinal);
        var ports = Ports(service);
        return own.Any(slice =>
            !Addresses(slice).All(addresses.Contains) || !ports.SetEquals(Ports(slice)) || !IsOwnedBy(service, slice));
    }

    private static bool IsV6(string address) => IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetworkV6;

    /// <summary>A merge patch of exactly this version of a slice: other labels, annotations and a changed slice stay.</summary>
    public static V1Patch Patch(V1EndpointSlice old, JsonObject wanted)
    {
        var metadata = wanted["metadata"]!.AsObject();
        var changed = new JsonObject
        {
            ["uid"] = old.Metadata.Uid,
            ["resourceVersion"] = old.Metadata.ResourceVersion,
            ["annotations"] = new JsonObject { [Annotations.Removed] = metadata["annotations"]?[Annotations.Removed]?.DeepClone() },
            ["ownerReferences"] = metadata["ownerReferences"]!.DeepClone(),
        };
        var body = new JsonObject
        {
            ["metadata"] = changed,
            ["endpoints"] = wanted["endpoints"]!.DeepClone(),
            ["ports"] = wanted["ports"]!.DeepClone(),
        };
        return new V1Patch(body.ToJsonString(), V1Patch.PatchType.MergePatch);
    }

    private static JsonObject Slice(
        V1Service service, string name, bool v6, List<string> addresses, IReadOnlyDictionary<string, bool> readiness, string? note) => new()
        {
            ["apiVersion"] = "discovery.k8s.io/v1",
            ["kind"] = "EndpointSlice",
            ["metadata"] = new JsonObject
            {
                ["name"] = name,
                ["namespace"] = service.Metadata.NamespaceProperty,
                ["labels"] = new JsonObject
                {
                    [ServiceNameLabel] = service.Metadata.Name,
                    [ManagedByLabel] = Annotations.ManagedBy,
                },
                ["annotations"] = note is null ? [] : new JsonObject { [Annotations.Removed] = note },
                // Deletes the slices with the Service.
                ["ownerReferences"] = new JsonArray(new JsonObject
                {
                    ["apiVersion"] = "v1",
                    ["kind"] = "Service",
                    ["name"] = service.Metadata.Name,
                    ["uid"] = service.Metadata.Uid,
                }),
            },
            ["addressType"] = v6 ? "IPv6" : "IPv4",
            ["endpoints"] = new JsonArray([.. addresses.Select(address => Endpoint(address, readiness[address]))]),
            ["ports"] = new JsonArray([.. (service.Spec?.Ports ?? []).Select(Port)]),
        };

    private static JsonObject Endpoint(string address, bool ready) => new()
    {
        ["addresses"] = new JsonArray(address),
        ["conditions"] = new JsonObject { ["ready"] = ready, ["serving"] = ready, ["terminating"] = false },
    };

    private static JsonObject Port(V1ServicePort port) => new()
    {
        ["name"] = port.Name ?? "",
        ["port"] = port.TargetNumber() ?? port.Port,
        ["protocol"] = port.Protocol ?? "TCP",
    };
}
