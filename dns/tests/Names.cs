namespace PlatformGitOps.Dns.Tests;

public sealed class Names
{
    [TestCase("kube-dns.kube-system.svc.cluster.local", "kube-dns.kube-system.svc.cluster.local.")]
    [TestCase("example.com.", "example.com.")]
    [TestCase(".", ".")]
    [TestCase("", ".")]
    [TestCase(@"a\.b.example", @"a\.b.example.")]
    [TestCase(@"\097b.example", "ab.example.")]
    [TestCase(@"\000\255.example", @"\000\255.example.")]
    [TestCase("_dns-tcp._tcp.kube-dns", "_dns-tcp._tcp.kube-dns.")]
    public void A_name_is_shown_in_presentation_form(string text, string shown)
    {
        DnsName.Parse(text).ToString().ShouldBe(shown);
        DnsName.Parse(shown).ShouldBe(DnsName.Parse(text));
    }

    [Test]
    public void Names_are_equal_without_regard_to_ascii_case_and_keep_their_spelling()
    {
        var name = DnsName.Parse("Example.COM");

        name.ShouldBe(DnsName.Parse("eXAMPLE.com"));
        name.GetHashCode().ShouldBe(DnsName.Parse("example.com").GetHashCode());
        name.ToString().ShouldBe("Example.COM.");
        DnsName.Parse(@"\228.example").ShouldNotBe(DnsName.Parse(@"\196.example"), "only ASCII letters have case (RFC 4343)");
    }

    [TestCase("a.b.example.com", "example.com", true)]
    [TestCase("example.com", "EXAMPLE.com", true)]
    [TestCase("notexample.com", "example.com", false)]
    [TestCase("com", "example.com", false)]
    [TestCase("anything", ".", true)]
    public void A_name_knows_whether_it_is_at_or_below_another(string name, string ancestor, bool expected) =>
        DnsName.Parse(name).IsAtOrBelow(DnsName.Parse(ancestor)).ShouldBe(expected);

    [TestCase("a..b")]
    [TestCase(".a")]
    [TestCase(@"a\")]
    [TestCase(@"a\25")]
    [TestCase(@"a\256")]
    [TestCase("bücher€.example")]
    public void An_invalid_name_is_refused(string text) => Should.Throw<FormatException>(() => DnsName.Parse(text));

    [Test]
    public void Labels_and_names_that_are_too_long_are_refused()
    {
        Should.NotThrow(() => DnsName.Parse(new string('a', 63)));
        Should.Throw<FormatException>(() => DnsName.Parse(new string('a', 64)));
        Should.NotThrow(() => DnsName.Parse(string.Join('.', Enumerable.Repeat(new string('a', 63), 3)) + "." + new string('a', 61)));
        Should.Throw<FormatException>(() => DnsName.Parse(string.Join('.', Enumerable.Repeat(new string('a', 63), 4))));
    }
}
