using static PlatformGitOps.Generator.Emission.PodParts;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>Replicas on different nodes, one of which is the leader; docs/health-controller.md has the table for this.</summary>
internal static class ControllerDeployment
{
    // The user of the image.
    private const int User = 65532;

    public static Mapping Deployment() => Resources.Object("apps/v1", "Deployment", ControllerNames.Metadata(), new Mapping
    {
        { "replicas", Scalar.Variable(ControllerVariables.Replicas) },
        { "selector", ControllerNames.Selector() },
        { "template", new Mapping
            {
                { "metadata", new Mapping { { "labels", ControllerNames.Labels() } } },
                { "spec", Pod() },
            }
        },
    });

    /// <summary>A patch with the CPU limit of the definition.</summary>
    public static Mapping CpuLimit() => new()
    {
        { "target", new Mapping { { "kind", "Deployment|Job" }, { "name", ControllerNames.Name } } },
        { "patch", YamlWriter.WriteFragment(Sequence.Of(new Mapping
            {
                { "op", "add" },
                { "path", "/spec/template/spec/containers/0/resources/limits/cpu" },
                { "value", Scalar.Variable(ControllerVariables.CpuLimit) },
            }))
        },
    };

    /// <summary>A standby can be evicted at any time, and a leader hands over first.</summary>
    public static Mapping DisruptionBudget() => PodParts.DisruptionBudget(ControllerNames.Metadata(), ControllerNames.Selector());

    private static Mapping Pod() => new()
    {
        { "serviceAccountName", ControllerNames.Name },
        { "priorityClassName", "system-cluster-critical" },
        { "terminationGracePeriodSeconds", 30 },
        { "securityContext", NonRoot(User) },
        { "topologySpreadConstraints", Sequence.Of(OnePerNode(ControllerNames.Selector())) },
        { "containers", Sequence.Of(Container("run")) },
        { "volumes", Volumes() },
    };

    /// <summary>
    /// Runs instead of the controller, as the last step before its removal: it restores everything that the controller removed. Flux waits
    /// for it.
    /// </summary>
    public static Mapping ReleaseJob() => Resources.Object("batch/v1", "Job", Resources.Metadata(
        ControllerNames.Name, ControllerNames.Namespace, ControllerNames.Labels(),
        // A Job is immutable: Flux recreates it for another image, config or limit.
        new Mapping { { "kustomize.toolkit.fluxcd.io/force", "enabled" } }), new Mapping
    {
        // All attempts and their back-off end before Flux's time-out, so that Flux reports the failure.
        { "backoffLimit", 4 },
        // Then Flux recreates it: a failed Job is retried, and late writes are restored.
        { "ttlSecondsAfterFinished", 3600 },
        { "template", new Mapping
            {
                { "metadata", new Mapping { { "labels", ControllerNames.Labels() } } },
                { "spec", new Mapping
                    {
                        { "serviceAccountName", ControllerNames.Name },
                        { "priorityClassName", "system-cluster-critical" },
                        { "restartPolicy", "Never" },
                        { "securityContext", NonRoot(User) },
                        { "containers", Sequence.Of(Container("release")) },
                        { "volumes", Volumes() },
                    }
                },
            }
        },
    });

    private static Sequence Volumes() => Sequence.Of(new Mapping
    {
        { "name", "config" },
        { "configMap", new Mapping { { "name", Scalar.Variable(ControllerVariables.Config) } } },
    });

    private static Sequence Arguments(string command) => Resources.Texts(
    [
        command, "--config", $"{ControllerNames.ConfigFolder}/{ControllerNames.ConfigKey}",
        .. command == "run" ? new[] { "--port", ControllerNames.Port.ToString(CultureInfo.InvariantCulture) } : [],
    ]);

    /// <param name="command">The command: <c>run</c>, with metrics and health endpoints, or <c>release</c>.</param>
    private static Mapping Container(string command) => new()
    {
        { "name", ControllerNames.Name },
        { "image", Scalar.Variable(ControllerVariables.Image) },
        { "args", Arguments(command) },
        { "env", Environment() },
        { "ports", command != "run" ? null : Sequence.Of(ContainerPort(ControllerNames.MetricsPort, ControllerNames.Port)) },
        { "livenessProbe", command != "run" ? null : Probe("/healthz", ControllerNames.MetricsPort, 10) },
        { "readinessProbe", command != "run" ? null : Probe("/readyz", ControllerNames.MetricsPort, 5) },
        { "resources", new Mapping
            {
                { "requests", new Mapping { { "cpu", Scalar.Variable(ControllerVariables.CpuRequest) },
                    { "memory", Scalar.Variable(ControllerVariables.MemoryRequest) } } },
                { "limits", new Mapping { { "memory", Scalar.Variable(ControllerVariables.MemoryLimit) } } },
            }
        },
        { "securityContext", Restricted() },
        { "volumeMounts", Sequence.Of(new Mapping { { "name", "config" }, { "mountPath", ControllerNames.ConfigFolder },
            { "readOnly", true } }) },
    };

    /// <summary>The environment of all containers with the controller's program.</summary>
    internal static Sequence Environment() => Sequence.Of(
        // The identity in the Lease.
        new Mapping
        {
            { "name", "POD_NAME" },
            { "valueFrom", new Mapping { { "fieldRef", new Mapping { { "fieldPath", "metadata.name" } } } } },
        },
        // .NET's diagnostics need a writable /tmp.
        new Mapping { { "name", "DOTNET_EnableDiagnostics" }, { "value", "0" } });
}
