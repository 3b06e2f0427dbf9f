using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>The records that leave External-DNS in all clusters.</summary>
public sealed record RecordPlan
{
    /// <summary>By cluster and instance.</summary>
    public ImmutableArray<RecordLoss> Losses { get; init; } = [];

    /// <summary>How many names may leave; null for any number.</summary>
    public int? Most { get; init; } = 0;

    /// <summary>How many names are known to leave.</summary>
    public int Vanishing => Losses.Select(loss => loss.Names.Select(name => (loss.Cluster, loss.Instance, name)))
        .SelectMany(names => names).Distinct().Count();

    /// <summary>True where that may not be all of them.</summary>
    public bool MayBeMore => Losses.Any(loss => !loss.IsCounted);

    public bool IsRefused => Most is { } most && (Vanishing > most || MayBeMore);

    /// <summary>Compares the instances of clusters that may have changed.</summary>
    internal static RecordPlan Of(IEnumerable<ClusterRecords> clusters)
    {
        var all = clusters.ToDictionary(cluster => cluster.Cluster, StringComparer.Ordinal);
        var after = all.Values.SelectMany(cluster => cluster.After.Writers).ToLookup(writer => writer.Place, StringComparer.Ordinal);
        return new RecordPlan
        {
            Losses =
            [
                .. all.Values.OrderBy(cluster => cluster.Cluster, StringComparer.Ordinal)
                    .SelectMany(cluster => cluster.Before.Writers).SelectMany(writer => new RecordChange(writer, all, after).Losses()),
            ],
        };
    }
}
