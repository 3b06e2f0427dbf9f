using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Apps.DnsHealthController;
using static PlatformGitOps.Generator.Emission.PodParts;

namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>The servers: CoreDNS and the writer of its zones in each pod. Clients come from outside, so CoreDNS has no token.</summary>
internal static class GeoDnsDeployment
{
    // The user of both images.
    private const int User = 65532;

    private const string Config = "config";
    private const string Zones = "zones";
    private const string Database = "database";
    private const string Token = "token";

    public static Mapping Deployment(Cluster cluster, GeoDnsSettings settings) => Resources.Object(
        "apps/v1", "Deployment", GeoDnsNames.Metadata(), new Mapping
        {
            { "replicas", settings.Replicas },
            { "strategy", new Mapping { { "rollingUpdate", new Mapping { { "maxUnavailable", 0 }, { "maxSurge", 1 } } } } },
            { "selector", GeoDnsNames.Selector() },
            { "template", new Mapping
                {
                    { "metadata", new Mapping { { "labels", GeoDnsNames.Labels() } } },
                    { "spec", Pod(cluster, settings) },
                }
            },
        });

    /// <summary>
    /// The Service for clients. The client's address decides the answer, so nodes must not replace it (externalTrafficPolicy).
    /// </summary>
    public static Mapping Service(Cluster cluster, GeoDnsSettings settings) => Resources.Object(
        "v1", "Service", GeoDnsNames.Metadata(), new Mapping
        {
            { "type", settings.ServiceType },
            // Otherwise the API server assigns one family, and clients of the other one cannot connect.
            { "ipFamilyPolicy", cluster.Second is null ? null : DnsSettings.PreferDualStack },
            { "externalTrafficPolicy", settings.ServiceType == "ClusterIP" ? null : "Local" },
            { "selector", GeoDnsNames.Labels() },
            { "ports", Sequence.Of(ServicePort("dns", GeoDnsNames.DnsPort, protocol: "UDP"),
                ServicePort("dns-tcp", GeoDnsNames.DnsPort)) },
        });

    public static Mapping DisruptionBudget() => PodParts.DisruptionBudget(GeoDnsNames.Metadata(), GeoDnsNames.Selector());

    private static Mapping Pod(Cluster cluster, GeoDnsSettings settings) => new()
    {
        { "serviceAccountName", GeoDnsNames.Name },
        { "automountServiceAccountToken", false },
        { "priorityClassName", "system-cluster-critical" },
        { "terminationGracePeriodSeconds", 30 },
        { "securityContext", NonRoot(User, writesVolumes: true) },
        { "topologySpreadConstraints", Sequence.Of(OnePerNode(GeoDnsNames.Selector())) },
        { "initContainers", settings.Database is { } database ? Sequence.Of(Copy(database)) : null },
        { "containers", Sequence.Of(Server(cluster, settings), Writer(cluster, settings)) },
        { "volumes", Sequence.Of(Volumes(cluster, settings)) },
    };

    private static Mapping Server(Cluster cluster, GeoDnsSettings settings) => new()
    {
        { "name", GeoDnsNames.Server },
        { "image", cluster.Workloads.ImageOf(settings.CoreDnsImage, GeoDnsSettings.DefaultCoreDnsImage) },
        { "args", Resources.Texts("-conf", $"{GeoDnsNames.ConfigFolder}/{GeoDnsNames.Corefile}") },
        { "env", Sequence.Of(ContainerVariables.Threads()) },
        { "ports", Sequence.Of(
            ContainerPort("dns", GeoDnsNames.DnsPort, "UDP"), ContainerPort("dns-tcp", GeoDnsNames.DnsPort),
            ContainerPort("metrics", GeoDnsNames.ServerMetricsPort))
        },
        { "livenessProbe", Probe("/health", GeoDnsNames.HealthPort, 10) },
        { "readinessProbe", Probe("/ready", GeoDnsNames.ReadyPort, 5) },
        { "resources", settings.Resources.ToNode() },
        // The binary has the capability for port 53, and cannot start without it.
        { "securityContext", Restricted("NET_BIND_SERVICE") },
        { "volumeMounts", Sequence.Of((Node[])
        [
            Mount(Config, GeoDnsNames.ConfigFolder, readOnly: true), Mount(Zones, GeoDnsNames.ZonesFolder, readOnly: true),
            .. settings.Database is null ? (Node[])[] : [Mount(Database, GeoDnsNames.DatabaseFolder, readOnly: true)],
        ]) },
    };

