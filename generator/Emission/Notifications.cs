using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission;

/// <summary>Provider and Alert of each receiver; the events are those of every source, Kustomization and HelmRelease of the tree.</summary>
internal static class Notifications
{
    // HelmReleases are in these namespaces, sources too.
    private static readonly (string Kind, string Namespace)[] Events =
    [
        ("GitRepository", Layout.FluxNamespace), ("OCIRepository", Layout.FluxNamespace), ("Kustomization", Layout.FluxNamespace),
        ("HelmRelease", Layout.FluxNamespace), ("HelmRelease", CoreDnsNames.Namespace), ("OCIRepository", CoreDnsNames.Namespace),
        ("HelmRepository", CoreDnsNames.Namespace),
    ];

    public static Node[] Objects(Cluster cluster) => [.. cluster.Notifications.SelectMany(receiver => new[]
    {
        Resources.Object(FluxApi.Notification, "Provider", Resources.Metadata(receiver.Name.Text, Layout.FluxNamespace), new Mapping
        {
            { "type", receiver.Type },
            { "address", receiver.Address },
            { "channel", receiver.Channel },
            { "secretRef", Resources.Reference(receiver.SecretName) },
        }),
        Resources.Object(FluxApi.Notification, "Alert", Resources.Metadata(receiver.Name.Text, Layout.FluxNamespace), new Mapping
        {
            { "providerRef", new Mapping { { "name", receiver.Name.Text } } },
            { "eventSeverity", receiver.Severity },
            { "eventMetadata", new Mapping { { "cluster", cluster.Name.Text } } },
            { "eventSources", Sequence.Of(Events.Select(source => new Mapping
                { { "kind", source.Kind }, { "name", "*" }, { "namespace", source.Namespace } })) },
        }),
    })];
}
