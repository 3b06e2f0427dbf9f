using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Removal;

/// <summary>The patches of pods: serve label and readiness gate. Pure.</summary>
internal static class PodPatches
{
    /// <summary>
    /// Label and annotation change together, on exactly this pod in exactly this version: uid and resourceVersion make the server answer
    /// 409 when the pod was recreated or modified meanwhile.
    /// </summary>
    public static V1Patch ServeLabel(Change change, V1Pod pod, DateTimeOffset now)
    {
        var takeOut = change.Verdict == Verdict.TakeOut;
        var label = change.Policy.ServeLabel;
        var annotation = RemovalAnnotation.Create(change.Service.FullName(), label, change.Reason, now).ToText();
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = pod.Metadata.Uid,
                ["resourceVersion"] = pod.Metadata.ResourceVersion,
                ["labels"] = new JsonObject { [label] = takeOut ? null : Annotations.ServeValue },
                ["annotations"] = new JsonObject { [Annotations.TakenOut] = takeOut ? annotation : null },
            },
        };
        return new V1Patch(body.ToJsonString(), V1Patch.PatchType.MergePatch);
    }

    /// <summary>Conditions are merged by their type, so those of the kubelet and of other gates remain.</summary>
    public static V1Patch Gate(Change change, V1Pod pod, DateTimeOffset now)
    {
        var takeOut = change.Verdict == Verdict.TakeOut;
        var body = new JsonObject
        {
            ["metadata"] = new JsonObject { ["uid"] = pod.Metadata.Uid },
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = Annotations.GateCondition,
                    ["status"] = takeOut ? "False" : "True",
                    ["reason"] = takeOut ? "ProbesFailed" : "ProbesSucceeded",
                    ["message"] = change.Reason,
                    ["lastTransitionTime"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                }),
            },
        };
        return new V1Patch(body.ToJsonString(), V1Patch.PatchType.StrategicMergePatch);
    }
}
