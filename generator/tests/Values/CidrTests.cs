namespace PlatformGitOps.Generator.Tests.Values;

public class CidrTests
{
    [TestCase("10.245.0.0/16", "10.245.0.10")]
    [TestCase("10.245.255.240/28", "10.245.255.250")]
    [TestCase("fd00:10:245::/112", "fd00:10:245::a")]
    public void The_tenth_address_of_a_range_is_its_DNS_address(string range, string address) =>
        Cidr.Parse(range).AddressAt(10)!.ToString().ShouldBe(address);

    [Test]
    public void A_range_that_ends_before_the_address_has_none() => Cidr.Parse("10.245.0.0/29").AddressAt(10).ShouldBeNull();

    [Test]
    public void The_last_range_of_all_has_no_address_behind_it() => Cidr.Parse("255.255.255.248/29").AddressAt(10).ShouldBeNull();

    [TestCase("10.245.3.0/16", "10.245.0.0/16")]
    [TestCase("10.0.0.1/8", "10.0.0.0/8")]
    [TestCase("192.168.1.255/25", "192.168.1.128/25")]
    [TestCase("fd00::1/64", "fd00::/64")]
    [TestCase("1.2.3.4/0", "0.0.0.0/0")]
    public void Host_bits_are_refused_with_the_range_that_was_meant(string text, string meant)
    {
        Cidr.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain(meant);
        Cidr.Meant(text)!.ToString().ShouldBe(meant);
    }

    [TestCase("")]
    [TestCase("/")]
    [TestCase("10.0.0.0")]
    [TestCase("10.0.0.0/")]
    [TestCase("10.0.0.0/33")]
    [TestCase("10.0.0.0/08")]
    [TestCase("10.0.0.0/-1")]
    [TestCase("10.0.0.0/ 8")]
    [TestCase("10/8")]
    [TestCase("010.0.0.0/8")]
    [TestCase("0x0a.0.0.0/8")]
    [TestCase("fd00::/129")]
    [TestCase("[fd00::]/64")]
    [TestCase("fe80::%1/64")]
    public void An_invalid_range_is_refused(string text)
    {
        Cidr.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("is not an address range");
        Cidr.Meant(text).ShouldBeNull();
    }

    [TestCase("10.244.0.0/15", "10.245.0.0/16", true)]
    [TestCase("10.245.0.0/16", "10.244.0.0/15", true)]
    [TestCase("10.244.0.0/16", "10.245.0.0/16", false)]
    [TestCase("10.244.0.0/16", "10.244.0.0/16", true)]
    [TestCase("0.0.0.0/0", "::/0", false)]
    public void Ranges_overlap_where_one_holds_the_other(string one, string two, bool overlap) =>
        Cidr.Parse(one).Overlaps(Cidr.Parse(two)).ShouldBe(overlap);

    [TestCase("10.247.0.0/16", "10.247.255.255")]
    [TestCase("10.247.0.5/32", "10.247.0.5")]
    [TestCase("fd00::/126", "fd00::3")]
    public void The_last_address_has_every_host_bit_set(string range, string last) => Cidr.Parse(range).Last()
        .ShouldBe(IPAddress.Parse(last));
}
