using PlatformGitOps.Generator.Apps.Substrate.Records;

namespace PlatformGitOps.Generator.Tests.Apps;

/// <summary>Zone files; the acceptance suite compares them with the output of BIND (Substrate.4).</summary>
public sealed class MasterFileTests
{
    private static readonly MasterFileBounds Bounds = new("example.internal", ["apps.example.internal"],
        new HashSet<string> { "dns-1.example.internal", "shop.example.internal" },
        new Dictionary<string, string> { ["shop.example.internal"] = "dns-1.example.internal" }, [Cidr.Parse("192.0.2.0/24")]);

    private static readonly Dictionary<string, (string Text, string Record)> Forms = new()
    {
        ["a name below the zone"] = ("etcd A 192.0.2.1", "etcd.example.internal. 300 IN A 192.0.2.1"),
        ["an absolute name in capitals"] = ("ETCD.Example.Internal. 60 IN a 192.0.2.1", "etcd.example.internal. 60 IN A 192.0.2.1"),
        ["class before TTL"] = ("etcd IN 60 A 192.0.2.1", "etcd.example.internal. 60 IN A 192.0.2.1"),
        ["a TTL for all"] = ("$TTL 60\netcd A 192.0.2.1", "etcd.example.internal. 60 IN A 192.0.2.1"),
        ["another origin"] = ("$ORIGIN site\netcd A 192.0.2.1", "etcd.site.example.internal. 300 IN A 192.0.2.1"),
        ["the zone itself"] = ("@ MX 10 dns-1", "example.internal. 300 IN MX 10 dns-1.example.internal."),
        ["a wildcard"] = ("*.lab A 192.0.2.1", "*.lab.example.internal. 300 IN A 192.0.2.1"),
        ["a service elsewhere"] = ("_a._tcp SRV 0 5 80 x.example.com.", "_a._tcp.example.internal. 300 IN SRV 0 5 80 x.example.com."),
        ["an IPv6 address in its short form"] = ("a AAAA FD00:0:0:0::1", "a.example.internal. 300 IN AAAA fd00::1"),
        ["texts over lines"] = ("a TXT (\"one; two\" ; three\r\n  four)\r\n", "a.example.internal. 300 IN TXT \"one; two\" \"four\""),
        ["comments and empty lines"] = ("; a\n\n \t\na A 192.0.2.1;b\n;c", "a.example.internal. 300 IN A 192.0.2.1"),
    };

    [TestCaseSource(nameof(FormNames))]
    public void A_record_is_written_as_a_transfer_shows_it(string name)
    {
        var (records, problems) = MasterFileReader.Read(Forms[name].Text, Bounds);
        problems.ShouldBeEmpty();
        records.Text.ToString().ShouldBe(Forms[name].Record + "\n");
    }

    [Test]
    public void A_line_without_a_name_has_the_one_before_it()
    {
        var (records, problems) = MasterFileReader.Read("a A 192.0.2.1\n  A 198.51.100.2\nb A 192.0.2.1\n", Bounds);
        problems.ShouldBeEmpty();
        records.Names.ShouldBe(["a.example.internal", "b.example.internal"]);
        records.Addresses.Select(pair => $"{pair.Address} {pair.Name}").ShouldBe(
            ["192.0.2.1 a.example.internal", "192.0.2.1 b.example.internal"], "only addresses of a reverse zone become PTR records");
    }

    [TestCase("a MX 0 b\nb AAAA fd00::1", Description = "a name of the file that comes later")]
    [TestCase("a MX 0 dns-1", Description = "a host of the definition")]
    [TestCase("a MX 0 x.b.lab\n*.lab A 192.0.2.1", Description = "a name that a pattern answers")]
    [TestCase("a MX 0 b\n* A 192.0.2.1", Description = "a name that the zone's own pattern answers")]
    [TestCase("a MX 0 myapp.apps", Description = "a name that a program writes")]
    [TestCase("a MX 0 mail.example.com.", Description = "a name of another zone")]
    [TestCase("a MX 0 @\n@ A 192.0.2.1", Description = "the zone itself")]
    [TestCase("a MX 0 .\n_b._tcp SRV 0 0 0 .", Description = "no such service")]
    public void A_target_has_addresses_or_is_not_known_here(string text) => MasterFileReader.Read(text, Bounds).Problems.ShouldBeEmpty();

