using System.Text.Json;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Plan;

/// <summary>A plan for programs.</summary>
public static class PlanReport
{
    /// <summary>Each change that may interrupt DNS and is not allowed to, as a finding about the cluster's folder.</summary>
    public static IEnumerable<Finding> Dangers(PlanResult plan) => plan.Clusters.Where(_ => plan.Refused).SelectMany(cluster =>
        cluster.Changes.Where(change => change.EndangersDns).Select(change => new Finding
        {
            Rule = "plan-endangers-dns",
            File = Layout.ClusterFolder(cluster.Cluster),
            Message = $"{change.Kind} of {change.Id.Spoken}{(change.Reason is null ? "" : $": {change.Reason}")}.",
            Fix = "If DNS may be interrupted, add --allow-prune.",
        }));

    /// <summary>Writes the members <c>refused</c> and <c>clusters</c>, unchanged clusters included.</summary>
    public static void Write(PlanResult plan, Utf8JsonWriter json)
    {
        json.WriteBoolean("refused", plan.Refused);
        json.WriteStartArray("clusters");
        foreach (var cluster in plan.Clusters)
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