    private static Mapping Writer(Cluster cluster, GeoDnsSettings settings) => new()
    {
        { "name", GeoDnsNames.Writer },
        { "image", settings.Image is { } image ? HealthControllerSettings.ImageIn(cluster, image)
            : HealthControllerSettings.ImageIn(cluster) },
        { "args", Resources.Texts("geo", "--config", $"{GeoDnsNames.ConfigFolder}/{GeoDnsNames.WriterConfig}",
            "--folder", GeoDnsNames.ZonesFolder, "--port", GeoDnsNames.WriterPort.ToString(CultureInfo.InvariantCulture)) },
        { "env", ControllerDeployment.Environment() },
        { "ports", Sequence.Of(ContainerPort("zones", GeoDnsNames.WriterPort)) },
        { "livenessProbe", Probe("/healthz", GeoDnsNames.WriterPort, 10) },
        { "readinessProbe", Probe("/readyz", GeoDnsNames.WriterPort, 5) },
        { "resources", new Mapping
            {
                { "requests", new Mapping { { "cpu", "50m" }, { "memory", "64Mi" } } },
                // No CPU limit: a throttled probe is late, and a late one fails.
                { "limits", new Mapping { { "memory", "256Mi" } } },
            }
        },
        { "securityContext", Restricted() },
        { "volumeMounts", Sequence.Of(
            Mount(Config, GeoDnsNames.ConfigFolder, readOnly: true), Mount(Zones, GeoDnsNames.ZonesFolder, readOnly: false),
            Mount(Token, "/var/run/secrets/kubernetes.io/serviceaccount", readOnly: true)) },
    };

    private static Mapping Copy(GeoDatabase database) => new()
    {
        { "name", Database },
        { "image", database.Image },
        { "command", Resources.Texts("cp", database.Path, $"{GeoDnsNames.DatabaseFolder}/{GeoDnsNames.DatabaseFile}") },
        { "resources", new Mapping
            {
                { "requests", new Mapping { { "cpu", "10m" }, { "memory", "32Mi" } } },
                { "limits", new Mapping { { "memory", "256Mi" } } },
            }
        },
        { "securityContext", Restricted() },
        { "volumeMounts", Sequence.Of(Mount(Database, GeoDnsNames.DatabaseFolder, readOnly: false)) },
    };

    private static IEnumerable<Node> Volumes(Cluster cluster, GeoDnsSettings settings) =>
    [
        new Mapping { { "name", Config }, { "configMap", new Mapping { { "name", GeoDnsConfig.Name(cluster) } } } },
        new Mapping { { "name", Zones }, { "emptyDir", new Mapping { { "medium", "Memory" }, { "sizeLimit", "16Mi" } } } },
        .. settings.Database is null ? (Node[])[]
            : [new Mapping { { "name", Database }, { "emptyDir", new Mapping { { "sizeLimit", "256Mi" } } } }],
        // The token is only for the writer.
        new Mapping
        {
            { "name", Token },
            { "projected", new Mapping
                {
                    { "sources", Sequence.Of(
                        new Mapping { { "serviceAccountToken", new Mapping { { "path", "token" }, { "expirationSeconds", 3607 } } } },
                        new Mapping { { "configMap", new Mapping { { "name", "kube-root-ca.crt" },
                            { "items", Sequence.Of(new Mapping { { "key", "ca.crt" }, { "path", "ca.crt" } }) } } } },
                        new Mapping { { "downwardAPI", new Mapping { { "items", Sequence.Of(new Mapping { { "path", "namespace" },
                            { "fieldRef", new Mapping { { "fieldPath", "metadata.namespace" } } } }) } } } })
                    },
                }
            },
        },
    ];

    private static Mapping Mount(string name, string path, bool readOnly) =>
        new() { { "name", name }, { "mountPath", path }, { "readOnly", readOnly ? true : null } };
}
