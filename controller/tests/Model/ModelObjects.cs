using System.Text.Json.Nodes;
using k8s.Models;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Tests.Model;

/// <summary>The objects of a world, and how a patch changes them. Pure.</summary>
internal static class ModelObjects
{
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
