using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Tests.Values;

public class CidrTests
{
    [Test]
    public void The_tenth_address_of_a_range_is_its_DNS_address() =>
        Cidr.Parse("10.245.0.0/16").AddressAt(10)!.ToString().ShouldBe("10.245.0.10");

    [Test]
    public void Host_bits_are_refused_with_the_range_that_was_meant()
    {
        Cidr.TryParse("10.245.3.0/16", out _, out var problem).ShouldBeFalse();
        problem.ShouldContain("10.245.0.0/16");
    }
}
