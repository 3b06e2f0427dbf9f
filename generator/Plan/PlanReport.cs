using System.Text.Json;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Plan;

/// <summary>A plan for programs.</summary>
public static class PlanReport
{
    /// <summary>Each change that may interrupt DNS and is not allowed to, as a finding about the cluster's folder.</summary>
    public static IEnumerable<Finding> Dangers(PlanResult plan) => !plan.Refused ? [] :
    [
        .. plan.Clusters.SelectMany(cluster => cluster.Changes.Where(change => change.EndangersDns)
            .Select(change => Danger(Layout.ClusterFolder(cluster.Cluster), change.Kind, change.Id.Spoken, change.Reason))),
        .. plan.Substrates.SelectMany(substrate => substrate.Changes.Where(change => change.EndangersDns)
            .Select(change => Danger($"substrate/{substrate.Substrate}", change.Kind, change.What, change.Reason))),
    ];

    private static Finding Danger(string folder, ChangeKind kind, string what, string? reason) => new()
    {
        Rule = "plan-endangers-dns",
        File = folder,
        Message = $"{kind} of {what}{(reason is null ? "" : $": {reason}")}.",
        Fix = "If DNS may be interrupted, add --allow-prune.",
    };

    /// <summary>
    /// Writes the members <c>refused</c>, <c>clusters</c>, <c>drift</c> and <c>substrates</c>, those without a change included.
    /// </summary>
    public static void Write(PlanResult plan, Utf8JsonWriter json)
    {
        json.WriteBoolean("refused", plan.Refused);
        Write("clusters", plan.Clusters, json);
        Write(plan.Drift, json);
        Write(plan.Substrates, json);
    }

    private static void Write(TreeDrift drift, Utf8JsonWriter json)
    {
        json.WriteStartObject("drift");
        json.WriteStartArray("files");
        foreach (var file in drift.ByHand)
        {
            json.WriteStartObject();
            json.WriteString("path", file.Path);
            json.WriteString("cause", file.Name);
            json.WriteBoolean("kept", file.IsKept);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNumber("outOfDate", drift.OutOfDate);
        Write("clusters", drift.Effects, json);
        json.WriteEndObject();
    }

    private static void Write(string name, IEnumerable<ClusterPlan> clusters, Utf8JsonWriter json)
    {
        json.WriteStartArray(name);
        foreach (var cluster in clusters)
        {
            json.WriteStartObject();
            json.WriteString("name", cluster.Cluster);
            json.WriteString("group", cluster.Group);
            json.WriteString("note", cluster.Note);
            json.WriteStartArray("changes");
            foreach (var change in cluster.Changes)
            {
                Write(change, json);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(IEnumerable<SubstratePlan> substrates, Utf8JsonWriter json)
    {
        json.WriteStartArray("substrates");
        foreach (var substrate in substrates)
        {
            json.WriteStartObject();
            json.WriteString("name", substrate.Substrate);
            json.WriteString("note", substrate.Note);
            json.WriteStartArray("changes");
            foreach (var change in substrate.Changes)
            {
                json.WriteStartObject();
                json.WriteString("kind", change.Kind.ToString().ToLowerInvariant());
                json.WriteString("what", change.What);
                json.WriteString("reason", change.Reason);
                json.WriteBoolean("endangersDns", change.EndangersDns);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Write(Change change, Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("kind", change.Kind.ToString().ToLowerInvariant());
        json.WriteString("object", change.Id.Spoken);
        json.WriteString("owner", change.Owner.Name);
        json.WriteString("reason", change.Reason);
        json.WriteBoolean("endangersDns", change.EndangersDns);
        json.WriteStartArray("fields");
        foreach (var field in change.Fields)
        {
            json.WriteStartObject();
            json.WriteString("path", field.Path);
            json.WriteString("before", field.Before);
            json.WriteString("after", field.After);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
