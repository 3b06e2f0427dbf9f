using System.Collections.Concurrent;
using CliWrap;
using CliWrap.Buffered;
using CliWrap.EventStream;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>The Corefile rules beside CoreDNS itself: lint finds what keeps it from starting, and nothing else.</summary>
public sealed class CorefileStartTests
{
    private static readonly string[] Stopping =
        ["corefile-unknown-plugin", "corefile-unknown-option", "corefile-refused", "corefile-duplicate"];

    /// <param name="Servers">The chart's value, as a flow sequence.</param>
    /// <param name="Refused">What CoreDNS 1.11.4 says where it does not start.</param>
    /// <param name="Newer">What CoreDNS 1.14.7 says where it differs; one of <see cref="Fine"/> where it starts.</param>
    public sealed record Recorded(string Servers, string? Refused, string? Newer)
    {
        public string? RefusedBy(string version) => version != Versions[1] || Newer is null ? Refused : Fine.Contains(Newer) ? null : Newer;

        /// <summary>True where a start depends on the answer of another DNS server.</summary>
        public bool Resolves(string version) => version == Versions[1] && Newer == Fine[1];

        public override string ToString() => Servers;
    }

    private static readonly string[] Fine = ["starts", "resolves"];

    /// <summary>Those whose answers are recorded: that of the oldest delivered chart, and the one that <c>init</c> writes.</summary>
    private static readonly string[] Versions =
        [CoreDnsChart.Releases[CoreDnsChart.Default].ToString(), CoreDnsChart.StarterImage.ToString()];

    private static IReadOnlyList<Recorded> All { get; } = Read();

    [Test]
    public void Lint_agrees_with_what_CoreDNS_said(
        [ValueSource(nameof(All))] Recorded recorded, [ValueSource(nameof(Versions))] string version)
    {
        var refused = recorded.RefusedBy(version);
        var values = $"    servers: {recorded.Servers}\n";
        var release = Tree.Build(Given.Platform(Given.Infra)).Single(file => file.Path == LintFixture.Release).Text;
        var begin = release.IndexOf("    servers:\n", StringComparison.Ordinal);
        var lines = release[begin..].Split('\n').Skip(1).TakeWhile(line => line.StartsWith("     ", StringComparison.Ordinal));
        var before = $"    servers:\n{string.Concat(lines.Select(line => line + "\n"))}";

        var found = new LintFixture("", "").Value(before, values).AddValues($"image: {{ tag: {version} }}\n").Check()
            .Where(finding => Stopping.Contains(finding.Rule))
            // A second health in one server silently replaces the first: worth a finding, although CoreDNS starts.
            .Where(finding => !finding.Message.StartsWith("'health' is configured twice", StringComparison.Ordinal)).ToList();

        if (refused is null)
        {
            found.Select(finding => finding.Message).ShouldBeEmpty();
        }
        else
        {
            found.ShouldNotBeEmpty(refused);
        }
    }

    [Test]
    public async Task CoreDNS_itself_says_what_is_recorded()
    {
        var said = await Output("coredns", "-version");
        var version = Versions.FirstOrDefault(one => said?.Contains($"CoreDNS-{one}\n") == true);
        if (version is null || await Output("unshare", "-n true") is null)
        {
            Assert.Ignore($"coredns {string.Join(" or ", Versions)} and unshare, with the right to make a network namespace, "
                + "are not on this machine");
        }

        using var folder = new TemporaryFolder();
        var different = new ConcurrentBag<string>();
        var asked = All.Index().Where(entry => !entry.Item.Resolves(version!));
        await Parallel.ForEachAsync(asked, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (entry, token) =>
        {
            var file = folder.Write($"Corefile{entry.Index}", CorefileOf(entry.Item.Servers));
            var (starts, output) = await Start(file, token);
            if (starts != entry.Item.RefusedBy(version!) is null)
            {
                different.Add($"{entry.Item.Servers}: {output}");
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
                if (line.StartsWith("CoreDNS-", StringComparison.Ordinal))
                {
                    await stop.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException) when (said.ToString().Contains("CoreDNS-"))
        {
            return (true, "");
        }

        return (false, said.ToString());
    }

    /// <summary>What a program prints; null where it is not on this machine or fails.</summary>
    private static async Task<string?> Output(string program, string arguments)
    {
        try
        {
            var result = await Cli.Wrap(program).WithArguments(arguments).WithValidation(CommandResultValidation.None)
                .ExecuteBufferedAsync();
            return result.ExitCode == 0 ? result.StandardOutput : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    /// <summary>As the chart's template writes it.</summary>
    private static string CorefileOf(string servers)
    {
        var text = new StringBuilder();
        foreach (var server in Given.Object($"servers: {servers}").MappingsAt("servers"))
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
            .. lines.Index().Where(line => line.Item.StartsWith("- servers: ", StringComparison.Ordinal)).Select(line =>
            {
                var about = lines.Skip(line.Index + 1).TakeWhile(next => next.StartsWith("  ", StringComparison.Ordinal)).ToArray();
                return new Recorded(line.Item["- servers: ".Length..], About("refused"), About(Versions[1]));

                string? About(string key) => about.FirstOrDefault(next => next.StartsWith($"  {key}: ", StringComparison.Ordinal))?
                    [$"  {key}: ".Length..];
            }),
        ];
    }
}