    [TestCase("_a._tcp SRV 0 0 80 shop", "SRV record of '_a._tcp.example.internal' names 'shop.example.internal', which is an alias")]
    [TestCase("a MX 0 b\nc A 192.0.2.1", "MX record of 'a.example.internal' names 'b.example.internal', which has no address")]
    [TestCase("a MX 0 b\nb TXT c", "which has no address", Description = "a name with another type")]
    [TestCase("a MX 0 b\nc.b A 192.0.2.1", "which has no address", Description = "a name that has addresses only below it")]
    [TestCase("a MX 0 x.b.lab\n*.lab A 192.0.2.1\nc.b.lab A 192.0.2.1",
        "which has no address in this zone; '*.lab.example.internal' does not answer for it, because 'b.lab.example.internal' exists",
        Description = "a pattern ends at b.lab")]
    [TestCase("a MX 0 b.lab\n*.lab A 192.0.2.1\nb.lab TXT c", "because 'b.lab.example.internal' exists", Description = "another type")]
    [TestCase("a MX 0 x.dns-1\n* A 192.0.2.1", "because 'dns-1.example.internal' exists", Description = "a host of the definition")]
    [TestCase("a MX 0 x.lab\n*.lab TXT c", "which has no address in this zone.", Description = "a pattern without addresses")]
    [TestCase("a MX 0 @", "which has no address", Description = "the zone itself")]
    public void A_target_that_leads_nowhere_is_refused(string text, string message)
    {
        var problem = MasterFileReader.Read(text, Bounds).Problems.ShouldHaveSingleItem();
        problem.Rule.ShouldBe("substrate-record-target");
        problem.Position.Line.ShouldBe(1);
        problem.Message.ShouldContain(message);
    }

