using System.Text.Json.Nodes;

namespace PlatformGitOps.Acceptance.Rendering.Chart;

/// <summary>What runs: the Deployment, its pods and their container.</summary>
public sealed partial class ChartModel
{
    private JsonObject Deployment()
    {
        var scaled = values.Flag("hpa.enabled") == true || values.Flag("autoscaler.enabled") == true;
        return Present(new JsonObject
        {
            ["replicas"] = scaled ? null : values.At("replicaCount")?.DeepClone(),
            ["strategy"] = new JsonObject { ["type"] = "RollingUpdate", ["rollingUpdate"] = values.At("rollingUpdate")?.DeepClone() },
            ["selector"] = new JsonObject { ["matchLabels"] = Selector() },
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = PodLabels() }, ["spec"] = Pod() },
        });
    }

    private JsonObject Pod() => Present(new JsonObject
    {
        ["securityContext"] = values.At("podSecurityContext")?.DeepClone(),
        ["terminationGracePeriodSeconds"] = values.At("terminationGracePeriodSeconds")?.DeepClone(),
        ["serviceAccountName"] = AccountName(),
        ["priorityClassName"] = values.At("priorityClassName")?.DeepClone(),
        ["dnsPolicy"] = ClusterService ? "Default" : null,
        ["topologySpreadConstraints"] = values.At("topologySpreadConstraints")?.DeepClone(),
        ["tolerations"] = values.At("tolerations")?.DeepClone(),
        ["containers"] = new JsonArray(Present(new JsonObject
        {
            ["name"] = "coredns",
            ["image"] = $"{values.Text("image.repository")}:{(values.Text("image.tag") is { Length: > 0 } tag ? tag : AppVersion)}",
            ["resources"] = values.At("resources")?.DeepClone(),
            ["ports"] = new JsonArray([.. Listeners().Concat(MetricsPorts()).Select(port => new JsonObject
            {
                ["containerPort"] = port.Number,
                ["name"] = port.Name,
                ["protocol"] = port.Protocol,
            })]),
            ["livenessProbe"] = Probe("livenessProbe", "/health", 8080),
            ["readinessProbe"] = Probe("readinessProbe", "/ready", 8181),
            ["securityContext"] = values.At("securityContext")?.DeepClone(),
        })),
    });

    private JsonObject? Probe(string name, string path, int port)
    {
        if (values.Flag(name + ".enabled") != true)
        {
            return null;
        }

        var probe = (JsonObject)values.At(name)!.DeepClone();
        probe.Remove("enabled");
        probe["httpGet"] = new JsonObject { ["path"] = path, ["port"] = port, ["scheme"] = "HTTP" };
        return probe;
    }

    private JsonObject PodLabels()
    {
        var labels = Selector();
        foreach (var (key, value) in values.Map("customLabels"))
        {
            labels[key] = value;
        }

        return labels;
    }

    private string AccountName() =>
        values.Flag("serviceAccount.create") == true ? Named("serviceAccount.name")
        : values.Text("serviceAccount.name") is { Length: > 0 } name ? name : "default";
}
