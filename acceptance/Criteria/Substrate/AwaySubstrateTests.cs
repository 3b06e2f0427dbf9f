using System.Globalization;
using System.Text.RegularExpressions;
using CliWrap;
using CliWrap.Buffered;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Rendering;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// What the section "Names of the substrate fail" of docs/troubleshooting.md looks for, printed by the real CoreDNS and nslookup while no
/// server of the substrate runs. Skipped where one of the programs is not on this machine.
/// </summary>
[Category("Substrate")]
internal sealed class AwaySubstrateTests
{
    [Test]
    [CancelAfter(60_000)]
    public async Task The_page_knows_what_a_client_and_the_log_say(CancellationToken token)
    {
        var (coreDns, nslookup) = (LocalProgram.Need("coredns"), LocalProgram.Need("nslookup"));
        var rows = TroubleshootingGuide.Committed["Names of the substrate fail"];
        var (asked, logged) = (
            rows.Single(row => row.Command.Contains("nslookup dns-1", StringComparison.Ordinal)),
            rows.Single(row => row.Command.Contains(" logs ", StringComparison.Ordinal)));
        var substrate = RenderedCluster.From(
            DefinedTree.Generated(DefinedTree.Read(Path.Combine(StorySample.Folder, "definitions", "substrate.yaml")), null), "knot")
            .Definition.Substrate!;
        var port = LocalProgram.FreePort().ToString(CultureInfo.InvariantCulture);
        var folder = RunSession.NewFolder("away");
        var file = Path.Combine(folder, "Corefile");
        // Not 127.0.0.1, from which CoreDNS asks: a query from the very port that it goes to would reach its own socket.
        await File.WriteAllTextAsync(file, Regex.Replace(
            TestSubstrate.ServerForOthers(substrate).Replace(":53 ", $":{port} ", StringComparison.Ordinal), @"forward \. [^{]+",
            $"forward . 127.0.0.2:{LocalProgram.FreePort().ToString(CultureInfo.InvariantCulture)} "), token);
        using (var server = LocalProgram.Start(coreDns, ["-conf", file], folder))
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(30),
                async probe =>
                {
                    var result = await Cli.Wrap(nslookup)
                        .WithArguments([$"-port={port}", "-timeout=5", $"dns-1.{substrate.Zone}", "127.0.0.1"])
                        .WithValidation(CommandResultValidation.None).ExecuteBufferedAsync(probe);
                    (result.StandardOutput + result.StandardError).ShouldContain("SERVFAIL");
                    result.StandardOutput.ShouldMatch(asked.Output);
                    server.Output.ShouldMatch(logged.Output);
                },
                "CoreDNS says that nobody answers",
                token);
        }

        Directory.Delete(folder, recursive: true);
    }
}
