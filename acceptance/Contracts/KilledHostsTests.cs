using PlatformGitOps.Acceptance.Criteria.Substrate;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>A killed run leaves no server that it started on this machine, and no files.</summary>
[Category("Cleanup")]
[Platform(Include = "Linux", Reason = "a killed run's programs are known by their environment, which Linux tells")]
public sealed class KilledHostsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [TestCase(false, TestName = "A run that is killed while its hosts run etcd and DNS leaves nothing behind")]
    [TestCase(true, TestName = "What a run leaves that is killed with its reaper, the next one removes")]
    [CancelAfter(240_000)]
    public async Task A_killed_run_leaves_no_server_behind(bool reaperToo, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need(HostsOfARunThatEndsBadly.Programs);
        using var killed = new KilledRun();
        using var run = killed.Start(nameof(HostsOfARunThatEndsBadly.Are_installed_and_held), TimeSpan.FromMinutes(3), "hosts-");
        await Eventually.Within(Soon * 2,
            () => killed.Files().ShouldContain(HostsOfARunThatEndsBadly.Up, run.HasExited ? killed.Output : null),
            "the hosts of the run are up", cancellationToken);
        var folder = killed.Folder!;
        KilledRun.Programs(folder).Count.ShouldBeGreaterThan(HostsOfARunThatEndsBadly.Servers, "servers of the run, and its reaper");
        if (reaperToo)
        {
            await killed.EndReaper(cancellationToken);
        }

        await killed.End(cancellationToken);
        await run.WaitForExitAsync(cancellationToken);
        if (reaperToo)
        {
            var servers = new[] { "etcd", "knotd" }.Sum(name => KilledRun.Programs(name, folder).Count);
            servers.ShouldBe(HostsOfARunThatEndsBadly.Servers, "nobody ends the servers before the next run");
            await using var next = await RunSession.Begin(killed.Sessions, cancellationToken);
            KilledRun.Programs(folder).ShouldBeEmpty("servers of the run that was killed");
            Directory.Exists(folder).ShouldBeFalse("their files");
            return;
        }

        await Eventually.Within(Soon, () =>
        {
            killed.Folder.ShouldBeNull("the folder of the session, with the files of the servers");
            KilledRun.Programs(folder).ShouldBeEmpty("servers of the run");
        }, "the reaper ends what the run started", cancellationToken);
    }
}

/// <summary>Run by <see cref="KilledHostsTests"/> in a separate test host, which is killed.</summary>
[Explicit("is started by another test, in a test host that does not end well")]
public sealed class HostsOfARunThatEndsBadly
{
    /// <summary>A file in the session's folder that shows that the servers run.</summary>
    public const string Up = "up";

    /// <summary>One etcd, and DNS on two hosts.</summary>
    public const int Servers = 3;

    internal static readonly string[] Programs = ["openssl", "etcd", "etcdctl", "curl", "knotd", "kdig"];

    [Test]
    public async Task Are_installed_and_held()
    {
        var token = TestContext.CurrentContext.CancellationToken;
        var tree = RenderedCluster.From(StorySample.Substrates, "knot");
        await using var hosts = await KubernetesHosts.Prepare(tree, null, token);
        await hosts.StartEtcd(token);
        await using var pair = await SubstratePair.Start(tree, null, token);
        await File.WriteAllTextAsync(Path.Combine(RunSession.Ours.Folder, Up), "", token);
        await Throughout.For(
            TimeSpan.FromMinutes(10),
            async held => (await pair.Ask(pair.Primary, pair.Zone, "SOA", held)).ShouldNotBeEmpty(),
            "the run goes on until it is ended",
            token);
    }
}
