using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>The instances that write records in a cluster, and the objects for which they do.</summary>
internal sealed record RecordSide(ImmutableArray<RecordWriter> Writers, AskingObjects Objects);

/// <summary>A cluster before and after, with its backup.</summary>
internal sealed record ClusterRecords(string Cluster, RecordSide Before, RecordSide After, DnsBackup? Backup)
{
    /// <summary>The data that the backup read.</summary>
    public BackedUpInstances BackedUp { get; } = BackedUpInstances.Of(Backup);

    public static ClusterRecords Of(ClusterPlan plan, Inventory before, Inventory after, DnsBackup? backup)
    {
        // Objects that leave the tree without being deleted continue, and so do objects that Flux never updates.
        var deleted = plan.Changes.Where(change => change.Kind == ChangeKind.Prune).Select(change => change.Id).ToHashSet();
        var remaining = before.Objects.Values.Where(managed => !deleted.Contains(managed.Id)
                && (!after.Objects.TryGetValue(managed.Id, out var now) || now.NeverChanged))
            .Concat(after.Objects.Values.Where(managed => !managed.NeverChanged || !before.Objects.ContainsKey(managed.Id)));

        // Objects of other teams, which no change of the tree affects.
        var others = (backup?.Published ?? [])
            .Where(resource => !before.Objects.ContainsKey(resource.Id) && !after.Objects.ContainsKey(resource.Id)).ToArray();
        var (old, now) = (Side(before.Objects.Values), Side(remaining));
        return new ClusterRecords(plan.Cluster, old, now with { Writers = [.. now.Writers.Where(Runs)] }, backup);

        // An instance without a pod before and after is compared too, as a dry run.
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

/// <summary>The instances of a backup: it only reads their sources, annotations and zones.</summary>
/// <param name="Writers">From the backup's own definition; empty if this program cannot read that definition.</param>
internal sealed record BackedUpInstances(ImmutableArray<RecordWriter> Writers)
{
    private const string AnnotatedOnly = "service";

    public static BackedUpInstances Of(DnsBackup? backup)
    {
        var cluster = backup is null || PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(backup.DefinitionText))
            is not PlatformReading.Valid valid ? null : valid.Platform.Clusters.FirstOrDefault(one => one.Name.Text == backup.Cluster);
        var settings = cluster?.Of<ExternalDnsSettings>();
        return new([.. (settings?.Instances ?? [])
            .Select(instance => ExternalDnsDeployment.Deployment(cluster!, settings!.Image, instance))
            .Select(deployment => RecordWriter.Of(cluster!.Name.Text, new Manifest(deployment, ""))).OfType<RecordWriter>()]);
    }

    /// <summary>
    /// True if the backup has every object with names for an instance; of Services it only has those with a known annotation.
    /// </summary>
    public bool HaveObjectsOf(RecordWriter writer) =>
        writer.Sources.All(source => Writers.Any(read => read.Sources.Contains(source)))
        && (!writer.Sources.Contains(AnnotatedOnly) || Writers.Any(read => read.AnnotationPrefix == writer.AnnotationPrefix));

    /// <summary>True if the backup's instance of this name wrote to another place.</summary>
    public bool WereElsewhere(string instance, RecordWriter writer) =>
        Writers.FirstOrDefault(read => read.Name == instance) is { } read && read.Place != writer.Place;

    /// <summary>True if the backup read an instance's records in its zones, with its owner and its TXT prefix.</summary>
    public bool HaveZonesOf(RecordWriter writer) => Writers.Any(read => read.Reads
        && read.Place == writer.Place && read.Owner == writer.Owner && read.TxtPrefix == writer.TxtPrefix && read.HasZonesOf(writer));
}
