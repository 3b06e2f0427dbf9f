using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Removal;

/// <summary>
/// The EndpointSlices of a Service without a selector. The endpoint slice controller leaves such Services alone, and slices with
/// another managed-by value too (KEP-752). A removed address remains in its slice as not ready: CoreDNS and kube-proxy ignore it.
/// </summary>
internal static class OwnSlices
{
    /// <summary>As many as the endpoint slice controller puts into one by default.</summary>
    private const int MaxEndpoints = 100;

    public const string ServiceNameLabel = "kubernetes.io/service-name";
    public const string ManagedByLabel = "endpointslice.kubernetes.io/managed-by";

    public static string Selector => $"{ManagedByLabel}={Annotations.ManagedBy}";

    public static string SelectorOf(ObjectName service) => $"{Selector},{ServiceNameLabel}={service.Name}";

    /// <summary>The wanted slices by name. Pure.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Build(
        V1Service service, IReadOnlyDictionary<string, bool> readiness, string? note)
    {
        var slices = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var family in readiness.Keys.Order(StringComparer.Ordinal).GroupBy(IsV6))
        {
            foreach (var (index, chunk) in family.Chunk(MaxEndpoints).Index())
            {
                var suffix = string.Create(CultureInfo.InvariantCulture, $"{(family.Key ? "ipv6" : "ipv4")}-{index}");
                var name = $"{service.Metadata.Name}-health-{suffix}";
                slices[name] = Slice(service, name, family.Key, chunk, readiness, note);
            }
        }

        return slices;
    }

    /// <summary>They contain an address that the Service no longer declares, or other ports than it has.</summary>
    public static bool AreStale(V1Service service, IReadOnlyList<IPAddress> declared, IReadOnlyList<V1EndpointSlice> own)
    {
        var addresses = declared.Select(address => address.ToString()).ToHashSet(StringComparer.Ordinal);
        var ports = (service.Spec?.Ports ?? []).Select(p => (p.Name ?? "", p.TargetNumber() ?? p.Port, p.Protocol ?? "TCP")).ToHashSet();
        return own.Any(slice =>
            (slice.Endpoints ?? []).SelectMany(endpoint => endpoint.Addresses ?? []).Any(address => !addresses.Contains(address))
            || !ports.SetEquals((slice.Ports ?? []).Select(p => (p.Name ?? "", p.Port ?? 0, p.Protocol ?? "TCP"))));
    }

    private static bool IsV6(string address) => IPAddress.Parse(address).AddressFamily == AddressFamily.InterNetworkV6;

    private static JsonObject Slice(
        V1Service service, string name, bool v6, string[] addresses, IReadOnlyDictionary<string, bool> readiness, string? note) => new()
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
                ["annotations"] = note is null ? null : new JsonObject { [Annotations.TakenOut] = note },
                // The slices are deleted with the Service.
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
