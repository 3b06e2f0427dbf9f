using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// <c>kubernetes/components/coredns</c>: differences between clusters that are more than a value. Only used components are written.
/// </summary>
internal static class CoreDnsComponents
{
    // Helm replaces the list of servers as a whole, so it includes the cache settings.
    private const string Substrate = "substrate";
    private const string SubstrateUncached = "substrate-cluster-names-uncached";

    public static IEnumerable<GeneratedFile> Files(Platform platform) =>
        platform.Clusters.SelectMany(Of).Distinct().Order(StringComparer.Ordinal).SelectMany(component => Files(platform, component));

    /// <summary>The component folders of one cluster, in the order in which they apply.</summary>
    public static IEnumerable<string> Folders(Cluster cluster) => Of(cluster).Select(name => $"{CoreDnsApp.ComponentsFolder}/{name}");

    private static IEnumerable<string> Of(Cluster cluster)
    {
        switch (cluster.NetworkPolicy)
        {
            case NetworkPolicyFlavour.Cilium:
                yield return "ingress-cilium";
                break;
            case NetworkPolicyFlavour.Kubernetes:
                yield return "ingress-kubernetes";
                if (cluster.Nodes is not null)
                {
                    yield return "ingress-kubernetes-nodes";
                }

                break;
        }

        if (cluster.Monitoring.Flavour == MonitoringFlavour.None)
        {
            yield return "without-monitoring";
        }
        else if (cluster.Monitoring.BurnRate is not null)
        {
            yield return "burn-rate";
        }

        if (cluster.Substrate is { } substrate)
        {
            yield return $"{(cluster.HealthController is null ? Substrate : SubstrateUncached)}/{substrate.Name}";
        }

        if (cluster.HealthController is not null)
        {
            if (cluster.Substrate is null)
            {
                yield return "cluster-names-uncached";
            }

            yield return "serve-label";
        }

        if (cluster.HealthController?.CoreDns == true)
        {
            yield return "health-checked";
        }

        if (cluster.Dns.BudgetFollows)
        {
            yield return "budget-follows";
        }

        switch (cluster.Dns.Autoscaling)
        {
            case Autoscaling.Horizontal:
                yield return "autoscaling-horizontal";
                break;
            case Autoscaling.Proportional:
                yield return "autoscaling-proportional";
                break;
        }
    }

    private static IEnumerable<GeneratedFile> Files(Platform platform, string component)
    {
        var folder = $"{CoreDnsApp.ComponentsFolder}/{component}";
        return component switch
        {
            "ingress-cilium" => WithResource(folder, "ciliumnetworkpolicy.yaml", IngressPolicies.Cilium()),
            "ingress-kubernetes" => WithResource(folder, "networkpolicy.yaml", IngressPolicies.Kubernetes()),
            "ingress-kubernetes-nodes" => WithResource(folder, "networkpolicy.yaml", IngressPolicies.KubernetesNodes()),
            "burn-rate" => WithResource(folder, "prometheusrule.yaml", BurnRateAlerts.Rule(platform.Repository)),
            "without-monitoring" => WithPatches(folder, DeleteAlerts(), Values(WithoutServiceMonitor())),
            "cluster-names-uncached" => WithPatches(folder, Values(ClusterNamesUncached())),
            "serve-label" => WithPatches(folder, Values(ServeLabel())),
            _ when component.StartsWith(Substrate, StringComparison.Ordinal) =>
                WithPatches(folder, Values(Forwarding(platform, component))),
            "health-checked" => WithPatches(folder, Values(HealthChecked())),
            "budget-follows" => WithPatches(folder, BudgetFollows()),
            "autoscaling-horizontal" => WithPatches(folder, Scaled(Horizontal())),
            _ => WithPatches(folder, Scaled(Proportional())),
        };
    }

    private static IEnumerable<GeneratedFile> WithResource(string folder, string name, Mapping resource) =>
    [
        Layout.File($"{folder}/kustomization.yaml", Resources.Component([name])),
        Layout.File($"{folder}/{name}", resource),
    ];

    private static IEnumerable<GeneratedFile> WithPatches(string folder, params IEnumerable<Mapping> patches) =>
        [Layout.File($"{folder}/kustomization.yaml", Resources.Component([], Sequence.Of(patches.Select(Resources.Patch))))];

    private static Mapping DeleteAlerts() => new()
    {
        { "$patch", "delete" },
        { "apiVersion", "monitoring.coreos.com/v1" },
        { "kind", "PrometheusRule" },
        { "metadata", Resources.Metadata(CoreDnsNames.Release, CoreDnsNames.Namespace) },
    };

    /// <summary>A patch of the release's values.</summary>
    public static Mapping Values(Mapping values) => Release(new Mapping { { "values", values } });

