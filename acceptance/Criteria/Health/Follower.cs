namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>A pod that queries the fleets' names from every DNS pod, twenty times a second, and logs each change of an answer.</summary>
internal sealed class Follower : IAsyncDisposable
{
    private readonly LiveCluster cluster;
    private readonly ResourceAddress pod;

    private Follower(LiveCluster cluster, ResourceAddress pod, IReadOnlyList<string> servers) =>
        (this.cluster, this.pod, Servers) = (cluster, pod, servers);

    /// <summary>The addresses of the DNS pods.</summary>
    public IReadOnlyList<string> Servers { get; }

    /// <summary>Starts when every DNS pod resolves each name to its whole fleet.</summary>
    public static async Task<Follower> Start(LiveCluster cluster, CancellationToken cancellationToken, params IReadOnlyList<Fleet> fleets)
    {
        // A pod in its lameduck period is ready and answers, but ends soon.
        var servers = (await cluster.EachDnsPod(cancellationToken)).Where(pod => Conditions.Holds(pod, "Ready"))
            .Select(Fleet.Address).ToList();
        servers.ShouldNotBeEmpty("no DNS pod is ready that could be asked");
        var address = ResourceKind.Pod.Named($"follower-{Guid.NewGuid().ToString("n")[..6]}", Fleet.Namespace);
        var manifest = Live.Pods.Prober(Fleet.Namespace, address.Name, SuiteSettings.Current.ProberImage, []);
        manifest["spec"]!["containers"]![0]!["command"] = new JsonArray(
            [.. new[] { "/prober", "follow" }.Concat(fleets.Select(fleet => fleet.DnsName))
                .Concat(servers.SelectMany(server => new[] { "--server", server })).Select(word => (JsonNode)word)]);
        await cluster.Api.Apply(ResourceKind.Pod, new Resource(manifest), cancellationToken);
        var follower = new Follower(cluster, address, servers);
        // CoreDNS can need half a minute to reconnect to an API server after an outage: this is not a failure of the check.
        using var unscaled = Eventually.ScaledBy(1);
        try
        {
            foreach (var fleet in fleets)
            {
                await follower.Until(
                    fleet, answers => fleet.Pods.All(pod => answers.Contains(fleet.AddressOf(pod))), TimeSpan.FromSeconds(120),
                    $"DNS names all of {fleet.Name}", cancellationToken);
            }
        }
        catch (WaitTimeoutException)
        {
            await follower.DisposeAsync();
            throw;
        }

        return follower;
    }

    public async Task<IReadOnlyList<FollowedAnswer>> Lines(CancellationToken cancellationToken) =>
        FollowedAnswer.Read(await Log(cancellationToken));

    /// <summary>One JSON object for each change of an answer.</summary>
    public Task<string> Log(CancellationToken cancellationToken) =>
        cluster.Api.Logs(Fleet.Namespace, pod.Name, null, false, cancellationToken);

    /// <summary>Waits until every DNS pod's answer satisfies the condition, and returns since when.</summary>
    public Task<DateTimeOffset> Until(
        Fleet fleet, Func<IReadOnlyList<string>, bool> holds, TimeSpan atMost, string because, CancellationToken cancellationToken) =>
            Eventually.Within(
        atMost,
        async token =>
        {
            var lines = (await Lines(token)).Where(line => line.Name == fleet.DnsName).ToList();
            return FollowedAnswer.Since(lines, fleet.DnsName, Servers, holds) ?? throw new NotYetException(string.Join("; ",
                Servers.Select(
                    server => $"{server}: {string.Join(',', lines.LastOrDefault(line => line.Server == server)?.Answers ?? [])}")));
        },
        because,
        cancellationToken);

    /// <summary>All answers of any DNS pod for the fleet from this time on, including the one at that time.</summary>
    public async Task<IReadOnlyList<FollowedAnswer>> From(DateTimeOffset moment, Fleet fleet, CancellationToken cancellationToken)
    {
        StillAsks(await cluster.Require(pod, cancellationToken));
        var lines = (await Lines(cancellationToken)).Where(line => line.Name == fleet.DnsName).ToList();
        return [.. lines.Where(line => line.At >= moment),
            .. Servers.Select(server => lines.LastOrDefault(line => line.Server == server && line.At < moment)).OfType<FollowedAnswer>()];
    }

