using CsCheck;

namespace PlatformGitOps.Controller.Tests.Model;

/// <summary>Random worlds: whatever happens in whatever order, no Service loses its last endpoint and nothing is forgotten.</summary>
public sealed class AnyWorld
{
    private const int Steps = 200;
    private const int Worlds = 500;

    private static readonly Gen<(int Seed, int[] Steps)> Any = Gen.Select(Gen.Int[0, 1_000_000], Gen.Int[0, 9_999].Array[Steps]);

    [Test]
    public void No_Service_loses_its_last_endpoint_and_everything_comes_back()
    {
        var writes = 0;

        Any.Sample(world => writes += Run(world.Seed, world.Steps, PlantedFault.None), iter: Worlds, threads: 1);

        writes.ShouldBeGreaterThan(Worlds, "in such worlds there is something to do");
    }

    [TestCase(nameof(PlantedFault.BlindReads), "had an endpoint until")]
    [TestCase(nameof(PlantedFault.ForgottenReturns), "is healthy and not back")]
    [TestCase(nameof(PlantedFault.NoPause), "is written again and again")]
    public void A_planted_fault_is_found(string fault, string how) =>
        Should.Throw<CsCheckException>(() => Any.Sample(
            world => { Run(world.Seed, world.Steps, Enum.Parse<PlantedFault>(fault)); }, iter: Worlds, threads: 1))
            .ToString().ShouldContain(how);

    private static int Run(int seed, int[] steps, PlantedFault fault)
    {
        var world = new World(seed, fault);
        foreach (var step in steps)
        {
            world.Step(step);
        }

        world.Settle(released: seed % 2 == 0);
        return world.Writes;
    }
}
