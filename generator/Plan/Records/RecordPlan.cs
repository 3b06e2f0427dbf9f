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
                    .SelectMany(cluster => cluster.Before.Writers).SelectMany(Losses),
            ],
        };

        IEnumerable<RecordLoss> Losses(RecordWriter writer) => ZoneParts.Of(writer, after[writer.Place])
            .SelectMany(part => new RecordChange(part, all, after).Losses())
            .GroupBy(loss => (loss.Cause, loss.Fate, loss.Why, loss.Fix)).Select(same => Together([.. same]))
            .OrderBy(loss => loss.Fate).ThenBy(loss => loss.Cause);
    }

    private static RecordLoss Together(RecordLoss[] same) => same[0] with
    {
        Which = string.Join(", ", same.Select(loss => loss.Which).Distinct()),
        Names = [.. same.SelectMany(loss => loss.Names).Distinct().Order(StringComparer.Ordinal)],
        IsCounted = same.All(loss => loss.IsCounted),
        IsCountable = same.All(loss => loss.IsCounted) || same.Any(loss => loss is { IsCounted: false, IsCountable: true }),
    };
}
