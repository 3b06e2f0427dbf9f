using System.Net;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Delivery;

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

    /// <summary>A ConfigMap holds one megabyte, and a file of records may have more.</summary>
    [Test]
    public void The_records_of_a_file_are_left_out()
    {
        var edge = Defined("edge");
        // The zone's own name has records of the definition too.
        var names = edge.FileRecords.Names.Where(name => name != edge.Zone.Text).ToList();
        names.ShouldNotBeEmpty();
        var zone = TestSubstrate.Files(TestSubstrate.At(edge, First, Second))[$"{edge.Zone}.zone"];
        names.ShouldAllBe(name => !zone.Contains($"\n{name}. ", StringComparison.Ordinal));
    }

    private static SubstrateSettings Defined(string name) =>
        DefinedTree.Read(Path.Combine(StorySample.Folder, "definitions", "substrate.yaml")).Substrates
            .Single(substrate => substrate.Name.Text == name);
}
