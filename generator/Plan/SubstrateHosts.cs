using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Plan;

/// <summary>
/// The hosts of a substrate that stays. Both have the records of the child zones, so a program that asks the other one, as after a
/// promotion of the secondary, writes to the same place.
/// </summary>
/// <param name="Substrate">Its name.</param>
/// <param name="Before">The addresses of the hosts that have the records.</param>
/// <param name="After">Those of the primary to come; empty where it has been none of these hosts, or changes its server.</param>
/// <param name="Children">The child zones that stay.</param>
internal sealed record SubstrateHosts(
    string Substrate, ImmutableArray<string> Before, ImmutableArray<string> After, ImmutableHashSet<string> Children)
{
    /// <summary>An instance of External-DNS before, with the place that does not depend on the host.</summary>
    public static RecordWriter Old(RecordWriter writer, IEnumerable<SubstrateHosts> all) => Placed(writer, all, hosts => hosts.Before);

    /// <inheritdoc cref="Old"/>
    public static RecordWriter New(RecordWriter writer, IEnumerable<SubstrateHosts> all) => Placed(writer, all, hosts => hosts.After);

    private static RecordWriter Placed(
        RecordWriter writer, IEnumerable<SubstrateHosts> all, Func<SubstrateHosts, ImmutableArray<string>> addresses) =>
        all.FirstOrDefault(hosts => !hosts.After.IsEmpty && writer.Zones.Length > 0 && writer.Zones.All(hosts.Children.Contains)
            && new ChildZone("", writer.Zones[0], addresses(hosts)).IsOf(writer)) is { } found
                ? writer with { Substrate = found.Substrate } : writer;
}
