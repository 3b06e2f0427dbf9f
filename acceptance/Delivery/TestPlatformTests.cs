using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Delivery;

public sealed class TestPlatformTests
{
    [TestCase("172.18.0.0/29", "172.18.0.2", "172.18.0.3", "172.18.0.4")]
    [TestCase("10.0.0.0/13", "10.1.0.1", "10.4.0.1")]
    [TestCase("192.0.2.0/30", "192.0.2.1")]
    [TestCase("fc00:f853:ccd:e793::/125", "fc00:f853:ccd:e793::2", "fc00:f853:ccd:e793::4")]
    public void The_nodes_range_holds_their_addresses(string range, params string[] addresses) =>
        TestPlatform.NodeRange([.. addresses.Select(address => Node(address))]).ShouldBe(range);

    [Test]
    public void Of_two_families_the_first_counts() =>
        TestPlatform.NodeRange([Node("172.18.0.2", "fc00:f853:ccd:e793::2"), Node("172.18.0.3", "fc00:f853:ccd:e793::3")])
            .ShouldBe("172.18.0.0/30");

    private static Resource Node(params string[] addresses) => new(new JsonObject
    {
        ["status"] = new JsonObject
        {
            ["addresses"] = new JsonArray(
                [.. addresses.Select(address => new JsonObject { ["type"] = "InternalIP", ["address"] = address })]),
        },
    });
}
