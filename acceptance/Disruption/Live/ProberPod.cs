using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Disruption.Live;

/// <summary>A prober that runs as a pod, on a node of one's choice, against the cluster's DNS address.</summary>
public sealed class ProberPod
{
    public const string Namespace = "acceptance-prober";
    private const int ControlPort = 8099;

    private readonly LiveCluster cluster;
    private readonly string name;

    private ProberPod(LiveCluster cluster, string name) => (this.cluster, this.name) = (cluster, name);

    public static async Task<ProberPod> Start(LiveCluster cluster, string image, string name, string node, CancellationToken cancellationToken)
    {
        await cluster.Api.Apply(ResourceKind.Namespace, new Resource(new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = Namespace },
        }), cancellationToken);
        await cluster.Api.Apply(ResourceKind.Pod, new Resource(Manifest(cluster, image, name, node)), cancellationToken);
        var pod = new ProberPod(cluster, name);
        await Eventually.Within(TimeSpan.FromSeconds(60), token => pod.Clock(token), $"the prober starts on {node}", cancellationToken);
        return pod;
    }

    /// <summary>How its clock stands to ours.</summary>
    public async Task<ClockOffset> Offset(CancellationToken cancellationToken)
    {
        var samples = new List<(DateTimeOffset, DateTimeOffset, DateTimeOffset)>();
        for (var i = 0; i < 5; i++)
        {
            var asked = TimeProvider.System.GetUtcNow();
            var read = await Clock(cancellationToken);
            samples.Add((asked, read, TimeProvider.System.GetUtcNow()));
        }

        return ClockOffset.Estimate(samples);
    }

    /// <summary>Lets it end and returns its log.</summary>
    public async Task<string> Stop(CancellationToken cancellationToken)
    {
        await Eventually.Within(TimeSpan.FromSeconds(60), token => Ask("stop", token), "the prober is told to stop", cancellationToken);
        await Eventually.Within(
            TimeSpan.FromSeconds(60),
            async token => (await cluster.Require(Address, token)).Text("status.phase").ShouldBe("Succeeded"),
            "the prober follows its last questions to their end",
            cancellationToken);
        return await cluster.Api.Logs(Namespace, name, null, previous: false, cancellationToken);
    }

    public Task Remove(CancellationToken cancellationToken) => cluster.Api.Delete(Address, TimeSpan.Zero, cancellationToken);

    private ResourceAddress Address => ResourceKind.Pod.Named(name, Namespace);

    private async Task<DateTimeOffset> Clock(CancellationToken cancellationToken) =>
        DateTimeOffset.Parse(await Ask("clock", cancellationToken), CultureInfo.InvariantCulture);

    private async Task<string> Ask(string what, CancellationToken cancellationToken)
    {
        var answer = await cluster.Api.GetFromPod(Namespace, name, ControlPort, $"/{what}", cancellationToken);
        answer.Status.ShouldBe(200, answer.Body);
        return answer.Body;
    }

    private static JsonObject Manifest(LiveCluster cluster, string image, string name, string node) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = Namespace },
        ["spec"] = new JsonObject
        {
            ["restartPolicy"] = "Never",
            ["nodeName"] = node,
            ["tolerations"] = new JsonArray(new JsonObject { ["operator"] = "Exists" }),
            ["securityContext"] = new JsonObject
            {
                ["runAsNonRoot"] = true,
                ["runAsUser"] = 65532,
                ["seccompProfile"] = new JsonObject { ["type"] = "RuntimeDefault" },
            },
            ["containers"] = new JsonArray(new JsonObject
            {
                ["name"] = "prober",
                ["image"] = image,
                ["imagePullPolicy"] = "IfNotPresent",
                ["args"] = new JsonArray(
                    "probe", $"kubernetes.default.svc.{cluster.Domain}", $"kube-dns.kube-system.svc.{cluster.Domain}", "--server", cluster.DnsAddress,
                    "--cadence", "20", "--timeout", "1000", "--attempts", "2", "--control-port", ControlPort.ToString(CultureInfo.InvariantCulture)),
                ["env"] = new JsonArray(Env("POD_NAME", "metadata.name"), Env("NODE_NAME", "spec.nodeName")),
                ["securityContext"] = new JsonObject
                {
                    ["allowPrivilegeEscalation"] = false,
                    ["readOnlyRootFilesystem"] = true,
                    ["capabilities"] = new JsonObject { ["drop"] = new JsonArray("ALL") },
                },
            }),
        },
    };

    private static JsonObject Env(string name, string path) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = path } },
    };
}
