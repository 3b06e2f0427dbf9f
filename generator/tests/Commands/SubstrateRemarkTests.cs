namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary>What commands warn of in a cluster that its substrate does not answer.</summary>
public sealed class SubstrateRemarkTests
{
    private const string Warned = "platform.yaml:10:5: substrate-networks: warning: The substrate 'main' refuses the CoreDNS of cluster "
        + "edge: its allowedNetworks have no address of 10.244.0.0/16 or 192.168.10.0/24, the ranges of the pods and nodes. The zone "
        + "globular.internal then has no names in the cluster. Add these ranges to the allowedNetworks of 'main'.";

    [Test]
    public async Task A_cluster_whose_pods_and_nodes_its_substrate_does_not_let_in_is_warned_of()
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Definition("10.9.0.0/16"));

        var generated = await Verb.Run("generate", "-f", folder.Path);
        (generated.ExitCode, generated.Error.Contains(Warned)).ShouldBe((0, true), generated.Error);
        (await Verb.Run("check", "-f", folder.Path)).Output.ShouldContain(Warned);
        (await Verb.Run("plan", "-f", folder.Path)).Error.ShouldContain(Warned);
        var lint = await Verb.Run("lint", "-f", folder.Path);
        (lint.ExitCode, lint.Output.Contains(Warned)).ShouldBe((0, true), lint.Output);
    }

    /// <summary>Not every pod may run on every node, and without the range of the nodes it is not known where queries come from.</summary>
    [TestCase("192.168.10.16/28", ", nodes: 192.168.10.0/24")]
    [TestCase("10.244.0.0/16", ", nodes: 192.168.10.0/24")]
    [TestCase("10.9.0.0/16", "")]
    public async Task One_that_may_be_let_in_is_not(string allowed, string nodes)
    {
        using var folder = new TemporaryFolder();
        folder.Write("platform.yaml", Definition(allowed, nodes));

        (await Verb.Run("generate", "-f", folder.Path)).Error.ShouldNotContain("substrate-networks");
    }

    private static string Definition(string allowed, string nodes = ", nodes: 192.168.10.0/24") => $$"""
        repository: { url: https://github.com/example/platform.git }
        substrates:
          - name: main
            primary: { addresses: [192.168.10.11] }
            secondary: { addresses: [192.168.10.12] }
            allowedNetworks: [{{allowed}}]
        clusters:
          - network: { pods: 10.244.0.0/16, services: 10.245.0.0/16{{nodes}} }
            name: edge
            substrate: main

        """;
}
