using System.Diagnostics;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>A run in a separate test host that is killed while it creates or uses a kind cluster leaves nothing behind.</summary>
[Category("Cleanup")]
[Platform(Include = "Linux", Reason = "a killed run's programs are known by their environment, which Linux tells")]
public sealed class KilledSuiteTests
{
    private readonly ContainerEngine engine = new();
    private KilledRun killed = null!;

    [SetUp]
    public async Task OwnRoot()
    {
        var machine = await MachineCapabilities.Report(TestContext.CurrentContext.CancellationToken);
        if (machine.Clusters != ClusterChoice.Kind)
        {
            Assert.Ignore(machine.Clusters == ClusterChoice.None ? $"no cluster: {machine.WhyNone}" : "needs kind");
        }

        killed = new KilledRun();
    }

    [TearDown]
    public void RemoveRoot() => killed?.Dispose();

    [TestCase(true, TestName = "A run that is killed while kind makes its cluster leaves nothing behind")]
    [TestCase(false, TestName = "A run that is killed while its cluster is up leaves nothing behind")]
    [CancelAfter(400_000)]
    public async Task A_killed_run_leaves_nothing_behind(bool early, CancellationToken cancellationToken)
    {
        using var run = await Start("kill-", TimeSpan.FromMinutes(6));
        // "Early" is while the engine is creating the node: there is nothing to remove yet, but soon will be.
        await Eventually.Within(
            TimeSpan.FromSeconds(180),
            () =>
            {
                (early ? KilledRun.Programs("docker", "kill-left-control-plane") : killed.Files())
                    .ShouldContain(found => early || found == ClusterOfARunThatEndsBadly.Up);
            },
            early ? "the run makes its cluster's node" : "the run has its cluster",
            cancellationToken);
        await killed.End(cancellationToken);
        await run.WaitForExitAsync(cancellationToken);

        await NothingIsLeft("kill-left", cancellationToken);
    }

    [Test]
    [CancelAfter(400_000)]
    public async Task A_run_beyond_its_time_limit_leaves_nothing_behind(CancellationToken cancellationToken)
    {
        using var run = await Start("late-", TimeSpan.FromSeconds(30));
        await run.WaitForExitAsync(cancellationToken);
        run.ExitCode.ShouldNotBe(0, "the test host was not ended");

        await NothingIsLeft("late-left", cancellationToken);
    }

    private async Task NothingIsLeft(string cluster, CancellationToken cancellationToken)
    {
        await Eventually.Within(
            TimeSpan.FromSeconds(120),
            async token =>
            {
                killed.Folder.ShouldBeNull("the session's folder, with the kubeconfig in it");
                (await engine.Labelled(Reaper.Session.KindLabel, cluster, token)).ShouldBeEmpty("nodes of the cluster");
                KilledRun.Programs("kind", cluster).ShouldBeEmpty("programs that still work on it");
            },
            "the reaper removes what the run made",
            cancellationToken);
        // A kind that still runs would have created it by now.
        await Throughout.For(
            TimeSpan.FromSeconds(10),
            async token => (await engine.Labelled(Reaper.Session.KindLabel, cluster, token)).ShouldBeEmpty(),
            "nobody makes the cluster again",
            cancellationToken);
    }

    private async Task<Process> Start(string prefix, TimeSpan limit)
    {
        (await RunSession.Current).Session.WillMakeKindCluster(prefix + "left"); // should this run end as badly
        return killed.Start(nameof(ClusterOfARunThatEndsBadly.Is_made_and_held), limit, prefix);
    }
}

/// <summary>Run by <see cref="KilledSuiteTests"/> in a separate test host, which is killed.</summary>
[Explicit("is started by another test, in a test host that does not end well")]
public sealed class ClusterOfARunThatEndsBadly
{
    /// <summary>A file in the session's folder that shows that the cluster is ready.</summary>
    public const string Up = "up";

    [Test]
    public async Task Is_made_and_held()
    {
        var token = TestContext.CurrentContext.CancellationToken;
        var engine = new ContainerEngine();
        var oneNode = SuiteSettings.Current with { Workers = 0, NetworkPlugin = null, Preload = [] };
        var cluster = await new KindProvider(engine, oneNode).Provide(
            new ClusterShape("left", "10.250.0.0/16", "10.251.0.0/16", "10.251.0.10", "cluster.local"), token);
        await File.WriteAllTextAsync(Path.Combine((await RunSession.Current).Session.Folder, Up), "", token);
        await Throughout.For(
            TimeSpan.FromMinutes(10),
            async held => (await engine.Find($"{cluster.Name}-control-plane", held)).ShouldNotBeNull(),
            "the run goes on until it is ended",
            token);
    }
}