    private static readonly Dictionary<string, (string Text, string Problem)> Wrong = new()
    {
        ["a CNAME"] = ("a CNAME b", "1:3 substrate-records-file The type of 'a.example.internal' is 'CNAME'. Write it under 'aliases'"),
        ["a SOA record"] = ("@ SOA a b 1 2 3 4 5", "1:3 substrate-records-file The type of 'example.internal' is 'SOA'. Take it out"),
        ["no type"] = ("a 60", "1:3 substrate-records-file The record of 'a.example.internal' has no type. Write [name]"),
        ["no name"] = ("  A 192.0.2.1", "1:3 substrate-records-file The first record has no name."),
        ["a name outside"] = ("a.example.com. A 192.0.2.1", "1:1 substrate-records-file The name 'a.example.com' is not in the zone"),
        ["a zone that only ends alike"] = ("myexample.internal. A 192.0.2.1", "1:1 substrate-records-file The name 'myexample.internal'"),
        ["a name of a child"] = ("x.apps A 192.0.2.1", "1:1 substrate-child-overlap The name 'x.apps.example.internal' is in the child"),
        ["a name of the definition"] = ("dns-1 A 192.0.2.1", "1:1 substrate-record-twice The name 'dns-1.example.internal' is in the"),
        ["a record twice"] = ("a A 192.0.2.1\nb A 192.0.2.1\nA A 192.0.2.1", "3:1 substrate-record-twice This A record of 'a.example"),
        ["two TTLs of one set"] = ("a 1 A 192.0.2.1\na 2 A 192.0.2.2", "2:1 substrate-records-file The A records of 'a.example.internal'"),
        ["the loopback address"] = ("a A 127.0.0.1", "1:5 substrate-loopback The address 127.0.0.1 is"),
        ["the loopback address of IPv6"] = ("a AAAA ::1", "1:8 substrate-loopback The address ::1 is"),
        ["a multicast address"] = ("a A 224.0.0.1", "1:5 substrate-not-unicast The address 224.0.0.1 is"),
        ["an octal address"] = ("a A 192.0.2.010", "1:5 substrate-records-file The address '192.0.2.010' has a leading zero"),
        ["an IPv6 address as A"] = ("a A fd00::1", "1:5 substrate-records-file The address 'fd00::1' is not an address of the type A"),
        ["a port that is not one"] = ("a SRV 0 0 65536 b", "1:11 substrate-records-file The value '65536' is not a number from 0 to"),
        ["a value less"] = ("a MX 10", "1:3 substrate-records-file The MX record of 'a.example.internal' has 1 values."),
        ["a label that is too long"] = ($"{new string('a', 64)} A 192.0.2.1", "1:1 substrate-records-file 'aaa"),
        ["a name that is too long"] = ($"{string.Concat(Enumerable.Repeat("abcdefg.", 31))}a A 192.0.2.1",
            "1:1 substrate-records-file 'abc"),
        ["a TTL with a unit"] = ("$TTL 1h", "1:6 substrate-records-file The TTL '1h' is not a number of seconds"),
        ["another file"] = ("$INCLUDE other", "1:1 substrate-records-file The generator does not read $INCLUDE."),
        ["an empty owner"] = ("\"\" A 192.0.2.1", "1:2 substrate-records-file '' is not a name"),
        ["an empty type"] = ("a \"\" A 192.0.2.1", "1:4 substrate-records-file The type of 'a.example.internal' is ''."),
        ["a quoted name"] = ("\"a\" A 192.0.2.1", "1:2 substrate-records-file 'a' is not a name"),
        ["nothing behind the TTL"] = ("a 60 IN", "1:6 substrate-records-file The record of 'a.example.internal' has no type."),
        ["an address without a type"] = ("a 192.0.2.1", "1:3 substrate-records-file The TTL '192.0.2.1' is not a number"),
        ["two TTLs of one record"] = ("a 60 IN 70 A 192.0.2.1",
            "1:9 substrate-records-file The record of 'a.example.internal' has the TTL 60"),
        ["an underscore in a host's name"] = ("my_host A 192.0.2.1", "1:1 substrate-records-file The name 'my_host.example.internal'"),
        ["an underscore in a target"] = ("a MX 0 my_host", "1:8 substrate-records-file The target 'my_host.example.internal' is not"),
        ["a pattern as a target"] = ("a MX 0 *.b", "1:8 substrate-records-file The target '*.b.example.internal' is not"),
        ["very many records of one name"] = (
            string.Join('\n', Enumerable.Range(0, 501).Select(i => $"a A 192.0.{i / 250}.{i % 250}")),
            "501:1 substrate-records-file The name 'a.example.internal' has more than 500 records."),
        ["a target whose record is refused"] = ("a MX 0 b\nb A 127.0.0.1", "2:5 substrate-loopback"),
        ["a quote that stays open"] = ("a TXT \"b\nc", "1:7 substrate-records-file A quote or a parenthesis is not closed."),
        ["a parenthesis that stays open"] = ("a TXT ( b\nc", "1:7 substrate-records-file A quote or a parenthesis is not closed."),
        ["a hidden character"] = ("a TXT \"b\u202Ec\"", "1:8 substrate-records-file A text of 'a.example.internal' has a character"),
        ["a credential"] = ("a TXT \"ghp_" + new string('a', 36) + "\"", "1:8 substrate-records-file A text of 'a.example.internal' looks"),
    };

    [TestCaseSource(nameof(WrongNames))]
    public void Each_error_has_its_position(string name)
    {
        var (records, problems) = MasterFileReader.Read(Wrong[name].Text, Bounds);
        var problem = problems.ShouldHaveSingleItem();
        $"{problem.Position} {problem.Rule} {problem.Message} {problem.Fix}".ShouldStartWith(Wrong[name].Problem);
        records.Text.ToString().Split('\n').Length.ShouldBeLessThan(Wrong[name].Text.Split('\n').Length + 1);
    }

