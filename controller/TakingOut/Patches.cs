using System.Globalization;
using System.Text.Json.Nodes;
using PlatformGitOps.Controller.Deciding;
using PlatformGitOps.Controller.Policies;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.Controller.TakingOut;

/// <summary>The patches of the first two ways. Pure.</summary>
public static class Patches
{
    /// <summary>
    /// Label and note go together, on exactly this pod in exactly this version: uid and resourceVersion make the server answer 409
    /// when the pod is a namesake of the one that was judged, or when somebody else touched it.
    /// </summary>
    public static Patch ServeLabel(Change change, Pod pod, DateTimeOffset now)
    {
        var takeOut = change.Verdict == Verdict.TakeOut;
        var label = takeOut ? change.Policy.ServeLabel : LabelToRestore(change, pod);
        var note = TakenOutNote.Now(change.Service.Metadata.FullName, label, change.Reason, now).ToText();
        return Patch.Merge(new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["uid"] = pod.Metadata.Uid,
                ["resourceVersion"] = pod.Metadata.ResourceVersion,
                ["labels"] = new JsonObject { [label] = takeOut ? null : Annotations.ServeValue },
                ["annotations"] = new JsonObject { [Annotations.TakenOut] = takeOut ? note : null },
            },
        });
    }

    /// <summary>Conditions are merged by their type, so those of the kubelet and of other gates stay as they are.</summary>
    public static Patch Gate(Change change, Pod pod, DateTimeOffset now)
    {
        var takeOut = change.Verdict == Verdict.TakeOut;
        return Patch.StrategicMerge(new JsonObject
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
        });
    }

    /// <summary>The Service may name another label since; the pod gets back the one it lost.</summary>
    private static string LabelToRestore(Change change, Pod pod) =>
        TakenOutNote.Of(pod.Metadata) is { Label.Length: > 0 } note ? note.Label : change.Policy.ServeLabel;
}
