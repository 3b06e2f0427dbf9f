using System.Globalization;
using System.Text.Json.Nodes;
using k8s.Models;
using PlatformGitOps.Controller.Decisions;
using PlatformGitOps.Controller.Policies;

namespace PlatformGitOps.Controller.Removal;

/// <summary>The patches of pods: serve label and readiness gate. Pure.</summary>
internal static class PodPatches
{
    /// <summary>
    /// Label and note change together, on exactly this pod in exactly this version: uid and resourceVersion make the server answer 409
    /// when the pod was recreated or modified meanwhile. The notes of other labels remain.
    /// </summary>
    public static V1Patch ServeLabel(EndpointWrite change, V1Pod pod, DateTimeOffset now)
    {
        var label = change.Means.Label;
        var notes = RemovalNote.Of(pod).Where(note => note.Label != label);
        if (change.Verdict == Verdict.TakeOut)
        {
            notes = notes.Append(RemovalNote.Create(label, change.WantedBy, change.Reason, now));
        }

        var metadata = Precondition(pod);
        metadata["annotations"] = new JsonObject { [Annotations.TakenOut] = RemovalNote.ToText(notes) };
        if (change.Verdict != Verdict.Keep)
        {
            metadata["labels"] = new JsonObject { [label] = change.Verdict == Verdict.TakeOut ? null : Annotations.ServeValue };
        }

        return new V1Patch(new JsonObject { ["metadata"] = metadata }.ToJsonString(), V1Patch.PatchType.MergePatch);
    }

    /// <summary>Conditions are merged by their type, so those of the kubelet and of other gates remain.</summary>
    public static V1Patch Gate(EndpointWrite change, V1Pod pod, DateTimeOffset now)
    {
        var takeOut = change.Verdict == Verdict.TakeOut;
        var body = new JsonObject
        {
            ["metadata"] = Precondition(pod),
            ["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject
                {
                    ["type"] = Annotations.GateCondition,
                    ["status"] = takeOut ? "False" : "True",
                    ["reason"] = takeOut ? "ProbesFailed" : "ProbesSucceeded",
                    ["message"] = takeOut ? $"{string.Join(", ", change.WantedBy)}: {change.Reason}" : change.Reason,
                    ["lastTransitionTime"] = now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                }),
            },
        };
        return new V1Patch(body.ToJsonString(), V1Patch.PatchType.StrategicMergePatch);
    }

    private static JsonObject Precondition(V1Pod pod) =>
        new() { ["uid"] = pod.Metadata.Uid, ["resourceVersion"] = pod.Metadata.ResourceVersion };
}
