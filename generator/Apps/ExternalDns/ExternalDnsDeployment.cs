using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>One pod for each instance: External-DNS elects no leader, and two would write against each other.</summary>
internal static class ExternalDnsDeployment
{
    // The user of the published image.
    private const int User = 65532;

    public static Mapping Deployment(Cluster cluster, string image, DnsInstance instance) => Resources.Object(
        "apps/v1", "Deployment", ExternalDnsNames.Metadata(instance), new Mapping
        {
            { "replicas", 1 },
            // The old pod ends before the new one begins.
            { "strategy", new Mapping { { "type", "Recreate" } } },
            { "selector", ExternalDnsNames.Selector(instance) },
            { "template", new Mapping
                {
                    { "metadata", new Mapping { { "labels", PodLabels(instance) } } },
                    { "spec", Pod(cluster, image, instance) },
                }
            },
        });

    public static Mapping ServiceAccount(DnsInstance instance) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ServiceAccount" },
        { "metadata", Resources.Metadata(ExternalDnsNames.Of(instance), ExternalDnsNames.Namespace, ExternalDnsNames.Labels(instance),
            instance.Identity is not { } identity ? null : new Mapping { { IdentityAnnotation(instance.Provider), identity } })
        },
    };

    public static Mapping Restricted() => new()
    {
        { "allowPrivilegeEscalation", false },
        { "readOnlyRootFilesystem", true },
        { "capabilities", new Mapping { { "drop", Resources.Texts("ALL") } } },
    };

    private static string IdentityAnnotation(DnsProvider provider) => provider switch
    {
        DnsProvider.Aws => "eks.amazonaws.com/role-arn",
        DnsProvider.Google => "iam.gke.io/gcp-service-account",
        _ => "azure.workload.identity/client-id",
    };

    private static Mapping PodLabels(DnsInstance instance) => instance is { Provider: DnsProvider.Azure, Identity: not null }
        ? ExternalDnsNames.Labels(instance).Set("azure.workload.identity/use", "true")
        : ExternalDnsNames.Labels(instance);

    private static Mapping Pod(Cluster cluster, string image, DnsInstance instance) => new()
    {
        { "serviceAccountName", ExternalDnsNames.Of(instance) },
        { "securityContext", new Mapping
            {
                { "runAsNonRoot", true },
                { "runAsUser", User },
                { "runAsGroup", User },
                { "fsGroup", User },
                { "seccompProfile", new Mapping { { "type", "RuntimeDefault" } } },
            }
        },
        { "initContainers", instance is { Provider: DnsProvider.Azure, SecretName: { } secret }
            ? Sequence.Of(AzureConfig.Container(cluster, instance, secret)) : null
        },
        { "containers", instance is { Provider: DnsProvider.Webhook } ? Sequence.Of(Container(cluster, image, instance), Webhook(instance))
            : Sequence.Of(Container(cluster, image, instance))
        },
        { "volumes", ExternalDnsCredentials.Volumes(instance) },
    };

    private static Mapping Container(Cluster cluster, string image, DnsInstance instance) => new()
    {
        { "name", ExternalDnsNames.Name },
        { "image", image },
        { "args", Resources.Texts(ExternalDnsArguments.Of(cluster, instance)) },
        { "env", ExternalDnsCredentials.Environment(instance) },
        { "ports", Sequence.Of(new Mapping { { "name", ExternalDnsNames.PortName }, { "containerPort", ExternalDnsNames.Port },
            { "protocol", "TCP" } }) },
        { "livenessProbe", Probe("/healthz", ExternalDnsNames.PortName, 3) },
        { "readinessProbe", Probe("/healthz", ExternalDnsNames.PortName, 3) },
        { "resources", instance.Resources.ToNode() },
        { "securityContext", Restricted() },
        { "volumeMounts", ExternalDnsCredentials.Mounts(instance) },
    };

    private static Mapping Webhook(DnsInstance instance) => new()
    {
        { "name", "webhook" },
        { "image", instance.Webhook.Image },
        { "args", instance.Webhook.Arguments.IsEmpty ? null : Resources.Texts(instance.Webhook.Arguments) },
        { "envFrom", instance.SecretName is null ? null
            : Sequence.Of(new Mapping { { "secretRef", new Mapping { { "name", instance.SecretName } } } })
        },
        { "ports", instance.Webhook.HealthPort == 0 ? null
            : Sequence.Of(new Mapping { { "name", ExternalDnsNames.HealthPortName }, { "containerPort", instance.Webhook.HealthPort },
                { "protocol", "TCP" } })
        },
        { "livenessProbe", instance.Webhook.HealthPort == 0 ? null : Probe("/healthz", ExternalDnsNames.HealthPortName, 3) },
        { "readinessProbe", instance.Webhook.HealthPort == 0 ? null : Probe("/healthz", ExternalDnsNames.HealthPortName, 3) },
        { "resources", instance.Webhook.Resources.ToNode() },
        { "securityContext", Restricted() },
    };

    private static Mapping Probe(string path, string port, int failures) => new()
    {
        { "httpGet", new Mapping { { "path", path }, { "port", port } } },
        { "periodSeconds", 10 },
        { "timeoutSeconds", 5 },
        { "failureThreshold", failures },
    };
}
