using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Plan;

/// <summary>A child zone, which a program writes.</summary>
/// <param name="Substrate">The substrate's name.</param>
/// <param name="Zone">The zone's name.</param>
/// <param name="Addresses">Those of the servers that have it.</param>
internal sealed record ChildZone(string Substrate, string Zone, ImmutableArray<string> Addresses)
{
    /// <summary>True where an instance writes the zone here. A server that it names is not looked up: the zone tells.</summary>
    public bool IsOf(RecordWriter writer) => writer.Server is { } server && writer.Zones.Contains(Zone)
        && (!IPAddress.TryParse(server, out _) || Addresses.Contains(server));
}

/// <summary>The instances of External-DNS in all clusters, which are looked for where a child zone or its key changes alone.</summary>
internal sealed class SubstrateWriters(Func<IEnumerable<RecordWriter>> before, Func<IEnumerable<RecordWriter>> after)
{
    private readonly Lazy<RecordWriter[]> _before = new(() => [.. before()]);
    private readonly Lazy<RecordWriter[]> _after = new(() => [.. after()]);

    public IEnumerable<RecordWriter> Before(ChildZone zone) => _before.Value.Where(zone.IsOf);

    public IEnumerable<RecordWriter> After(ChildZone zone) => _after.Value.Where(zone.IsOf);

    /// <summary>Such as <c>External-DNS 'own' of cluster infra</c>; null for none.</summary>
    public static string? Names(IEnumerable<RecordWriter> writers) =>
        writers.Select(writer => $"External-DNS '{writer.Name}' of cluster {writer.Cluster}").ToArray() is { Length: > 0 } names
            ? ListText.First(names, 3) : null;
}
