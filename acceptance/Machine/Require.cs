using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Machine;

/// <summary>What a test needs from the machine; without it the test is skipped, with the reason and what would help.</summary>
public static class Require
{
    public static async Task ContainerEngine(IContainerEngine engine, string image, CancellationToken cancellationToken)
    {
        var machine = await ThisMachine.Report(cancellationToken);
        if (machine.Engine is null)
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
        if (!(await ThisMachine.Report(cancellationToken)).Has(program))
        {
            Assert.Ignore($"the {program} command is not on PATH; install it");
        }
    }
}
