using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>The instances that a backup knew: it reads no other sources, annotations and zones than theirs.</summary>
/// <param name="Writers">As the backup's own definition has them; empty where this program does not read that definition.</param>
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

    /// <summary>True where the backup has every object that asks an instance; of Services it keeps those with a known annotation.</summary>
    public bool HaveObjectsOf(RecordWriter writer) =>
        writer.Sources.All(source => Writers.Any(read => read.Sources.Contains(source)))
        && (!writer.Sources.Contains(AnnotatedOnly) || Writers.Any(read => read.AnnotationPrefix == writer.AnnotationPrefix));

    /// <summary>True where the backup's instance of this name wrote to another place.</summary>
    public bool WereElsewhere(string instance, RecordWriter writer) =>
        Writers.FirstOrDefault(read => read.Name == instance) is { } read && read.Place != writer.Place;

    /// <summary>True where the backup looked for an instance's records in its zones, under its owner and its TXT prefix.</summary>
    public bool HaveZonesOf(RecordWriter writer) => Writers.Any(read => read.Reads
        && read.Place == writer.Place && read.Owner == writer.Owner && read.TxtPrefix == writer.TxtPrefix && read.HasZonesOf(writer));
}