    [Test]
    public void A_zone_has_the_same_records_from_the_definition_and_from_a_file()
    {
        var names = Enumerable.Range(1, 50).Select(number => (Name: $"r{number}", Address: $"192.168.10.{number + 100}")).ToArray();
        var listed = Zones("    records: [" + string.Join(", ",
            names.Select(name => $"{{ name: {name.Name}, addresses: [{name.Address}] }}"))
            + "]", null);
        var named = Zones("    recordsFile: hosts.zone", string.Concat(names.Select(name => $"{name.Name} A {name.Address}\n")));
        named.ShouldBe(listed);
        named.Count(line => line.Contains(" PTR ")).ShouldBe(52, "the two hosts and each record");
    }

    [Test]
    public void An_alias_may_name_a_record_of_the_file_and_a_finding_names_the_file()
    {
        Zones("    recordsFile: hosts.zone\n    aliases: [{ name: shop, target: b }]", "b A 192.168.10.50\n").ShouldContain(
            "shop.globular.internal. 60 IN CNAME b.globular.internal.");
        Read("    recordsFile: hosts.zone", "b A x\n").ShouldBeOfType<PlatformReading.Invalid>()
            .Findings.ShouldHaveSingleItem().ToString().ShouldStartWith("site/hosts.zone:1:5: substrate-records-file: The address 'x'");
    }

    [TestCase("*.lab A 192.168.10.50", "x.b.lab")]
    [TestCase("* A 192.168.10.50", "b")]
    public void An_alias_may_name_what_a_pattern_answers(string records, string target) =>
        Zones($"    recordsFile: hosts.zone\n    aliases: [{{ name: shop, target: {target} }}]", records).ShouldContain(
            $"shop.globular.internal. 60 IN CNAME {target}.globular.internal.");

    [TestCase("*.lab A 192.168.10.50\nc.b.lab A 192.168.10.51", "x.b.lab", "*.lab", "b.lab")]
    [TestCase("* A 192.168.10.50", "x.dns-1", "*", "dns-1")]
    [TestCase("* A 192.168.10.50", "x.shop", "*", "shop", Description = "the alias itself")]
    [TestCase("* A 192.168.10.50", "a.site", "*", "site", Description = "a name of 'records' is below it")]
    public void An_alias_of_a_name_that_a_pattern_does_not_answer_is_refused(
        string records, string target, string pattern, string exists) =>
        Read("    recordsFile: hosts.zone\n    records: [{ name: b.site, addresses: [192.168.10.60] }]\n"
                + $"    aliases: [{{ name: shop, target: {target} }}]", records).ShouldBeOfType<PlatformReading.Invalid>()
            .Findings.ShouldHaveSingleItem().Message.ShouldBe(
                $"The zone has no record '{target}', and it is in none of the children; '{pattern}.globular.internal' does not answer "
                + $"for it, because '{exists}.globular.internal' exists (RFC 4592 3.3.1).");

    private static IEnumerable<string> FormNames => Forms.Keys;

    private static IEnumerable<string> WrongNames => Wrong.Keys;

    /// <summary>The lines of all zones of a substrate, sorted.</summary>
    private static IEnumerable<string> Zones(string keys, string? records) =>
        Tree.Build(Read(keys, records).ShouldBeOfType<PlatformReading.Valid>().Platform)
            .Where(file => file.Path.EndsWith(".zone", StringComparison.Ordinal))
            .SelectMany(file => file.Text.Split('\n')).Order(StringComparer.Ordinal);

    private static PlatformReading Read(string keys, string? records) => PlatformText.Read("site/platform.yaml",
        Encoding.UTF8.GetBytes($$"""
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
        substrates:
          - name: main
            primary: { addresses: [192.168.10.11] }
            secondary: { addresses: [192.168.10.12] }
            reverse: [192.168.10.0/24]

        """ + keys + "\n"), path => path == "hosts.zone" && records is not null ? Encoding.UTF8.GetBytes(records) : null);
}
