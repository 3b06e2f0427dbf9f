using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>What writes records in a cluster, and what asks for them.</summary>
internal sealed record RecordSide(ImmutableArray<RecordWriter> Writers, AskingObjects Objects);

/// <summary>A cluster before and after, with what a backup knows of it.</summary>
internal sealed record ClusterRecords(string Cluster, RecordSide Before, RecordSide After, DnsBackup? Backup)
{
    /// <summary>What the backup read.</summary>
    public BackedUpInstances BackedUp { get; } = BackedUpInstances.Of(Backup);

    public static ClusterRecords Of(ClusterPlan plan, Inventory before, Inventory after, DnsBackup? backup)
    {
        // What leaves the tree without being deleted goes on, and so does what Flux never updates.
        var deleted = plan.Changes.Where(change => change.Kind == ChangeKind.Prune).Select(change => change.Id).ToHashSet();
        var remaining = before.Objects.Values.Where(managed => !deleted.Contains(managed.Id)
                && (!after.Objects.TryGetValue(managed.Id, out var now) || now.NeverChanged))
            .Concat(after.Objects.Values.Where(managed => !managed.NeverChanged || !before.Objects.ContainsKey(managed.Id)));

        // Objects of other teams: no change of the tree concerns them.
        var others = (backup?.Published ?? [])
            .Where(resource => !before.Objects.ContainsKey(resource.Id) && !after.Objects.ContainsKey(resource.Id)).ToArray();
        var (old, now) = (Side(before.Objects.Values), Side(remaining));
        return new ClusterRecords(plan.Cluster, old, now with { Writers = [.. now.Writers.Where(Runs)] }, backup);

        // What has no pod before and after is compared all the same, as the dry run that it is.
        bool Runs(RecordWriter writer) => !writer.IsStopped || old.Writers.Any(was => was.IsStopped && was.Name == writer.Name);

        RecordSide Side(IEnumerable<Managed> objects)
        {
            var manifests = objects.Select(managed => managed.Manifest).ToArray();
            return new RecordSide(
                [.. manifests.Select(manifest => RecordWriter.Of(plan.Cluster, manifest)).OfType<RecordWriter>()
                    .OrderBy(writer => writer.Name, StringComparer.Ordinal)],
                AskingObjects.Of(manifests.Concat(others)));
        }
    }
}
