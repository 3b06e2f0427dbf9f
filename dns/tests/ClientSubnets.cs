using System.Net;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Dns.Tests;

public sealed class ClientSubnets
{
    [TestCase("198.51.100.0/24", "00011800C63364")]
    [TestCase("198.51.100.128/25", "00011900C6336480")]
    [TestCase("2001:db8::/32", "0002200020010DB8")]
    [TestCase("0.0.0.0/0", "00010000")]
    public void A_subnet_has_the_octets_of_RFC_7871(string cidr, string octets)
    {
        var option = ClientSubnet.Parse(cidr).ToOption();

        Convert.ToHexString(option.Octets.AsSpan()).ShouldBe(octets);
        ClientSubnet.FromOption(option).ShouldBe(ClientSubnet.Parse(cidr));
    }

    [Test]
    public void Bits_beyond_the_prefix_are_never_sent() =>
        new ClientSubnet(IPAddress.Parse("198.51.100.77"), 20).Address.ShouldBe(IPAddress.Parse("198.51.96.0"));

    [TestCase("000118", TestName = "Cut off")]
    [TestCase("00031800C63364", TestName = "Unknown family")]
    [TestCase("00012100C6336401FF", TestName = "Prefix too long")]
    [TestCase("00011800C633", TestName = "Too few octets")]
    [TestCase("00011800C6336401", TestName = "Too many octets")]
    [TestCase("00011700C63365", TestName = "Bits beyond the prefix")]
    public void A_broken_option_is_no_subnet(string octets) =>
        ClientSubnet.FromOption(new EdnsOption(EdnsOptionCode.ClientSubnet, [.. Convert.FromHexString(octets)])).ShouldBeNull();
}
