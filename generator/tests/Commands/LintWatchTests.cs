using System.CommandLine;
using PlatformGitOps.Generator.Commands;

namespace PlatformGitOps.Generator.Tests.Commands;

/// <summary><c>lint --watch</c> on a tree of two clusters.</summary>
[TestFixture]
[CancelAfter(60_000)]
public sealed partial class LintWatchTests
{
    private const string Waiting = "waiting for a change.";

    private const string Definition = """
        repository: { url: https://github.com/example/platform-gitops.git }
        clusters:
          - { name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
          - { name: apps, network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 } }

        """;

    [Test]
    public async Task A_change_is_checked_where_it_belongs_and_what_is_wrong_goes_when_it_is_corrected(CancellationToken cancellationToken)
    {
        using var tree = new TemporaryFolder();
        tree.Write("platform.yaml", Definition);
        (await Verb.Run("generate", "-f", tree.Path)).ExitCode.ShouldBe(ExitCode.Success);
        await using var watch = new Watching(tree.Path);

        (await watch.Next(cancellationToken)).ShouldContain("Checked 2 of 2 clusters");

        var layer = Path.Combine(tree.Path, "kubernetes/clusters/infra/coredns.yaml");
        var right = await File.ReadAllTextAsync(layer, cancellationToken);
        await File.WriteAllTextAsync(layer, right + "---\nkind: ConfigMap\n", cancellationToken);
        var wrong = await watch.Next(cancellationToken);
        wrong.ShouldContain("kubernetes/clusters/infra/coredns.yaml:");
        wrong.ShouldContain("Checked 1 of 2 clusters");
        Reported().Match(wrong).Groups[1].Value.ShouldSatisfyAllConditions(
            text => text.ShouldNotBeEmpty(wrong),
            // An editor writes in several steps, so the program waits 30 ms for the next one, which is included in the user's waiting time.
            text => int.Parse(text, CultureInfo.InvariantCulture).ShouldBeGreaterThanOrEqualTo(30));

        await File.WriteAllTextAsync(layer, right, cancellationToken);
        var corrected = await watch.Next(cancellationToken);
        corrected.ShouldContain("No findings");
        corrected.ShouldContain("Checked 1 of 2 clusters");

        var shared = Path.Combine(tree.Path, "kubernetes/bases/coredns/kustomization.yaml");
        await File.AppendAllTextAsync(shared, "resource: []\n", cancellationToken);
        (await watch.Next(cancellationToken)).ShouldContain("Checked 2 of 2 clusters");

        Directory.Move(Path.Combine(tree.Path, "kubernetes"), Path.Combine(tree.Path, "aside"));
        await watch.Until(() => watch.Errors.Contains("has no folder kubernetes"), cancellationToken);
        Directory.Move(Path.Combine(tree.Path, "aside"), Path.Combine(tree.Path, "kubernetes"));
        (await watch.Next(cancellationToken)).ShouldContain("Checked 2 of 2 clusters");
        await File.AppendAllTextAsync(layer, "# seen again\n", cancellationToken);
        (await watch.Next(cancellationToken)).ShouldContain("Checked 1 of 2 clusters");

        await File.AppendAllTextAsync(Path.Combine(tree.Path, "platform.yaml"), "nothing: true\n", cancellationToken);
        (await watch.Next(cancellationToken)).ShouldContain("Checked 2 of 2 clusters");
        watch.Errors.ShouldContain("nothing");
    }

    [Test]
    public async Task A_change_of_an_unselected_cluster_checks_no_more_clusters(CancellationToken cancellationToken)
    {
        using var tree = new TemporaryFolder();
        tree.Write("platform.yaml", Definition + "  - { name: third, network: { pods: 10.248.0.0/16, services: 10.249.0.0/16 } }\n");
        (await Verb.Run("generate", "-f", tree.Path)).ExitCode.ShouldBe(ExitCode.Success);
        await using var watch = new Watching(tree.Path, "infra", "apps");
        await watch.Next(cancellationToken);

        await File.AppendAllTextAsync(Path.Combine(tree.Path, "kubernetes/clusters/third/coredns.yaml"), "# seen\n", cancellationToken);
        (await watch.Next(cancellationToken)).ShouldContain("Checked 2 of 2 clusters");
    }

    [Test]
    public async Task A_report_for_programs_is_refused()
    {
        using var tree = new TemporaryFolder();
        tree.Write("platform.yaml", Definition);
        var run = await Verb.Run("lint", "--watch", "--output", "json", "-f", tree.Path);
        run.ExitCode.ShouldBe(ExitCode.Unusable);
        run.Error.ShouldContain("leave --output away");
    }

    [GeneratedRegex("clusters, ([0-9]+) ms after the change; $")]
    private static partial Regex Reported();

    /// <summary>The command and each of its checks.</summary>
    private sealed class Watching : IAsyncDisposable
    {
        private readonly CancellationTokenSource stop = new();
        private readonly StringWriter output = new();
        private readonly StringWriter error = new();
        private readonly Task<int> running;
        private int read;

        public Watching(string path, params string[] clusters)
        {
            var configuration = new InvocationConfiguration
            {
                Output = TextWriter.Synchronized(output),
                Error = TextWriter.Synchronized(error),
            };
            running = CommandLine.RunAsync(
                ["lint", .. clusters.Select(cluster => $"--cluster={cluster}"), "--watch", "-f", path], configuration, TimeProvider.System,
                stop.Token);
        }

        public string Errors => error.ToString();

        public async Task<string> Next(CancellationToken cancellationToken)
        {
            var (text, end) = ("", -1);
            await Until(
                () =>
                {
                    text = output.ToString()[read..];
                    end = text.IndexOf(Waiting, StringComparison.Ordinal);
                    return end >= 0;
                },
                cancellationToken);
            read += end + Waiting.Length;
            return text[..end];
        }

        public async Task Until(Func<bool> holds, CancellationToken cancellationToken)
        {
            using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            while (!holds() && await look.WaitForNextTickAsync(cancellationToken))
            {
                running.IsCompleted.ShouldBeFalse($"the command ended: {error}");
            }
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            (await running).ShouldBe(ExitCode.Cancelled);
            stop.Dispose();
        }
    }
}
