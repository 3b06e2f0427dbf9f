using System.Diagnostics;
using PlatformGitOps.Acceptance.Reaper;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>What a run leaves in a cluster of others goes with it, and no run touches what another one uses.</summary>
[Platform(Exclude = "Win", Reason = "the suite does not run there")]
public sealed class ClusterClaimTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly string[] Paths = [.. ClientNamespaces.Objects("observability").Select(address => address.Path)];
    private TestApiServer server = null!;
    private string root = "";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public async Task A_cluster()
    {
        root = Directory.CreateTempSubdirectory("claim-").FullName;
        server = new TestApiServer();
        await server.Start(Token);
    }

    [TearDown]
    public async Task Remove()
    {
        await server.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }

    [Test]
    public async Task A_cluster_that_no_run_uses_is_taken()
    {
        using var api = KubernetesApi.Connect(server.Context);
        await using var claim = await ClusterClaim.Take(api, "mine", Patience, Token);

        (await claim.IsHeld(Token)).ShouldBeTrue();
        server.Objects[ClusterClaim.Lease.Path] = Lease("theirs", "2026-01-01T00:00:00Z");
        (await claim.IsHeld(Token)).ShouldBeFalse("another run has it");
    }

    [Test]
    public async Task A_user_who_may_only_read_looks_without_the_right()
    {
        server.Forbidden = [ResourceKind.Namespace.Named(ClusterClaim.Lease.Namespace!).Path];
        using var api = KubernetesApi.Connect(server.Context);

        (await ClusterClaim.TryTake(api, "mine", Token)).ShouldBeNull();
        server.Objects.ShouldNotContainKey(ClusterClaim.Lease.Path);
    }

    [Test]
    public async Task A_cluster_whose_run_goes_on_is_refused()
    {
        var turn = 0;
        server.Asked = _ => server.Objects[ClusterClaim.Lease.Path] = Lease("theirs", $"2026-01-01T00:00:0{++turn}Z");
        using var api = KubernetesApi.Connect(server.Context);

        (await Should.ThrowAsync<ClusterInUseException>(() => ClusterClaim.Take(api, "mine", Patience, Token))).Message
            .ShouldBe("Another run of the suite (theirs) works in this cluster: it renews Lease acceptance-clients/acceptance-run. "
                + "Wait until it ends.");
        server.Writes.ShouldBeEmpty();
    }

    [Test]
    public async Task A_cluster_whose_run_was_killed_is_taken_over()
    {
        server.Objects[ClusterClaim.Lease.Path] = Lease("dead", "2026-01-01T00:00:00Z");
        using var api = KubernetesApi.Connect(server.Context);

        await using var claim = await ClusterClaim.Take(api, "mine", Patience, Token);

        (await claim.IsHeld(Token)).ShouldBeTrue();
    }

    [Test]
    public async Task The_reaper_removes_what_a_killed_run_made_in_a_cluster_of_others()
    {
        await KillTheRun(session => session);

        server.Writes.ShouldBe(Paths.Select(path => $"DELETE {path}"));
        Paths[^1].ShouldBe($"/api/v1/namespaces/{ClusterClaim.Lease.Namespace}", "the Lease goes last");
        Directory.GetFileSystemEntries(root).ShouldBeEmpty();
    }

    [Test]
    public async Task The_reaper_leaves_what_another_run_uses()
    {
        await KillTheRun(_ => "theirs");

        server.Writes.ShouldBeEmpty();
        Directory.GetFileSystemEntries(root).ShouldBeEmpty();
    }

    [Test]
    public async Task What_a_killed_run_left_in_a_cluster_that_does_not_answer_stays_in_the_ledger()
    {
        File.Delete(server.Context.ConfigFile);
        await KillTheRun(session => session);

        server.Writes.ShouldBeEmpty();
        Directory.GetDirectories(root).Length.ShouldBe(1, "the next run tries again");
    }

    /// <summary>Kills a run that has noted its objects, and waits for its reaper.</summary>
    /// <param name="holder">Who has the Lease then, by the id of the run.</param>
    private async Task KillTheRun(Func<string, string> holder)
    {
        using var owner = Process.Start("sleep", "300");
        var session = Session.Begin(root);
        session.BelongsTo(owner);
        session.WillMakeObjects(new ForeignObjects(server.Context.ConfigFile, server.Context.Name, ClusterClaim.Lease.Path, Paths));
        server.Objects[ClusterClaim.Lease.Path] = Lease(holder(session.Id), "2026-01-01T00:00:00Z");
        using var reaper = await RunSession.StartReaper(session, Token);

        owner.Kill();
        await reaper.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);
    }

    private static string Lease(string holder, string renewed) =>
        $$"""{ "metadata": { "name": "acceptance-run" }, "spec": { "holderIdentity": "{{holder}}", "renewTime": "{{renewed}}" } }""";
}
