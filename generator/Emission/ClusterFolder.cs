using PlatformGitOps.Generator.Apps;
using PlatformGitOps.Generator.Apps.CoreDns;

namespace PlatformGitOps.Generator.Emission;

/// <summary><c>kubernetes/clusters/&lt;name&gt;</c>: the entry point of Flux in one cluster.</summary>
internal static class ClusterFolder
{
    private const string ServiceAccountFile = "service-account.yaml";
    private const string NotificationsFile = "notifications.yaml";

    public static IEnumerable<GeneratedFile> Files(Platform platform, Cluster cluster)
    {
        var folder = Layout.ClusterFolder(cluster.Name.Text);
        var layers = AppList.All.Select(app => (app.Name, Layer: AppList.LayerIn(app, cluster))).Where(layer => layer.Layer is not null)
            .ToDictionary(layer => $"{layer.Name}.yaml", layer => layer.Layer!);
        foreach (var (name, layer) in layers)
        {
            yield return Layout.File($"{folder}/{name}", layer.ToObject(platform));
        }

        var account = cluster.Flux.ServiceAccount;
        if (account is not null)
        {
            yield return Layout.File($"{folder}/{ServiceAccountFile}", Impersonation.Objects(account.Text, cluster));
        }

        var notifies = !cluster.Notifications.IsEmpty;
        if (notifies)
        {
            yield return Layout.File($"{folder}/{NotificationsFile}", Notifications.Objects(cluster));
        }

        yield return Layout.File($"{folder}/cluster-settings.yaml", Settings(cluster));
        yield return Layout.File(
            $"{folder}/kustomization.yaml",
            Resources.Kustomization(layers.Keys.Concat(["cluster-settings.yaml", "sync.yaml"])
                .Concat(account is null ? Array.Empty<string>() : [ServiceAccountFile])
                .Concat(notifies ? [NotificationsFile] : Array.Empty<string>()).Order(StringComparer.Ordinal)));
        yield return Layout.File($"{folder}/sync.yaml", Source(platform.For(cluster)), Root(cluster, folder).ToObject(platform));
    }

    /// <summary>
    /// The values that differ between clusters. Line 30 (the DNS address) and line 31 (the replicas) must stay, as the first ticket of this
    /// repository expects: add new keys after them.
    /// </summary>
    private static Mapping Settings(Cluster cluster) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", Resources.Metadata(
            Layout.ClusterSettings, Layout.FluxNamespace, labels: new Mapping { { "app.kubernetes.io/part-of", "platform-gitops" } })
        },
        { "data", new Mapping(Common(cluster).Concat(AppList.All.SelectMany(app => app.Settings(cluster))).Concat(Nodes(cluster))) },
    };

    private static Mapping Common(Cluster cluster) => new()
    {
        { Variables.ClusterName, cluster.Name.Text, "The cluster's name, a label of its alerts." },
        { Variables.ClusterDomain, cluster.Domain.Text, "The zone of the cluster's own names." },
        { Variables.MonitoringNamespace, cluster.Monitoring.Namespace.Text, "The namespace that may scrape the metrics." },
        { Variables.MonitoringRelease, cluster.Monitoring.Release.Text,
            "The release label that a Prometheus selects monitors and rules by." },
    };

    private static Mapping Nodes(Cluster cluster) =>
        new() { { Variables.NodeCidr, cluster.NetworkPolicy == NetworkPolicyFlavour.Kubernetes ? cluster.Nodes?.ToString() : null } };

    /// <summary>Applies this folder, itself included: after the bootstrap Flux updates the cluster from its repository alone.</summary>
    private static FluxKustomization Root(Cluster cluster, string folder) => new()
    {
        Name = $"cluster-{cluster.Name}",
        Path = folder,
        Wait = false,
        Substitute = false,
        DecryptionSecret = cluster.Flux.DecryptionSecret?.Text,
    };

    private static Mapping? Verify(SourceRepository repository) => repository.Verify is not { } signer ? null : new Mapping
    {
        { repository.Kind == SourceKind.Oci ? "provider" : "mode", repository.Kind == SourceKind.Oci ? "cosign" : signer.Mode },
        { "secretRef", Resources.Reference(signer.SecretName) },
        { "matchOIDCIdentity", signer.Identity is not { } identity ? null
            : Sequence.Of(new Mapping { { "issuer", identity.Issuer }, { "subject", identity.Subject } }) },
    };

    private static Mapping Source(Platform platform)
    {
        var repository = platform.Repository;
        var metadata = Resources.Metadata(Layout.SourceName, Layout.FluxNamespace);
        var spec = new Mapping
        {
            { "interval", repository.Interval.Text },
            { "url", repository.Url },
            { "ref", new Mapping { { "branch", repository.Branch }, { "tag", repository.Tag } } },
            { "secretRef", Resources.Reference(repository.SecretName) },
            { "certSecretRef", Resources.Reference(repository.CertificateSecret) },
            { "proxySecretRef", Resources.Reference(repository.ProxySecret) },
            { "verify", Verify(repository) },
        };
        return repository.Kind == SourceKind.Oci
            ? Resources.Object(FluxApi.OciRepository(platform.Flux.Version), "OCIRepository", metadata, spec)
            : Resources.Object(FluxApi.GitRepository, "GitRepository", metadata, spec);
    }
}

/// <summary>Provider and Alert of each receiver, for events of every source, Kustomization and HelmRelease of the tree.</summary>
internal static class Notifications
{
    // The namespaces of HelmReleases and their sources.
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
