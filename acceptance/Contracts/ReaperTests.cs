using System.Diagnostics;
using Docker.DotNet.Models;
using PlatformGitOps.Acceptance.Reaper;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>However a run ends, nothing that it created outlives it.</summary>
[Platform(Exclude = "Win", Reason = "the owner that is killed is a program of Unix")]
public sealed class ReaperTests
{
    private readonly ContainerEngine engine = new();
    private string root = "";

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [SetUp]
    public void OwnRoot() => root = Directory.CreateTempSubdirectory("reaper-test-").FullName;

    [TearDown]
    public void RemoveRoot() => Directory.Delete(root, recursive: true);

    [Test]
    public async Task A_run_that_ends_in_order_leaves_no_temporary_folder()
    {
        var run = await RunSession.Begin(root, Token);
        await File.WriteAllTextAsync(Path.Combine(run.Session.Folder, "kubeconfig"), "secret", Token);
        await run.DisposeAsync();
        Directory.GetFileSystemEntries(root).ShouldBeEmpty();
    }

    [TestCase("KILL")]
    [TestCase("INT")]
    [TestCase("TERM")]
    public async Task The_reaper_removes_the_objects_of_a_killed_run(string signal)
    {
        await Require.ContainerEngine(engine, SuiteSettings.Current.SmallImage, Token);
        using var owner = Owner();
        var session = SessionOf(owner);
        var name = "reaper-" + session.Id;
        var labels = new Dictionary<string, string> { [Session.Label] = session.Id };
        // Also in this run's session: it must not leave behind what the test's own reaper should have removed.
        var run = (await RunSession.Current).Session;
        run.WillMakeContainer(name);
        run.WillMakeNetwork(name);
        session.WillMakeContainers();
        session.WillMakeNetwork(name);
        await engine.Docker.Networks.CreateNetworkAsync(new NetworksCreateParameters { Name = name, Labels = labels }, Token);
        await (await ContainerEngine.Container(SuiteSettings.Current.SmallImage, Token))
            .WithName(name).WithLabel(labels).WithCommand("sleep", "300").WithNetwork(name).Build().StartAsync(Token);
        using var reaper = await RunSession.StartReaper(session, Token);

        // Ctrl-C reaches the reaper too and must not end it; it only sees that its owner has ended. The owner is always killed: a program
        // in the background and its children ignore Ctrl-C.
        if (signal != "KILL")
        {
            await Cli.Wrap("kill").WithArguments([$"-{signal}", Id(reaper)]).ExecuteBufferedAsync(Token);
        }

        await Cli.Wrap("kill").WithArguments(["-KILL", Id(owner)]).ExecuteBufferedAsync(Token);

        await reaper.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(120), Token);
        (await engine.Find(name, Token)).ShouldBeNull();
        (await engine.Docker.Networks.ListNetworksAsync(cancellationToken: Token)).ShouldNotContain(network => network.Name == name);
        Directory.Exists(session.Folder).ShouldBeFalse();
    }

    [Test]
    public async Task A_run_that_was_killed_with_its_reaper_is_cleaned_up_by_the_next()
    {
        string folder;
        using (var owner = Owner())
        {
            folder = SessionOf(owner).Folder;
            owner.Kill();
            await owner.WaitForExitAsync(Token);
        }

        Directory.Exists(folder).ShouldBeTrue();
        await using var next = await RunSession.Begin(root, Token);
        Directory.Exists(folder).ShouldBeFalse();
        Directory.Exists(next.Session.Folder).ShouldBeTrue();
    }

    [Test]
    public async Task Only_one_of_two_concurrent_reapers_cleans_up()
    {
        using var owner = Owner();
        var session = SessionOf(owner);
        var other = new FileStream(Path.Combine(session.Folder, "reaping"), FileMode.Create, FileAccess.Write, FileShare.None);
        (await session.Reap(TimeSpan.Zero, Token)).ShouldBeEmpty();
        Directory.Exists(session.Folder).ShouldBeTrue("another process is at it");

        var waiting = session.Reap(TimeSpan.FromMinutes(1), Token);
        waiting.IsCompleted.ShouldBeFalse("what the other removes may have the names of the next run's");
        await other.DisposeAsync();
        await waiting;
        Directory.Exists(session.Folder).ShouldBeFalse();
        owner.Kill();
    }

    [TestCase("Cannot connect to the Docker daemon", true)]
    [TestCase("Error response from daemon: network it not found", false)]
    public async Task Objects_that_cannot_be_removed_stay_in_the_ledger(string said, bool stays)
    {
        var programs = Directory.CreateDirectory(Path.Combine(root, "programs")).FullName;
        var docker = Path.Combine(programs, "docker");
        await File.WriteAllTextAsync(docker, $"#!/bin/sh\necho '{said}' >&2\nexit 1\n", Token);
        File.SetUnixFileMode(docker, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using var owner = Owner();
        var session = SessionOf(owner);
        session.WillMakeNetwork("it");
        using var reaper = await RunSession.StartReaper(session, Token, programs);

        owner.Kill();
        await reaper.WaitForExitAsync(Token).WaitAsync(TimeSpan.FromSeconds(60), Token);

        Directory.Exists(session.Folder).ShouldBe(stays, "the next run tries again");
    }

    [Test]
    public async Task No_other_user_can_read_or_write_what_a_run_notes()
    {
        var others = Directory.CreateDirectory(Path.Combine(root, "others"), (UnixFileMode)0b111_111_111).FullName;
        File.SetUnixFileMode(others, (UnixFileMode)0b111_111_111);
        await using (await RunSession.Begin(others, Token))
        {
            File.GetUnixFileMode(others).ShouldBe((UnixFileMode)0b111_000_000);
        }

        Directory.CreateSymbolicLink(Path.Combine(root, "link"), others);
        (await Should.ThrowAsync<UnauthorizedAccessException>(() => RunSession.Begin(Path.Combine(root, "link"), Token))).Message
            .ShouldContain("belongs to another user, or is a link");
    }

    [Test]
    public async Task A_running_run_is_not_cleaned_up()
    {
        using var owner = Owner();
        var other = SessionOf(owner);
        await using (await RunSession.Begin(root, Token))
        {
            Directory.Exists(other.Folder).ShouldBeTrue();
        }

        owner.Kill();
    }

    private static string Id(Process process) => process.Id.ToString(CultureInfo.InvariantCulture);

    private static Process Owner() => Process.Start("sleep", "300");

    private Session SessionOf(Process owner)
    {
        var session = Session.Begin(root);
        session.BelongsTo(owner);
        return session;
    }
}
