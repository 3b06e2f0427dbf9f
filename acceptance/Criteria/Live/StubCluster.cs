namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A cluster whose API server is one of the test.</summary>
internal sealed class StubCluster : IAsyncDisposable
{
    private readonly TestApiServer server;

    private StubCluster(TestApiServer server)
    {
        this.server = server;
        Live = new LiveCluster
        {
            Cluster = new RunningCluster("stub", new ClusterShape("infra", "", "", "", ""), server.Context,
                new ClusterCapabilities("stub", 1, false, false, null), Made: false),
            Api = KubernetesApi.Connect(server.Context),
            Engine = null!,
            Platform = null!,
            Tree = null!,
            Delivery = null,
            MayDisrupt = false,
            HasUpstream = false,
        };
    }

    public LiveCluster Live { get; }

    /// <inheritdoc cref="TestApiServer.Requests"/>
    public IReadOnlyList<string> Asked => [.. server.Requests];

    /// <param name="respond">The body of the answer to a request, such as <c>GET /api/v1/nodes</c>.</param>
    public static async Task<StubCluster> Start(Func<string, string> respond, CancellationToken cancellationToken)
    {
        var server = new TestApiServer { Respond = respond };
        await server.Start(cancellationToken);
        return new StubCluster(server);
    }

    /// <summary>A list as the API server answers it.</summary>
    public static string List(params IEnumerable<JsonObject> items) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
        ["items"] = new JsonArray([.. items]),
    }.ToJsonString();

    public async ValueTask DisposeAsync()
    {
        Live.Api.Dispose();
        await server.DisposeAsync();
    }
}
