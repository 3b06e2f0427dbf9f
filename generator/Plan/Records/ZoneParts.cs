namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>An instance may be replaced by several that have its zones together.</summary>
internal static class ZoneParts
{
    private static readonly string[] Kinds = ["public", "private"];

    /// <summary>The instance once for each part of its zones that another one may have alone: no zone is in two parts.</summary>
    /// <param name="writer">As it runs.</param>
    /// <param name="others">What writes to its place afterwards.</param>
    public static IEnumerable<RecordWriter> Of(RecordWriter writer, IEnumerable<RecordWriter> others)
    {
        var there = others.Where(other => other.Reads).ToArray();
        var isSplit = writer.ZoneKind is null && Kinds.All(kind => there.Any(other => other.ZoneKind == kind));
        return (isSplit ? Kinds.Select(kind => writer with { ZoneKind = kind }) : [writer])
            .SelectMany(part => there.Any(other => other.IsAt(part) && other.HasZonesOf(part)) ? [part] : Singly(part));
    }

    private static IEnumerable<RecordWriter> Singly(RecordWriter writer) => writer switch
    {
        { ZoneIds.Length: > 1 } => writer.ZoneIds.Distinct(StringComparer.Ordinal).Select(id => writer with { ZoneIds = [id] }),
        { Zones.Length: > 1 } => writer.Zones.Distinct(StringComparer.Ordinal).Select(zone => writer with
        {
            Zones = [zone],
            // Their records are in the zone below.
            Excluded = [.. writer.Excluded.Union(writer.Zones.Where(other => other != zone && DomainScope.IsBelow(other, zone)))],
        }),
        _ => [writer],
    };
}
