using System.Collections.Immutable;
using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Apps.Substrate.Records;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Acceptance.Delivery;

/// <summary>
/// A replacement for the hosts of a cluster's substrate, which a test cluster cannot reach: addresses in the Service range, and a server
/// with the generated zones. It is not the suite's upstream: a CoreDNS that forwards everything would find the names there too.
/// </summary>
public static class TestSubstrate
{
    public const string Name = "substrate";

    /// <summary>Each name is queried from each client, and a definition can have very many.</summary>
    private const int MostNames = 4;

    private const string ZonesFolder = "/dns/zones/";

    /// <summary>A copy with these host addresses, and without the records of its file, which may be too many for a ConfigMap.</summary>
    public static SubstrateSettings At(SubstrateSettings substrate, IPAddress primary, IPAddress secondary) => substrate with
    {
        Primary = substrate.Primary with { Addresses = [primary] },
        Secondary = substrate.Secondary with { Addresses = [secondary] },
        RecordsFile = null,
        FileRecords = MasterFile.Empty,
    };

    /// <summary>
    /// Up to <see cref="MostNames"/> names of hosts and records, with their addresses of a family. Names of the records file are omitted,
    /// because the suite's servers do not have them.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Names(SubstrateSettings substrate, AddressFamily family) =>
        substrate.AllHosts.Select(host => (Name: $"{host.Name}.{substrate.Zone}", host.Addresses))
            .Concat(substrate.Records.Select(record => (Name: $"{record.Name}.{substrate.Zone}", record.Addresses)))
            .GroupBy(entry => entry.Name, entry => entry.Addresses.Where(address => address.AddressFamily == family))
            .Where(group => group.Any(addresses => addresses.Any()))
            .Take(MostNames)
            .ToDictionary(
                group => group.Key,
                IReadOnlyList<string> (group) =>
                    [.. group.SelectMany(addresses => addresses).Select(address => address.ToString()).Distinct()]);

    public static Task Install(
        KubernetesApi api, SubstrateSettings substrate, WorkloadSettings workloads, CancellationToken cancellationToken) =>
        new SuiteDnsServer(
            Name, [.. substrate.Hosts.SelectMany(host => host.Addresses).Select(address => address.ToString())], Files(substrate))
        { Workloads = workloads }
            .Install(api, cancellationToken);

    /// <summary>The zone's server for a CoreDNS that the tree does not deliver.</summary>
    public static string ServerForOthers(SubstrateSettings substrate) => Generated(substrate)
        .Single(file => file.Path == $"substrate/{substrate.Name}/dns/coredns.server").Text;

    internal static IReadOnlyDictionary<string, string> Files(SubstrateSettings substrate)
    {
        var folder = $"substrate/{substrate.Name}{ZonesFolder}";
        var zones = Generated(substrate)
            .Where(file => file.Path.StartsWith(folder, StringComparison.Ordinal))
            .Select(file => (File: file.Path[folder.Length..], file.Text)).ToList();
        var files = zones.ToDictionary(zone => zone.File, zone => zone.Text);
        files["Corefile"] = string.Concat(
            ".:53 {\n    errors\n    ready :8181\n",
            string.Concat(zones.Select(zone => $"    file /etc/coredns/{zone.File} {zone.File[..^".zone".Length]}\n")),
            "}\n");
        return files;
    }

    private static ImmutableArray<GeneratedFile> Generated(SubstrateSettings substrate) =>
        Tree.Build(Repository.Platform with { Substrates = [substrate] });
}

public sealed class TestSubstrateTests
{
    private static readonly IPAddress First = IPAddress.Parse("10.245.0.55"), Second = IPAddress.Parse("10.245.0.56");

    [TestCase("main")]
    [TestCase("edge")]
    public void The_server_has_the_zones_of_the_definition_with_its_own_addresses(string name)
    {
        var substrate = TestSubstrate.At(Defined(name), First, Second);
        var files = TestSubstrate.Files(substrate);
        var zone = files[$"{substrate.Zone}.zone"];
        zone.ShouldContain($"{substrate.Primary.Name}.{substrate.Zone}. 300 IN A {First}\n");
        zone.ShouldContain($"{substrate.Secondary.Name}.{substrate.Zone}. 300 IN A {Second}\n");
        zone.ShouldContain($"etcd.{substrate.Zone}. 300 IN A ");
        foreach (var file in files.Keys.Where(file => file != "Corefile"))
        {
            files["Corefile"].ShouldContain($"    file /etc/coredns/{file} {file[..^".zone".Length]}\n");
        }

        files.Keys.ShouldContain($"apps.{substrate.Zone}.zone");
    }

    /// <summary>A ConfigMap is limited to one megabyte, and a file of records may be larger.</summary>
    [Test]
    public void The_records_of_a_file_are_left_out()
    {
        var edge = Defined("edge");
        // The zone's own name has records of the definition too.
        var names = edge.FileRecords.Names.Where(name => name != edge.Zone.Text).ToList();
        names.ShouldNotBeEmpty();
        var zone = TestSubstrate.Files(TestSubstrate.At(edge, First, Second))[$"{edge.Zone}.zone"];
        names.ShouldAllBe(name => !zone.Contains($"\n{name}. "));
    }

    private static SubstrateSettings Defined(string name) =>
        StorySample.Substrates.Platform.Substrates
            .Single(substrate => substrate.Name.Text == name);
}
