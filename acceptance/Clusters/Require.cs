using System.Net.NetworkInformation;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>The machine's prerequisites of a test; without them it is skipped with the reason and the remedy.</summary>
public static class Require
{
    /// <summary>True if this machine has the IPv6 loopback address, which containers often lack.</summary>
    public static bool HasIPv6 { get; } = NetworkInterface.GetAllNetworkInterfaces()
        .Any(network => network.GetIPProperties().UnicastAddresses.Any(address => address.Address.Equals(IPAddress.IPv6Loopback)));

    public static async Task ContainerEngine(ContainerEngine engine, string image, CancellationToken cancellationToken)
    {
        if ((await MachineCapabilities.Report(cancellationToken)).Engine is null)
        {
            Assert.Ignore("no container engine answers; start Docker");
        }

        if (await engine.ImageId(image, cancellationToken) is null)
        {
            Assert.Ignore($"the image {image} is not on this machine; pull it, or name another in the setting small-image");
        }
    }

    public static async Task Program(string program, CancellationToken cancellationToken)
    {
        if (!(await MachineCapabilities.Report(cancellationToken)).Has(program))
        {
            Assert.Ignore($"the {program} command is not on PATH; install it");
        }
    }
}
