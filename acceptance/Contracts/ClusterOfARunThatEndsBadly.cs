using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Clusters;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>What <see cref="KilledRunTests"/> starts in a test host of its own and ends from outside.</summary>
[Explicit("is started by another test, in a test host that does not end well")]
public sealed class ClusterOfARunThatEndsBadly
{
    /// <summary>A file in the session's folder that says that the cluster is up.</summary>
    public const string Up = "up";

    [Test]
    public async Task Is_made_and_held()
    {
        var token = TestContext.CurrentContext.CancellationToken;
        var commands = AdapterSet.Commands();
        var engine = AdapterSet.ContainerEngine(commands);
        var oneNode = SuiteSettings.Current with { Workers = 0, NetworkPlugin = null, Preload = [] };
        var cluster = await new KindProvider(commands, engine, oneNode).Provide(
            new ClusterShape("left", "10.250.0.0/16", "10.251.0.0/16", "10.251.0.10", "cluster.local"), token);
        await File.WriteAllTextAsync(Path.Combine((await RunSession.Current).Session.Folder, Up), "", token);
        await Throughout.For(
            TimeSpan.FromMinutes(10),
            async held => (await engine.Find($"{cluster.Name}-control-plane", held)).ShouldNotBeNull(),
            "the run goes on until it is ended",
            token);
    }
}
