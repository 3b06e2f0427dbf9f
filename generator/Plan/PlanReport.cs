using System.Text.Json;
using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Plan;

/// <summary>Writes a plan for programs.</summary>
public static class PlanReport
{
    /// <summary>
    /// A finding about the cluster's folder for each change that may interrupt DNS without permission, and for lost records.
    /// </summary>
    public static IEnumerable<Finding> Dangers(PlanResult plan) => (!plan.EndangersDns ? [] : (Finding[])
    [
        .. plan.Clusters.SelectMany(cluster => cluster.Changes.Where(change => change.EndangersDns)
            .Select(change => Danger(Layout.ClusterFolder(cluster.Cluster), change.Kind, change.Id.Title, change.Reason))),
        .. plan.Substrates.SelectMany(substrate => substrate.Changes.Where(change => change.EndangersDns)
            .Select(change => Danger($"substrate/{substrate.Substrate}", change.Kind, change.What, change.Reason))),
    ]).Concat(!plan.Records.IsRefused ? [] : plan.Records.Losses.Select(loss => new Finding
    {
        Rule = "plan-endangers-records",
        File = Layout.ClusterFolder(loss.Cluster),
        Message = $"External-DNS '{loss.Instance}' loses {LossText.Count(loss)}: {loss.Why}.",
        Fix = $"{loss.Fix} If they may leave, add --max-vanishing.",
    }));

    private static Finding Danger(string folder, ChangeKind kind, string what, string? reason) => new()
    {
        Rule = "plan-endangers-dns",
        File = folder,
        Message = $"{kind} of {what}{(reason is null ? "" : $": {reason}")}.",
        Fix = "If DNS may be interrupted, add --allow-prune.",
    };

    /// <summary>
    /// Writes the members <c>refused</c>, <c>clusters</c>, <c>drift</c>, <c>substrates</c> (also without changes) and <c>records</c>.
    /// </summary>
    public static void Write(PlanResult plan, Utf8JsonWriter json)
    {
        json.WriteBoolean("refused", plan.Refused);
        Write("clusters", plan.Clusters, json);
        Write(plan.Drift, json);
        Write(plan.Substrates, json);
        Write(plan.Records, json);
    }

    private static void Write(RecordPlan records, Utf8JsonWriter json) => json.WriteObject("records", () =>
    {
        json.WriteNumber("vanishing", records.Vanishing);
        json.WriteBoolean("mayBeMore", records.MayBeMore);
        json.WriteList("losses", records.Losses, loss =>
        {
            json.WriteString("cluster", loss.Cluster);
            json.WriteString("instance", loss.Instance);
            json.WriteString("cause", JsonNamingPolicy.CamelCase.ConvertName(loss.Cause.ToString()));
            json.WriteString("fate", JsonNamingPolicy.CamelCase.ConvertName(loss.Fate.ToString()));
            json.WriteString("which", loss.Which);
            json.WriteString("why", loss.Why);
            json.WriteString("fix", loss.Fix);
            json.WriteBoolean("counted", loss.IsCounted);
            json.WriteTexts("names", loss.Names);
        });
    });

    private static void Write(TreeDrift drift, Utf8JsonWriter json) => json.WriteObject("drift", () =>
    {
        json.WriteList("files", drift.ByHand, file =>
        {
            json.WriteString("path", file.Path);
            json.WriteString("cause", file.Name);
            json.WriteBoolean("kept", file.IsKept);
        });
        json.WriteNumber("outOfDate", drift.OutOfDate);
        Write("clusters", drift.Effects, json);
    });

    private static void Write(string name, IEnumerable<ClusterPlan> clusters, Utf8JsonWriter json) =>
        json.WriteList(name, clusters, cluster =>
        {
            json.WriteString("name", cluster.Cluster);
            json.WriteString("group", cluster.Group);
            json.WriteString("note", cluster.Note);
            json.WriteList("changes", cluster.Changes, change => Write(change, json));
        });

    private static void Write(IEnumerable<SubstratePlan> substrates, Utf8JsonWriter json) =>
        json.WriteList("substrates", substrates, substrate =>
        {
            json.WriteString("name", substrate.Substrate);
            json.WriteString("note", substrate.Note);
            json.WriteList("changes", substrate.Changes, change =>
            {
                json.WriteString("kind", change.Kind.ToString().ToLowerInvariant());
                json.WriteString("what", change.What);
                json.WriteString("reason", change.Reason);
                json.WriteBoolean("endangersDns", change.EndangersDns);
            });
        });

    private static void Write(Change change, Utf8JsonWriter json)
    {
        json.WriteString("kind", change.Kind.ToString().ToLowerInvariant());
        json.WriteString("object", change.Id.Title);
        json.WriteString("owner", change.Owner.Name);
        json.WriteString("reason", change.Reason);
        json.WriteBoolean("endangersDns", change.EndangersDns);
        json.WriteList("fields", change.Fields, field =>
        {
            json.WriteString("path", field.Path);
            json.WriteString("before", field.Before);
            json.WriteString("after", field.After);
        });
    }
}
