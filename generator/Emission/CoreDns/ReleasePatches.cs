using PlatformGitOps.Generator.Emission.Flux;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary>Strategic merge patches on the release for what is more than a variable.</summary>
internal static class ReleasePatches
{
    /// <summary>A kustomize patch entry; a patch is itself YAML text inside of YAML.</summary>
    public static Node Patch(Mapping patch) => new Mapping { { "patch", YamlWriter.WriteFragment(patch) } };

    public static Mapping DeleteAlerts() => new()
    {
        { "$patch", "delete" },
        { "apiVersion", "monitoring.coreos.com/v1" },
        { "kind", "PrometheusRule" },
        { "metadata", Resources.Metadata(CoreDnsNames.Release, CoreDnsNames.Namespace) },
    };

    public static Mapping Values(Mapping values) => Release(new Mapping { { "values", values } });

    /// <summary>Values of a scaler; drift detection then leaves the number of replicas to it (helm-controller#643).</summary>
    public static Mapping Scaled(Mapping values) => Release(new Mapping
    {
        { "driftDetection", new Mapping
            {
                { "ignore", Sequence.Of(new Mapping
                    {
                        { "paths", Resources.Texts("/spec/replicas") },
                        { "target", new Mapping { { "kind", "Deployment" }, { "name", CoreDnsNames.Release } } },
                    })
                },
            }
        },
        { "values", values },
    });

    public static Mapping WithoutServiceMonitor() => new() { { "prometheus", new Mapping { { "monitor", new Mapping { { "enabled", false } } } } } };

    /// <summary>A kept answer would name an endpoint for seconds after it was taken out. The list of servers is replaced as a whole.</summary>
    public static Mapping ClusterNamesUncached() => new() { { "servers", Corefile.Servers(clusterNamesCached: false) } };

    public static Mapping Horizontal() => new()
    {
        { "hpa", new Mapping
            {
                { "enabled", true },
                { "minReplicas", Scalar.Variable(Variables.Replicas) },
                { "maxReplicas", Scalar.Variable(Variables.MaxReplicas) },
                { "metrics", Sequence.Of(new Mapping
                    {
                        { "type", "Resource" },
                        { "resource", new Mapping
                            {
                                { "name", "cpu" },
                                { "target", new Mapping { { "type", "Utilization" }, { "averageUtilization", Scalar.Variable(Variables.TargetCpuPercent) } } },
                            }
                        },
                    })
                },
            }
        },
    };

    public static Mapping Proportional() => new()
    {
        { "autoscaler", new Mapping
            {
                { "enabled", true },
                { "coresPerReplica", Scalar.Variable(Variables.CoresPerReplica) },
                { "nodesPerReplica", Scalar.Variable(Variables.NodesPerReplica) },
                { "min", Scalar.Variable(Variables.Replicas) },
                { "max", Scalar.Variable(Variables.MaxReplicas) },
                { "priorityClassName", "system-cluster-critical" },
            }
        },
    };

    private static Mapping Release(Mapping spec) =>
        Resources.Object(FluxApi.HelmRelease, "HelmRelease", Resources.Metadata(CoreDnsNames.Release, CoreDnsNames.Namespace), spec);
}
