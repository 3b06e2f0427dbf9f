using System.Collections.Concurrent;
using System.Text;
using CliWrap;
using CliWrap.Buffered;
using CliWrap.EventStream;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Tests.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>The Corefile rules beside CoreDNS itself: lint finds what keeps it from starting, and nothing else.</summary>
public sealed class CorefileStartTests
{
    private static readonly string[] Stopping =
        ["corefile-unknown-plugin", "corefile-unknown-option", "corefile-refused", "corefile-duplicate"];

    /// <param name="Servers">The chart's value, as a flow sequence.</param>
    /// <param name="Refused">What CoreDNS says where it does not start.</param>
    public sealed record Recorded(string Servers, string? Refused)
    {
        public override string ToString() => Servers;
    }

    private static IReadOnlyList<Recorded> All { get; } = Read();

    [TestCaseSource(nameof(All))]
    public void Lint_agrees_with_what_CoreDNS_said(Recorded recorded)
    {
        var values = $"    servers: {recorded.Servers}\n";
        var release = Tree.Build(Given.Platform(Given.Infra)).Single(file => file.Path == LintFixture.Release).Text;
        var begin = release.IndexOf("    servers:\n", StringComparison.Ordinal);
        var lines = release[begin..].Split('\n').Skip(1).TakeWhile(line => line.StartsWith("     ", StringComparison.Ordinal));
        var before = $"    servers:\n{string.Concat(lines.Select(line => line + "\n"))}";

        var found = new LintFixture("", "").Value(before, values).Check()
            .Where(finding => Stopping.Contains(finding.Rule))
            // A second health in one server silently replaces the first: worth a finding, although CoreDNS starts.
            .Where(finding => !finding.Message.StartsWith("'health' is configured twice", StringComparison.Ordinal)).ToList();

        if (recorded.Refused is null)
        {
            found.Select(finding => finding.Message).ShouldBeEmpty();
        }
        else
        {
            found.ShouldNotBeEmpty(recorded.Refused);
        }
    }

    [Test]
    public async Task CoreDNS_itself_says_what_is_recorded()
    {
        if (!await Works("coredns", "-version") || !await Works("unshare", "-n true"))
        {
            Assert.Ignore("coredns 1.11.4 and unshare, with the right to make a network namespace, are not on this machine");
        }

        using var folder = new TemporaryFolder();
        var different = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(All.Index(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (entry, token) =>
        {
            var file = folder.Write($"Corefile{entry.Index}", CorefileOf(entry.Item.Servers));
            var (starts, said) = await Start(file, token);
            if (starts != entry.Item.Refused is null)
            {
                different.Add($"{entry.Item.Servers}: {said}");
            }
        });
        different.ShouldBeEmpty();
    }

    private static async Task<(bool Starts, string Said)> Start(string corefile, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(60));
        var said = new StringBuilder();
        try
        {
            await foreach (var happened in Cli.Wrap("unshare").WithArguments(["-n", "coredns", "-conf", corefile])
                .WithValidation(CommandResultValidation.None).ListenAsync(stop.Token))
            {
                var line = happened switch
                {
                    StandardOutputCommandEvent output => output.Text,
                    StandardErrorCommandEvent error => error.Text,
                    _ => "",
                };
                said.AppendLine(line);
                if (line.StartsWith("CoreDNS-1.11.4", StringComparison.Ordinal))
                {
                    await stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException) when (said.ToString().Contains("CoreDNS-1.11.4", StringComparison.Ordinal))
        {
            return (true, "");
        }

        return (false, said.ToString());
    }

    private static async Task<bool> Works(string program, string arguments)
    {
        try
        {
            var result = await Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync();
            return result.ExitCode == 0 && (program != "coredns" || result.StandardOutput.Contains("1.11.4", StringComparison.Ordinal));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    /// <summary>As the chart's template writes it.</summary>
    private static string CorefileOf(string servers)
    {
        var text = new StringBuilder();
        var document = (Mapping)YamlReader.Read("servers", Encoding.UTF8.GetBytes($"servers: {servers}"), YamlOptions.Tree).Documents[0];
        foreach (var server in document.MappingsAt("servers"))
        {
            var zones = server.MappingsAt("zones").Select(zone => zone.TextAt("scheme") + zone.TextAt("zone"));
            text.Append(string.Join(' ', zones)).Append(server.TextAt("port") is { } port ? $":{port}" : "").Append(" {\n");
            foreach (var plugin in server.MappingsAt("plugins"))
            {
                text.Append($"    {plugin.TextAt("name")} {plugin.TextAt("parameters")}");
                text.Append(plugin.TextAt("configBlock") is { } block ? $" {{\n{block}\n    }}\n" : "\n");
            }

            text.Append("}\n");
        }

        return text.ToString();
    }

    private static List<Recorded> Read()
    {
        var lines = File.ReadAllLines(RepositoryRoot.File("generator", "tests", "fixtures", "corefiles.yaml"));
        return
        [
            .. lines.Index().Where(line => line.Item.StartsWith("- servers: ", StringComparison.Ordinal)).Select(line => new Recorded(
                line.Item["- servers: ".Length..],
                lines.ElementAtOrDefault(line.Index + 1) is { } next && next.StartsWith("  refused: ", StringComparison.Ordinal)
                    ? next["  refused: ".Length..] : null)),
        ];
    }
}