    /// <summary>Helm values of an autoscaler; drift detection then ignores the number of replicas (helm-controller#643).</summary>
    private static Mapping Scaled(Mapping values) => Release(new Mapping
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

    /// <summary>A quarter of the pods, rounded up, may be evicted at once, at any scale.</summary>
    private static Mapping BudgetFollows() => Resources.Object("policy/v1", "PodDisruptionBudget",
        Resources.Metadata(CoreDnsNames.DisruptionBudget, CoreDnsNames.Namespace),
        new Mapping { { "minAvailable", Scalar.Null }, { "maxUnavailable", "25%" } });

    private static Mapping WithoutServiceMonitor() =>
        new() { { "prometheus", new Mapping { { "monitor", new Mapping { { "enabled", false } } } } } };

    /// <summary>
    /// A cached answer would contain an endpoint for seconds after its removal. Helm replaces the list of servers as a whole.
    /// </summary>
    private static Mapping ClusterNamesUncached() => new() { { "servers", Corefile.Servers(clusterNamesCached: false) } };

    private static Mapping Forwarding(Platform platform, string component)
    {
        var slash = component.IndexOf('/', StringComparison.Ordinal);
        var substrate = platform.Substrates.First(one => one.Name.Text == component[(slash + 1)..]);
        return new Mapping { { "servers", Corefile.Servers(component[..slash] == Substrate, substrate) } };
    }

    private static Mapping Horizontal() => new()
    {
        { "hpa", new Mapping
            {
                { "enabled", true },
                { "minReplicas", Scalar.Variable(CoreDnsVariables.Replicas) },
                { "maxReplicas", Scalar.Variable(CoreDnsVariables.MaxReplicas) },
                { "metrics", Sequence.Of(Utilization("cpu", CoreDnsVariables.TargetCpuPercent),
                    Utilization("memory", CoreDnsVariables.TargetMemoryPercent)) },
                // Scales up at once and down slowly: a removed pod takes its cache with it.
                { "behavior", new Mapping
                    {
                        { "scaleUp", Behaviour(0, ("Percent", 100, 30), ("Pods", 2, 30)) },
                        { "scaleDown", Behaviour(600, ("Pods", 1, 120)) },
                    }
                },
            }
        },
    };

    private static Mapping Utilization(string resource, string variable) => new()
    {
        { "type", "Resource" },
        { "resource", new Mapping
            {
                { "name", resource },
                { "target", new Mapping { { "type", "Utilization" }, { "averageUtilization", Scalar.Variable(variable) } } },
            }
        },
    };

    private static Mapping Behaviour(int window, params IEnumerable<(string Type, int Value, int Seconds)> policies) => new()
    {
        { "stabilizationWindowSeconds", window },
        { "selectPolicy", "Max" },
        { "policies", Sequence.Of(policies.Select(policy => new Mapping
            {
                { "type", policy.Type },
                { "value", policy.Value },
                { "periodSeconds", policy.Seconds },
            }))
        },
    };

    private static Mapping Proportional() => new()
    {
        { "autoscaler", new Mapping
            {
                { "enabled", true },
                { "coresPerReplica", Scalar.Variable(CoreDnsVariables.CoresPerReplica) },
                { "nodesPerReplica", Scalar.Variable(CoreDnsVariables.NodesPerReplica) },
                { "min", Scalar.Variable(CoreDnsVariables.Replicas) },
                { "max", Scalar.Variable(CoreDnsVariables.MaxReplicas) },
                { "priorityClassName", "system-cluster-critical" },
            }
        },
    };

    private static Mapping Release(Mapping spec) =>
        Resources.Object(FluxApi.HelmRelease, "HelmRelease", Resources.Metadata(CoreDnsNames.Release, CoreDnsNames.Namespace), spec);

    // Puts CoreDNS's own pods under the DNS health controller, in two steps: wherever the controller runs the pods get the serve label, and
    // the Service selects it if the definition says so. A Helm upgrade changes the Service before it replaces the pods, so both at once
    // would leave the Service without endpoints; the plan refuses that.
    private static Mapping ServeLabel() => new() { { "customLabels", new Mapping { { ControllerNames.ServeLabel, "true" } } } };

    /// <summary>The chart replaces its whole selector by this one, so it repeats the chart's three labels.</summary>
    private static Mapping HealthChecked() => new()
    {
        { "service", new Mapping
            {
                { "annotations", new Mapping
                    {
                        { ControllerNames.HealthCheck + "enabled", "true" },
                        { ControllerNames.HealthCheck + "scheme", "dns" },
                        // A working CoreDNS answers within milliseconds, and while the Service has a dead pod every client loses half of
                        // its queries: it is found in 0.5 + 0.3 + 0.3 s.
                        { ControllerNames.HealthCheck + "interval", "500ms" },
                        { ControllerNames.HealthCheck + "retry-interval", "250ms" },
                        { ControllerNames.HealthCheck + "timeout", "300ms" },
                        { ControllerNames.HealthCheck + "failure-threshold", "2" },
                        { ControllerNames.HealthCheck + "dns-name", $"kubernetes.default.svc.${{{Variables.ClusterDomain}}}." },
                    }
                },
                { "selector", new Mapping
                    {
                        { ControllerNames.ServeLabel, "true" },
                        { "app.kubernetes.io/instance", CoreDnsNames.Release },
                        { "app.kubernetes.io/name", CoreDnsNames.Release },
                        { CoreDnsNames.AppLabel, CoreDnsNames.App },
                    }
                },
            }
        },
    };
}
