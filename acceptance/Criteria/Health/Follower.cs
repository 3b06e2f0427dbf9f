using System.Text.Json.Nodes;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Resources;
using PlatformGitOps.Acceptance.Settings;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>A pod that asks every DNS pod for the fleets' names, twenty times a second, and writes down when an answer changes.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private readonly LiveCluster cluster;
    private readonly ResourceAddress pod;

    private Follower(LiveCluster cluster, ResourceAddress pod, IReadOnlyList<string> servers) => (this.cluster, this.pod, Servers) = (cluster, pod, servers);

    /// <summary>The addresses of the DNS pods.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>Starts once each of the names resolves to all of its fleet in every DNS pod.</summary>
    public static async Task<Follower> Start(LiveCluster cluster, CancellationToken cancellationToken, params IReadOnlyList<Fleet> fleets)
    {
        // A pod in its lameduck is ready and answers, and is gone a moment later.
        var servers = (await cluster.DnsPods(cancellationToken))
            .Where(pod => Conditions.Holds(pod, "Ready") && pod.Text("metadata.deletionTimestamp") is null).Select(Fleet.Address).ToList();
        var address = ResourceKind.Pod.Named($"follower-{Guid.NewGuid().ToString("n")[..6]}", Fleet.Namespace);
        var manifest = Live.Pods.Prober(Fleet.Namespace, address.Name, SuiteSettings.Current.ProberImage, []);
        manifest["spec"]!["containers"]![0]!["command"] = new JsonArray(
            [.. new[] { "/prober", "follow" }.Concat(fleets.Select(fleet => fleet.DnsName)).Concat(servers.SelectMany(server => new[] { "--server", server })).Select(word => (JsonNode)word)]);
        await cluster.Api.Apply(ResourceKind.Pod, new Resource(manifest), cancellationToken);
        var follower = new Follower(cluster, address, servers);
        // CoreDNS may take half a minute to find an API server again that was away: no reason to call a row red.
        using var noHurry = Eventually.Hurry(1);
        try
        {
            foreach (var fleet in fleets)
            {
                await follower.Until(fleet, answers => fleet.Pods.All(pod => answers.Contains(Fleet.Address(pod))), TimeSpan.FromSeconds(120), $"DNS names all of {fleet.Name}", cancellationToken);
            }
        }
        catch (NeverHeldException)
        {
            await follower.DisposeAsync();
            throw;
        }

        return follower;
    }

    public async Task<IReadOnlyList<FollowLine>> Lines(CancellationToken cancellationToken) => FollowLine.Read(await Log(cancellationToken));

    /// <summary>One JSON object for each change of an answer.</summary>
    public Task<string> Log(CancellationToken cancellationToken) => cluster.Api.Logs(Fleet.Namespace, pod.Name, null, false, cancellationToken);

    /// <summary>Waits until every DNS pod answers so, and returns since when.</summary>
    public Task<DateTimeOffset> Until(
        Fleet fleet, Func<IReadOnlyList<string>, bool> holds, TimeSpan atMost, string because, CancellationToken cancellationToken) => Eventually.Within(
        atMost,
        async token =>
        {
            var lines = await Lines(token);
            return FollowLine.Since(lines, fleet.DnsName, Servers, holds)
                ?? throw new NotYetException(string.Join("; ", Servers.Select(server =>
                    $"{server}: {string.Join(',', lines.LastOrDefault(line => line.Server == server && line.Name == fleet.DnsName)?.Answers ?? [])}")));
        },
        because,
        cancellationToken);

    /// <summary>All that any DNS pod has answered for the fleet from this moment on, and what it answered then.</summary>
    public async Task<IReadOnlyList<FollowLine>> From(DateTimeOffset moment, Fleet fleet, CancellationToken cancellationToken)
    {
        var lines = (await Lines(cancellationToken)).Where(line => line.Name == fleet.DnsName).ToList();
        return [.. lines.Where(line => line.At >= moment), .. Servers.Select(server => lines.LastOrDefault(line => line.Server == server && line.At < moment)).OfType<FollowLine>()];
    }

    public async ValueTask DisposeAsync() => await cluster.Api.Delete(pod, TimeSpan.Zero, CancellationToken.None);
}