    /// <summary>The log has changes only: that of a pod which has ended, or has started again, would show none.</summary>
    internal static void StillAsks(Resource pod)
    {
        pod.Text("status.phase").ShouldBe("Running", $"{pod.Name} does not ask any more");
        pod.Parts("status.containerStatuses").ShouldAllBe(
            container => container.Number("restartCount") == 0, $"{pod.Name} has restarted, and its log began again");
    }

    public async ValueTask DisposeAsync() => await cluster.Api.Delete(pod, TimeSpan.Zero, CancellationToken.None);
}

/// <summary>A DNS server's answer from this time on, printed by <c>prober follow</c>.</summary>
internal sealed record FollowedAnswer(DateTimeOffset At, string Server, string Name, string Outcome, IReadOnlyList<string> Answers)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The lines with answers; a lost query does not change DNS.</summary>
    public static IReadOnlyList<FollowedAnswer> Read(string log) =>
    [
        .. log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line.StartsWith('{'))
            .Select(line => JsonSerializer.Deserialize<FollowedAnswer>(line, Json)!)
            .Where(line => line.Outcome is "ok" or "nodata" or "nxdomain"),
    ];

    /// <summary>When the last server began to satisfy the condition permanently; null while one of them does not.</summary>
    /// <param name="holds">The condition for answers.</param>
    public static DateTimeOffset? Since(
        IEnumerable<FollowedAnswer> lines, string name, IReadOnlyCollection<string> servers, Func<IReadOnlyList<string>, bool> holds)
    {
        var latest = DateTimeOffset.MinValue;
        foreach (var server in servers)
        {
            var seen = lines.Where(line => line.Server == server && line.Name == name).ToList();
            if (seen.Count == 0 || !holds(seen[^1].Answers))
            {
                return null;
            }

            var since = seen[^1].At;
            for (var i = seen.Count - 1; i >= 0 && holds(seen[i].Answers); i--)
            {
                since = seen[i].At;
            }

            latest = since > latest ? since : latest;
        }

        return latest;
    }
}

public sealed class FollowLineTests
{
    private const string Log = """
        {"at":"2026-01-01T00:00:00Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["1","2"]}
        {"at":"2026-01-01T00:00:00Z","server":"10.0.0.2","name":"web","outcome":"ok","answers":["1","2"]}
        {"at":"2026-01-01T00:00:05Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["2"]}
        {"at":"2026-01-01T00:00:06Z","server":"10.0.0.1","name":"web","outcome":"timeout","answers":[]}
        {"at":"2026-01-01T00:00:07Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["2"]}

        """;

    private static readonly string[] Both = ["10.0.0.1", "10.0.0.2"];

    [Test]
    public void One_server_that_still_names_it_is_not_yet() => Since(Log).ShouldBeNull();

    [Test]
    public void The_last_server_counts_and_a_lost_question_does_not() =>
        Since(Log + """{"at":"2026-01-01T00:00:06.5Z","server":"10.0.0.2","name":"web","outcome":"nodata","answers":[]}""")
            .ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 6, 500, TimeSpan.Zero));

    [Test]
    public void An_answer_that_came_back_for_a_moment_counts_from_its_end() =>
        FollowedAnswer.Since(
            FollowedAnswer.Read(Log + """
                {"at":"2026-01-01T00:00:08Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["1","2"]}
                {"at":"2026-01-01T00:00:09Z","server":"10.0.0.1","name":"web","outcome":"ok","answers":["2"]}
                """), "web", ["10.0.0.1"], answers => !answers.Contains("1"))
            .ShouldBe(new DateTimeOffset(2026, 1, 1, 0, 0, 9, TimeSpan.Zero));

    [TestCase("Running", 0, null)]
    [TestCase("Failed", 0, "does not ask any more")]
    [TestCase("Running", 1, "has restarted")]
    public void A_log_without_changes_counts_only_while_its_pod_asks(string phase, int restarts, string? says)
    {
        var pod = new Resource(JsonNode.Parse($$"""
            {
              "metadata": {"name": "follower"},
              "status": {"phase": "{{phase}}", "containerStatuses": [{"restartCount": {{restarts}}}]}
            }
            """)!.AsObject());

        if (says is null)
        {
            Follower.StillAsks(pod);
        }
        else
        {
            Should.Throw<ShouldAssertException>(() => Follower.StillAsks(pod)).Message.ShouldContain(says);
        }
    }

    private static DateTimeOffset? Since(string log) =>
        FollowedAnswer.Since(FollowedAnswer.Read(log), "web", Both, answers => !answers.Contains("1"));
}
