using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// The objects that the chart makes from a release's values, with only what patches in <c>spec.postRenderers</c> can select. From the
/// templates of charts 1.35.0 to 1.46.2, which are equal in this.
/// </summary>
internal static class ChartedObjects
{
    private static readonly HashSet<string> Kinds = new(StringComparer.Ordinal)
    {
        "Deployment", "Service", "ConfigMap", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "PodDisruptionBudget",
        "HorizontalPodAutoscaler", "ServiceMonitor",
    };

    /// <summary>The suffix of the names of the proportional autoscaler's objects.</summary>
    public const string AutoscalerSuffix = "-autoscaler";

    /// <summary>A quick check: false for most objects that the chart does not make.</summary>
    public static bool MayMake(CoreDnsRelease release, Manifest resource) => Kinds.Contains(resource.Kind)
        && resource.Name is var name && (name == release.FullName || name == release.ServiceName || name == release.DeploymentName
            || name == release.AccountName || name == release.MetricsService || name == release.Text("clusterRole", "nameOverride")
            || name.EndsWith(AutoscalerSuffix, StringComparison.Ordinal));

    public static IEnumerable<Manifest> Of(CoreDnsRelease release)
    {
        var (name, scaler) = (release.FullName, release.FullName + AutoscalerSuffix);
        var (hpa, autoscaler) = (release.Switch(false, "hpa", "enabled"), release.Switch(false, "autoscaler", "enabled"));
        var roles = release.Switch(true, "rbac", "create");
        if (release.Switch(true, "deployment", "enabled"))
        {
            yield return Made("apps/v1", "Deployment", release.DeploymentName);
            yield return Made("v1", "Service", release.ServiceName);
            if (!release.Switch(false, "deployment", "skipConfig"))
            {
                yield return Made("v1", "ConfigMap", name);
            }

            if (roles)
            {
                var role = release.Text("clusterRole", "nameOverride") ?? name;
                yield return Made("rbac.authorization.k8s.io/v1", "ClusterRole", role);
                yield return Made("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", role);
            }

            if (release.Switch(false, "serviceAccount", "create"))
            {
                yield return Made("v1", "ServiceAccount", release.AccountName);
            }

            if (release.Values["podDisruptionBudget"] is Mapping { Entries.IsEmpty: false })
            {
                yield return Made("policy/v1", "PodDisruptionBudget", name);
            }

            if (release.HasMetricsService)
            {
                yield return Made("v1", "Service", release.MetricsService);
            }

            if (release.ScrapesItself)
            {
                // The chart writes the namespace only if a value sets it.
                yield return Made(
                    "monitoring.coreos.com/v1", "ServiceMonitor", name, release.Text("prometheus", "monitor", "namespace") ?? "");
            }
        }

        if (hpa && !autoscaler)
        {
            yield return Made("autoscaling/v2", "HorizontalPodAutoscaler", name);
        }

        if (autoscaler)
        {
            yield return Made("v1", "ConfigMap", scaler);
            if (!hpa)
            {
                yield return Made("apps/v1", "Deployment", scaler);
            }

            if (roles)
            {
                yield return Made("rbac.authorization.k8s.io/v1", "ClusterRole", scaler);
                yield return Made("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", scaler);
                yield return Made("v1", "ServiceAccount", scaler);
            }
        }

        Manifest Made(string apiVersion, string kind, string called, string? @namespace = null) => new(new Mapping
        {
            { "apiVersion", apiVersion },
            { "kind", kind },
            { "metadata", new Mapping { { "name", called },
                { "namespace", Manifest.HasNoNamespace(kind) || @namespace == "" ? null : (Node)(@namespace ?? release.Namespace) } } },
        }, "");
    }

    /// <summary>
    /// The missing target of a patch; null if the patch selects one of the objects. Selectors of labels and annotations may select any.
    /// </summary>
    /// <param name="patch">An entry of <c>patches</c>.</param>
    /// <param name="objects">The objects of the chart.</param>
    public static MissingTarget? Missing(Mapping patch, IReadOnlyCollection<Manifest> objects)
    {
        if (patch["target"] is Mapping target)
        {
            try
            {
                var selector = new PatchTarget(Labelless(target));
                return objects.Any(selector.Matches) ? null
                    : new(target.TextAt("kind"), target.TextAt("name"), target.TextAt("namespace"), Fails: false)
                    {
                        Elsewhere = target.TextAt("namespace") is null ? null
                            : objects.FirstOrDefault(new PatchTarget(Labelless(target).Without("namespace")).Matches)?.Namespace,
                    };
            }
            catch (FormatException)
            {
                // Another rule reports a target that cannot be parsed.
                return null;
            }
        }

        return Merged(patch).Select(merge => new Manifest(merge, ""))
            .Where(merge => merge is { Kind.Length: > 0, Name.Length: > 0 } && !objects.Any(item => item.Id == merge.Id))
            .Select(merge => new MissingTarget(merge.Kind, merge.Name, merge.Namespace, Fails: true)
            {
                Elsewhere = objects.FirstOrDefault(item => item.Id == merge.Id with { Namespace = item.Namespace })?.Namespace,
            }).FirstOrDefault();
    }

    private static Mapping Labelless(Mapping target) => target.Without("labelSelector").Without("annotationSelector");

    private static IEnumerable<Mapping> Merged(Mapping patch) => patch.TextAt("patch") is not { } text ? []
        : YamlReader.Read("", text, YamlOptions.Kustomize).Documents.OfType<Mapping>();
}

/// <summary>The target of a patch that the chart does not make.</summary>
/// <param name="Kind">Null for any.</param>
/// <param name="Name">Null for any.</param>
/// <param name="Namespace">Null or empty for any.</param>
/// <param name="Fails">True if the patch fails the Helm release; false if it has no effect.</param>
internal sealed record MissingTarget(string? Kind, string? Name, string? Namespace, bool Fails)
{
    /// <summary>The namespace in which the chart makes an object of this kind and name; null if it makes none.</summary>
    public string? Elsewhere { get; init; }

    public override string ToString() =>
        string.Join(' ', new[] { Kind ?? "any kind", Name is null ? null : Namespace is { Length: > 0 } ? $"{Namespace}/{Name}" : Name }
            .OfType<string>());
}
