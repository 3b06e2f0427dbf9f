namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>How the credentials of a Secret reach the process: as environment variables or as a file, never as arguments.</summary>
internal static class ExternalDnsCredentials
{
    private const string GoogleFolder = "/etc/external-dns/google";

    /// <summary>The keys of the Secret with the variables that they become; a provider's program reads these names.</summary>
    public static IEnumerable<(string Key, string Variable)> Keys(DnsInstance instance) => instance.Provider switch
    {
        DnsProvider.Aws => [("aws-access-key-id", "AWS_ACCESS_KEY_ID"), ("aws-secret-access-key", "AWS_SECRET_ACCESS_KEY")],
        DnsProvider.Azure => [("azure-tenant-id", "TENANT_ID"), ("azure-client-id", "CLIENT_ID"), ("azure-client-secret", "CLIENT_SECRET")],
        DnsProvider.Cloudflare => [("cloudflare-api-token", "CF_API_TOKEN")],
        // Every argument can be given by a variable of this form.
        DnsProvider.Rfc2136 => [("tsig-secret", "EXTERNAL_DNS_RFC2136_TSIG_SECRET")],
        _ => [],
    };

    public static Sequence? Environment(DnsInstance instance)
    {
        var variables = new List<Node>();
        if (instance.Provider == DnsProvider.Aws)
        {
            variables.Add(new Mapping { { "name", "AWS_REGION" }, { "value", instance.Aws.Region } });
        }

        if (instance is { Provider: DnsProvider.Google, SecretName: not null })
        {
            variables.Add(new Mapping { { "name", "GOOGLE_APPLICATION_CREDENTIALS" }, { "value", GoogleFolder + "/key.json" } });
        }

        if (instance.SecretName is { } secret && instance.Provider != DnsProvider.Azure)
        {
            variables.AddRange(References(instance, secret));
        }

        return variables.Count == 0 ? null : Sequence.Of(variables);
    }

    public static IEnumerable<Node> References(DnsInstance instance, string secret) => Keys(instance).Select(pair => new Mapping
    {
        { "name", pair.Variable },
        { "valueFrom", new Mapping { { "secretKeyRef", new Mapping { { "name", secret }, { "key", pair.Key } } } } },
    });

    /// <summary>Volumes of the pod.</summary>
    public static Sequence? Volumes(DnsInstance instance) => instance switch
    {
        { Provider: DnsProvider.Google, SecretName: { } secret } => Sequence.Of(new Mapping
        {
            { "name", "credentials" },
            { "secret", new Mapping
                {
                    { "secretName", secret },
                    { "items", Sequence.Of(new Mapping { { "key", "key.json" }, { "path", "key.json" } }) },
                }
            },
        }),
        { Provider: DnsProvider.Azure, SecretName: not null } => Sequence.Of(AzureConfig.InMemory()),
        { Provider: DnsProvider.Azure } => Sequence.Of(AzureConfig.OfIdentity(instance)),
        _ => null,
    };

    /// <summary>Mounts of the container.</summary>
    public static Sequence? Mounts(DnsInstance instance) => instance switch
    {
        { Provider: DnsProvider.Google, SecretName: not null } => Sequence.Of(Mount("credentials", GoogleFolder)),
        { Provider: DnsProvider.Azure } => Sequence.Of(Mount(AzureConfig.Volume, AzureConfig.Folder)),
        _ => null,
    };

    private static Mapping Mount(string name, string path) => new() { { "name", name }, { "mountPath", path }, { "readOnly", true } };
}

/// <summary>
/// External-DNS reads the credentials of Azure from a file alone. With a Secret of the three keys a first container makes the file in
/// memory; with a workload identity there is nothing secret in it.
/// </summary>
internal static class AzureConfig
{
    public const string Volume = "azure";

    public const string Folder = "/etc/external-dns/azure";

    public const string File = Folder + "/azure.json";

    public static Mapping InMemory() => new()
    {
        { "name", Volume },
        { "emptyDir", new Mapping { { "medium", "Memory" }, { "sizeLimit", "1Mi" } } },
    };

    public static Mapping OfIdentity(DnsInstance instance) => new()
    {
        { "name", Volume },
        { "configMap", new Mapping { { "name", ExternalDnsNames.Of(instance) } } },
    };

    public static Mapping IdentityFile(DnsInstance instance) => new()
    {
        { "apiVersion", "v1" },
        { "kind", "ConfigMap" },
        { "metadata", ExternalDnsNames.Metadata(instance) },
        { "data", new Mapping { { "azure.json", """{"useWorkloadIdentityExtension": true}""" } } },
    };

    public static Mapping Container(Cluster cluster, DnsInstance instance, string secret) => new()
    {
        { "name", "azure-config" },
        { "image", cluster.Workloads.ImageOf(instance.Azure.ShellImage, ExternalDnsNames.ShellImage) },
        { "command", Resources.Texts("sh", "-ec", Script) },
        { "env", Sequence.Of(ExternalDnsCredentials.References(instance, secret)) },
        { "resources", new Mapping
            {
                { "requests", new Mapping { { "cpu", "10m" }, { "memory", "16Mi" } } },
                { "limits", new Mapping { { "memory", "16Mi" } } },
            }
        },
        { "securityContext", PodParts.Restricted() },
        { "volumeMounts", Sequence.Of(new Mapping { { "name", Volume }, { "mountPath", Folder } }) },
    };

    // A quote or a backslash would end the JSON text early; Azure makes none. A Secret from a file ends with the file's line break, which a
    // shell's substitution takes away. Flux replaces braced variables only.
    public const string Script = """
        case "$TENANT_ID$CLIENT_ID$CLIENT_SECRET" in *'"'*|*\\*) echo "a credential has a quote or a backslash" >&2; exit 1;; esac
        umask 077
        printf '{"tenantId": "%s", "aadClientId": "%s", "aadClientSecret": "%s"}' \
          "$(printf %s "$TENANT_ID")" "$(printf %s "$CLIENT_ID")" "$(printf %s "$CLIENT_SECRET")" > /etc/external-dns/azure/azure.json
        """;
}
