namespace PlatformGitOps.Generator.Emission;

/// <summary>A Flux Kustomization: one layer of one cluster.</summary>
public sealed record FluxKustomization
{
    /// <summary>The object's name.</summary>
    public required string Name { get; init; }

    /// <summary>The folder that it applies, relative to the definition's folder.</summary>
    public required string Path { get; init; }

    /// <summary>Folders of kustomize Components, relative to the definition's folder.</summary>
    public IReadOnlyList<string> Components { get; init; } = [];

    /// <summary>Entries of kustomize's <c>patches</c>, for this cluster alone.</summary>
    public IReadOnlyList<Node> Patches { get; init; } = [];

    /// <summary>Names of the Flux Kustomizations that must be ready before this one.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];

    /// <summary>The objects that Flux checks if <see cref="Wait"/> is false; with true it ignores them.</summary>
    public IReadOnlyList<(string ApiVersion, string Kind, string Name, string Namespace)> HealthChecks { get; init; } = [];

    /// <summary>The Secret in flux-system with the SOPS keys; null if nothing is encrypted.</summary>
    public string? DecryptionSecret { get; init; }

    /// <summary>The ServiceAccount that Flux acts as; null for Flux's own rights.</summary>
    public string? ServiceAccount { get; init; }

    /// <summary>Labels of every object that it applies.</summary>
    public Mapping? CommonLabels { get; init; }

    /// <summary>Annotations of every object that it applies.</summary>
    public Mapping? CommonAnnotations { get; init; }

    /// <summary>False for a cluster's root: it would wait for objects that wait for it.</summary>
    public bool Wait { get; init; } = true;

    public bool Substitute { get; init; } = true;

    public Mapping ToObject(Platform platform) =>
        Resources.Object(FluxApi.Kustomization, "Kustomization", Resources.Metadata(Name, Layout.FluxNamespace), new Mapping
    {
        { "interval", "10m" },
        { "retryInterval", "1m" },
        // Longer than the time-out of a HelmRelease, which reports the cause of a failure.
        { "timeout", "10m" },
        { "prune", true },
        { "wait", Wait },
        { "sourceRef", new Mapping { { "kind", platform.Repository.Kind == SourceKind.Oci ? "OCIRepository" : "GitRepository" },
            { "name", Layout.SourceName } } },
        { "serviceAccountName", ServiceAccount },
        { "decryption", DecryptionSecret is null ? null : new Mapping { { "provider", "sops" },
            { "secretRef", new Mapping { { "name", DecryptionSecret } } } } },
        { "commonMetadata", CommonLabels is null && CommonAnnotations is null ? null
            : new Mapping { { "labels", CommonLabels }, { "annotations", CommonAnnotations } } },
        { "path", platform.Repository.Folder is { } folder ? $"./{folder}/{Path}" : $"./{Path}" },
        { "components", Components.Count == 0 ? null : Resources.Texts(Components.Select(component => Relative(Path, component))) },
        { "patches", Patches.Count == 0 ? null : Sequence.Of(Patches) },
        { "dependsOn", DependsOn.Count == 0 ? null : Sequence.Of(DependsOn.Select(name => new Mapping { { "name", name } })) },
        { "healthChecks", HealthChecks.Count == 0 ? null : Sequence.Of(HealthChecks.Select(check => new Mapping
            {
                { "apiVersion", check.ApiVersion },
                { "kind", check.Kind },
                { "name", check.Name },
                { "namespace", check.Namespace },
            }))
        },
        { "postBuild", !Substitute ? null : new Mapping
            {
                { "substituteFrom", Sequence.Of(new Mapping { { "kind", "ConfigMap" }, { "name", Layout.ClusterSettings } }) },
            }
        },
    });

    /// <summary>Flux reads the paths of components relative to the Kustomization's path.</summary>
    private static string Relative(string from, string to) =>
        string.Concat(Enumerable.Repeat("../", from.Count(c => c == '/'))) + to[(to.IndexOf('/', StringComparison.Ordinal) + 1)..];
}

/// <summary>The API versions that a Flux release serves (its release notes: HelmRelease v2 from 2.3, OCIRepository v1 from 2.6).</summary>
internal static class FluxApi
{
    private static readonly SemVer OciRepositoryIsStable = new(2, 6, 0);

    private static readonly SemVer InstallCanRetryInPlace = new(2, 7, 0);

    public const string Kustomization = "kustomize.toolkit.fluxcd.io/v1";

    public const string HelmRelease = "helm.toolkit.fluxcd.io/v2";

    public const string GitRepository = "source.toolkit.fluxcd.io/v1";

    /// <summary>Provider and Alert, served since Flux 2.2.</summary>
    public const string Notification = "notification.toolkit.fluxcd.io/v1beta3";

    public const string HelmRepository = "source.toolkit.fluxcd.io/v1";

    /// <summary>
    /// The remediation of a failed install. Retrying in place (Flux 2.7) keeps a Service that was taken over; older versions must uninstall
    /// before a retry.
    /// </summary>
    public static Entry InstallRetry(SemVer flux) => flux >= InstallCanRetryInPlace
        ? new Entry("strategy", new Mapping { { "name", "RetryOnFailure" }, { "retryInterval", "1m" } })
        : new Entry("remediation", new Mapping { { "retries", 3 } });

    public static string OciRepository(SemVer flux) => flux >= OciRepositoryIsStable ? "source.toolkit.fluxcd.io/v1"
        : "source.toolkit.fluxcd.io/v1beta2";
}
