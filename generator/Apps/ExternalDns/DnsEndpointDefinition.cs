using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>The definition of DNSEndpoint (externaldns.k8s.io/v1alpha1), which the source crd reads: records written by hand.</summary>
internal static class DnsEndpointDefinition
{
    public static Mapping Object() => Resources.Object(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        Resources.Metadata("dnsendpoints.externaldns.k8s.io", null, annotations: new Mapping
        {
            // The API server wants to know who approved names below k8s.io.
            { "api-approved.kubernetes.io", "https://github.com/kubernetes-sigs/external-dns/pull/2007" },
            // With the definition every DNSEndpoint would go, and with sync every record.
            { "kustomize.toolkit.fluxcd.io/prune", "disabled" },
        }),
        new Mapping
        {
            { "group", "externaldns.k8s.io" },
            { "names", new Mapping { { "kind", "DNSEndpoint" }, { "listKind", "DNSEndpointList" }, { "plural", "dnsendpoints" },
                { "singular", "dnsendpoint" } } },
            { "scope", "Namespaced" },
            { "versions", Sequence.Of(new Mapping
                {
                    { "name", "v1alpha1" },
                    { "served", true },
                    { "storage", true },
                    { "subresources", new Mapping { { "status", new Mapping() } } },
                    { "schema", new Mapping { { "openAPIV3Schema", Of(("spec", Of(("endpoints", List(Endpoint())))),
                        ("status", Of(("observedGeneration", Whole())))) } } },
                })
            },
        });

    private static Mapping Endpoint() => Of(
        ("dnsName", Text()), ("recordType", Text()), ("recordTTL", Whole()), ("setIdentifier", Text()), ("targets", List(Text())),
        ("labels", new Mapping { { "type", "object" }, { "additionalProperties", Text() } }),
        ("providerSpecific", List(Of(("name", Text()), ("value", Text())))));

    private static Mapping Of(params IEnumerable<(string Name, Node Schema)> properties) => new()
    {
        { "type", "object" },
        { "properties", new Mapping(properties.Select(property => new Entry(property.Name, property.Schema))) },
    };

    private static Mapping List(Mapping item) => new() { { "type", "array" }, { "items", item } };

    private static Mapping Text() => new() { { "type", "string" } };

    private static Mapping Whole() => new() { { "type", "integer" }, { "format", "int64" } };
}
