using PlatformGitOps.Generator.Apps.Substrate.Records;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>The scripts of a host treat the names of a zone like the generator.</summary>
[TestFixture]
public sealed class ZoneNamesTests
{
    private const string Zone = "example.internal";
    private static readonly string[] Labels = ["a", "b", "lab", "x-a", "aa"];

    [Test]
    public async Task The_scripts_find_the_aliases_without_an_address_that_the_generator_finds()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("The scripts are those of Linux hosts.");
        }

        using var folder = new TemporaryFolder();
        foreach (var script in new[] { "common.sh", "lib.sh" })
        {
            folder.Write(script, File.ReadAllText(RepositoryRoot.File("generator", "Apps", "Substrate", "Scripts", script)));
        }

        folder.Write("settings.sh", "");
        var random = new Random(4592);
        var expected = new List<string>();
        var zones = new List<string>();
        for (var number = 0; number < 60; number++)
        {
            var records = Enumerable.Range(0, random.Next(40))
                .Select(_ => (Owner: Name(random, wildcard: true), Type: Type(random))).ToList();
            var aliases = Enumerable.Range(0, 6).Select(index => (
                Name: $"alias{index}.{Zone}", Target: Name(random, wildcard: false))).ToList();
            var names = new ZoneNames(Zone, records.Select(record => record.Owner).Concat(aliases.Select(alias => alias.Name)));
            expected.AddRange(aliases
                .Where(alias => !records.Any(record => record.Type is "A" or "AAAA" && record.Owner == names.AnswererOf(alias.Target)))
                .Select(alias => $"{alias.Name} {alias.Target}"));
            string[] lines =
            [
                $"{Zone}. 300 IN SOA dns-1.{Zone}. hostmaster.{Zone}. 1 2 3 4 5",
                .. records.Select(record => $"{record.Owner}. 300 IN {record.Type} data"),
                .. aliases.Select(alias => $"{alias.Name}. 60 IN CNAME {alias.Target}."),
            ];
            zones.Add(folder.Write($"{number}.zone", string.Join('\n', lines) + "\n"));
        }

        var found = (await Posix.RunAsync("sh",
        [
            "-ec", ". \"${0%/*}/lib.sh\"; for zone; do aliases \"$zone\" >\"$zone.aliases\"; unaddressed \"$zone.aliases\" \"$zone\"; done",
            Path.Combine(folder.Path, "verify.sh"), .. zones,
        ])).Output;

        expected.Count.ShouldBeInRange(60, 300, "some have an address, some have none");
        found.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(expected);
    }

    private static string Type(Random random) => random.GetItems(["A", "A", "AAAA", "TXT", "MX"], 1)[0];

    /// <summary>Names of one to three labels in the zone.</summary>
    private static string Name(Random random, bool wildcard) =>
        $"{(wildcard && random.Next(4) == 0 ? "*." : "")}{string.Join('.', random.GetItems(Labels, random.Next(1, 4)))}.{Zone}";
}
