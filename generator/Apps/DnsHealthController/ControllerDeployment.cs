using System.Globalization;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Apps.DnsHealthController;

/// <summary>Instances on as many nodes, one of which acts; docs/health-controller.md has the table that this follows.</summary>
internal static class ControllerDeployment
{
    // The user that the image is built with.
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

    /// <summary>A limit of CPU where the definition has one: an entry of a kustomization's patches.</summary>
    public static Mapping CpuLimit() => new()
    {
        { "target", new Mapping { { "kind", "Deployment" }, { "name", ControllerNames.Name } } },
        { "patch", YamlWriter.WriteFragment(Sequence.Of(new Mapping
            {
                { "op", "add" },
                { "path", "/spec/template/spec/containers/0/resources/limits/cpu" },
                { "value", Scalar.Variable(ControllerVariables.CpuLimit) },
            }))
        },
    };

    /// <summary>A standby may go at any time, and the one that acts hands over before it goes.</summary>
    public static Mapping DisruptionBudget() => Resources.Object("policy/v1", "PodDisruptionBudget", ControllerNames.Metadata(), new Mapping
    {
        { "maxUnavailable", 1 },
        // A pod that is not ready protects nobody and would hold a drain up forever (KEP-3017).
        { "unhealthyPodEvictionPolicy", "AlwaysAllow" },
        { "selector", ControllerNames.Selector() },
    });

    private static Mapping Pod() => new()
    {
        { "serviceAccountName", ControllerNames.Name },
        { "priorityClassName", "system-cluster-critical" },
        { "terminationGracePeriodSeconds", 30 },
        { "securityContext", new Mapping
            {
                { "runAsNonRoot", true },
                { "runAsUser", User },
                { "runAsGroup", User },
                { "seccompProfile", new Mapping { { "type", "RuntimeDefault" } } },
            }
        },
        { "topologySpreadConstraints", Sequence.Of(new Mapping
            {
                { "maxSkew", 1 },
                { "topologyKey", "kubernetes.io/hostname" },
                { "whenUnsatisfiable", "DoNotSchedule" },
                { "labelSelector", ControllerNames.Selector() },
                // Counts the pods of one revision only, so that a rollout cannot end lopsided (kubernetes#98215).
                { "matchLabelKeys", Resources.Texts("pod-template-hash") },
            })
        },
        { "containers", Sequence.Of(Container()) },
        { "volumes", Sequence.Of(new Mapping { { "name", "config" },
            { "configMap", new Mapping { { "name", Scalar.Variable(ControllerVariables.Config) } } } }) },
    };

    private static Mapping Container() => new()
    {
        { "name", ControllerNames.Name },
        { "image", Scalar.Variable(ControllerVariables.Image) },
        { "args", Resources.Texts(
            "run",
            "--config",
            $"{ControllerNames.ConfigFolder}/{ControllerNames.ConfigKey}",
            "--port",
            ControllerNames.Port.ToString(CultureInfo.InvariantCulture))
        },
        { "env", Sequence.Of(
            // Who holds the Lease.
            new Mapping
            {
                { "name", "POD_NAME" },
                { "valueFrom", new Mapping { { "fieldRef", new Mapping { { "fieldPath", "metadata.name" } } } } },
            },
            // .NET's diagnostics would want a writable /tmp.
            new Mapping { { "name", "DOTNET_EnableDiagnostics" }, { "value", "0" } })
        },
        { "ports", Sequence.Of(new Mapping { { "name", ControllerNames.MetricsPort }, { "containerPort", ControllerNames.Port },
            { "protocol", "TCP" } }) },
        { "livenessProbe", Probe("/healthz", 10) },
        { "readinessProbe", Probe("/readyz", 5) },
        { "resources", new Mapping
            {
                { "requests", new Mapping { { "cpu", Scalar.Variable(ControllerVariables.CpuRequest) },
                    { "memory", Scalar.Variable(ControllerVariables.MemoryRequest) } } },
                { "limits", new Mapping { { "memory", Scalar.Variable(ControllerVariables.MemoryLimit) } } },
            }
        },
        { "securityContext", new Mapping
            {
                { "allowPrivilegeEscalation", false },
                { "readOnlyRootFilesystem", true },
                { "capabilities", new Mapping { { "drop", Resources.Texts("ALL") } } },
            }
        },
        { "volumeMounts", Sequence.Of(new Mapping { { "name", "config" }, { "mountPath", ControllerNames.ConfigFolder },
            { "readOnly", true } }) },
    };

    private static Mapping Probe(string path, int period) => new()
    {
        { "httpGet", new Mapping { { "path", path }, { "port", ControllerNames.MetricsPort } } },
        { "periodSeconds", period },
        { "timeoutSeconds", 5 },
    };
}
