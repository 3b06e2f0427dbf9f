namespace PlatformGitOps.Generator.Tests.Values;

public class IpTextTests
{
    [TestCase("10.245.0.10")]
    [TestCase("0.0.0.0")]
    [TestCase("255.255.255.255")]
    [TestCase("::1")]
    [TestCase("2606:4700:4700::1111")]
    [TestCase("2001:db8::8:800:200c:417a")]
    public void Addresses_are_read_as_they_are_written(string text)
    {
        IpText.TryParse(text, out var value, out var problem).ShouldBeTrue(problem);
        value.ToString().ShouldBe(text);
    }

    [TestCase("10.245.0.10", "10.245.0.10")]
    [TestCase("fd00:2::a", "fd00:2::a")]
    [TestCase("fd00:53::", "fd00:53::0")]
    public void An_address_without_quotes_does_not_end_in_a_colon(string text, string unquoted)
    {
        var address = IPAddress.Parse(text);
        IpText.Unquoted(address).ShouldBe(unquoted);
        IPAddress.Parse(unquoted).ShouldBe(address);
    }

    // IPAddress.Parse accepts each of these.
    [TestCase("1")]
    [TestCase("10.1")]
    [TestCase("0x7f.0.0.1")]
    [TestCase("010.0.0.1")]
    [TestCase("[::1]")]
    [TestCase("[::1]:53")]
    [TestCase("fe80::1%3")]
    [TestCase("::ffff:10.0.0.1")]
    public void An_address_that_only_NET_accepts_is_refused(string text) => IpText.TryParse(text, out _, out _).ShouldBeFalse();

    [TestCase("")]
    [TestCase("10.245.0")]
    [TestCase("10.245.0.256")]
    [TestCase("10.245.0.10 ")]
    [TestCase("a.b.c.d")]
    [TestCase(":::")]
    public void An_invalid_address_is_refused(string text) => IpText.TryParse(text, out _, out _).ShouldBeFalse();
}
