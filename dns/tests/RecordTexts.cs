using PlatformGitOps.Dns.Server;

namespace PlatformGitOps.Dns.Tests;

public sealed class RecordTexts
{
    [TestCase("www A 192.0.2.1", "www.example.test. 30 Internet A 192.0.2.1")]
    [TestCase("@ AAAA 2001:db8::1", "example.test. 30 Internet AAAA 2001:db8::1")]
    [TestCase("alias cname www.example.org", "alias.example.test. 30 Internet CNAME www.example.org.")]
    [TestCase("_sip._udp SRV 1 2 5060 sip.example.test.", "_sip._udp.example.test. 30 Internet SRV 1 2 5060 sip.example.test.")]
    [TestCase("@ MX 10 mail.example.test", "example.test. 30 Internet MX 10 mail.example.test.")]
    [TestCase("note TXT \"two words\"", "note.example.test. 30 Internet TXT \"two words\"")]
    public void A_record_is_read(string text, string shown) =>
        RecordText.Add(Zone.Empty("example.test", TimeSpan.FromSeconds(5)), text).Records.ShouldHaveSingleItem().ToString().ShouldBe(shown);

    [TestCase("www A")]
    [TestCase("www MX mail")]
    [TestCase("www HINFO x86 linux")]
    [TestCase("www A not-an-address")]
    [TestCase("www SRV 1 2 3")]
    public void Anything_else_is_refused(string text) =>
        Should.Throw<FormatException>(() => RecordText.Add(Zone.Empty("example.test", TimeSpan.FromSeconds(5)), text));
}
