using System.Text.Json.Nodes;
using k8s.Models;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Tests.Model;

/// <summary>The objects of a world, and how a patch changes them. Pure.</summary>
internal static class ModelObjects
{
    /// <summary>Annotations of a Service with values, some of which are wrong.</summary>
    private static readonly (string Key, string[] Values)[] Choices =
    [
        (Annotations.Profile, ["fast", "fast", "unheard-of"]),
        (Annotations.Scheme, ["http", "tcp", "ftp"]),
        (Annotations.Port, ["80", "8080"]),
        (Annotations.Interval, ["1s", "30s", "soon"]),
        (Annotations.RetryInterval, ["500ms", "5s"]),
        (Annotations.Timeout, ["500ms", "9s", "20s"]),
        (Annotations.FailureThreshold, ["1", "5", "0"]),
        (Annotations.SuccessThreshold, ["2", "5"]),
        (Annotations.ServerName, ["shop.example.com", "a b"]),
        (Annotations.VerifyTls, ["false", "maybe"]),
    ];

    /// <summary>Each of them is set, changed, taken away or wrong at some time.</summary>
    public static void Vary(IDictionary<string, string> annotations, Random random)
    {
        foreach (var (key, values) in Choices.Where(_ => random.Next(4) == 0))
        {
            annotations[key] = values[random.Next(values.Length)];
        }
    }

    public static V1Pod Pod(V1ObjectMeta meta, string address, bool gate, bool containersReady)
    {
        static V1PodCondition Condition(string type, bool holds) => new() { Type = type, Status = holds ? "True" : "False" };
        return new V1Pod
        {
            Metadata = meta,
            Spec = new V1PodSpec
            {
                NodeName = $"node-{meta.Name.Length + (meta.Name[^1] % 3)}",
                ReadinessGates = [new V1PodReadinessGate { ConditionType = Annotations.GateCondition }],
            },
            Status = new V1PodStatus
            {
                Phase = "Running",
                PodIP = address,
                Conditions =
                [
                    Condition("ContainersReady", containersReady), Condition("Ready", containersReady && gate),
                    Condition(Annotations.GateCondition, gate),
                ],
            },
        };
    }

    /// <summary>As a merge patch changes labels and annotations.</summary>
    public static void Merge(Dictionary<string, string> target, JsonNode? changes)
    {
        foreach (var (key, value) in changes?.AsObject() ?? [])
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else
            {
                target[key] = value.GetValue<string>();
            }
        }
    }
}
