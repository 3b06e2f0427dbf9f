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
    /// <param name="clusters">What writes in them.</param>
    /// <param name="gone">Zones that leave their servers, with their records.</param>
    /// <param name="substrates">Those that stay.</param>
    internal static RecordPlan Of(
        IEnumerable<ClusterRecords> clusters, ImmutableArray<ChildZone> gone, ImmutableArray<SubstrateHosts> substrates)
    {
        var all = clusters.Select(Placed).ToDictionary(cluster => cluster.Cluster, StringComparer.Ordinal);
        var after = all.Values.SelectMany(cluster => cluster.After.Writers)
            .SelectMany(writer => new[] { writer.Place, writer.Substrate }.OfType<string>(), (writer, place) => (place, writer))
            .ToLookup(pair => pair.place, pair => pair.writer, StringComparer.Ordinal);
        return new RecordPlan
        {
            Losses =
            [
                .. all.Values.OrderBy(cluster => cluster.Cluster, StringComparer.Ordinal)
                    .SelectMany(cluster => cluster.Before.Writers).SelectMany(Losses),
            ],
        };

        ClusterRecords Placed(ClusterRecords cluster) => substrates.IsEmpty ? cluster : cluster with
        {
            Before = cluster.Before with { Writers = [.. cluster.Before.Writers.Select(one => SubstrateHosts.Old(one, substrates))] },
            After = cluster.After with { Writers = [.. cluster.After.Writers.Select(one => SubstrateHosts.New(one, substrates))] },
        };

        IEnumerable<RecordWriter> There(RecordWriter writer) => writer.Substrate is { } substrate
            ? after[writer.Place].Union(after[substrate]) : after[writer.Place];

        IEnumerable<RecordLoss> Losses(RecordWriter writer) => ZoneParts.Of(writer, There(writer))
            .SelectMany(part => new RecordChange(part, all, There(part)).Losses().Select(loss => WithZone(loss, part, gone)))
            .GroupBy(loss => (loss.Cause, loss.Fate, loss.Why, loss.Fix)).Select(same => Together([.. same]))
            .OrderBy(loss => loss.Fate).ThenBy(loss => loss.Cause);
    }

    /// <summary>A record that nobody writes stays, unless its zone goes.</summary>
    private static RecordLoss WithZone(RecordLoss loss, RecordWriter writer, ImmutableArray<ChildZone> gone) =>
        loss.Fate == RecordFate.Left && writer.Zones is [var zone] && gone.FirstOrDefault(one => one.IsOf(writer)) is { } substrate
            ? loss with
            {
                Cause = RecordCause.Substrate,
                Fate = RecordFate.Removed,
                Why = $"the zone {zone} leaves the substrate '{substrate.Substrate}', and its records go with it",
                Fix = "Keep the zone beside the new one until no client asks for its names "
                    + $"({Docs.Page("substrate.md#renaming-a-child")}).",
            }
            : loss;

    private static RecordLoss Together(RecordLoss[] same) => same[0] with
    {
        Which = string.Join(", ", same.Select(loss => loss.Which).Distinct()),
        Names = [.. same.SelectMany(loss => loss.Names).Distinct().Order(StringComparer.Ordinal)],
        IsCounted = same.All(loss => loss.IsCounted),
        IsCountable = same.All(loss => loss.IsCounted) || same.Any(loss => loss is { IsCounted: false, IsCountable: true }),
    };
}
