namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>A cluster whose API server is a program of the test, on the loopback address.</summary>
internal sealed class StubCluster : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly string folder = RunSession.NewFolder("stub");
    private readonly ConcurrentQueue<string> asked = [];
    private readonly Func<string, string> answer;
    private readonly Task serving;

    /// <param name="answer">The body of the answer to a request, such as <c>GET /api/v1/nodes</c>.</param>
    public StubCluster(Func<string, string> answer)
    {
        this.answer = answer;
        var address = $"http://127.0.0.1:{LocalProgram.FreePort().ToString(CultureInfo.InvariantCulture)}/";
        listener.Prefixes.Add(address);
        listener.Start();
        serving = Serve();
        var file = Path.Combine(folder, "kubeconfig");
        File.WriteAllText(file, $$"""
            apiVersion: v1
            kind: Config
            clusters: [{ name: stub, cluster: { server: "{{address}}" } }]
            users: [{ name: stub, user: { token: x } }]
            contexts: [{ name: stub, context: { cluster: stub, user: stub } }]
            current-context: stub
            """);
        var context = new KubeContext(file, "stub");
        Live = new LiveCluster
        {
            Cluster = new RunningCluster("stub", new ClusterShape("infra", "", "", "", ""), context,
                new ClusterCapabilities("stub", 1, false, false, null), Made: false),
            Api = KubernetesApi.Connect(context),
            Engine = null!,
            Platform = null!,
            Tree = null!,
            Delivery = null,
            MayDisrupt = false,
            HasUpstream = false,
        };
    }

    public LiveCluster Live { get; }

    /// <summary>The requests in their order; those with a body have it after the path.</summary>
    public IReadOnlyList<string> Asked => [.. asked];

    /// <summary>A list as the API server answers it.</summary>
    public static string List(params IEnumerable<JsonObject> items) => new JsonObject
    {
        ["metadata"] = new JsonObject { ["resourceVersion"] = "1" },
        ["items"] = new JsonArray([.. items]),
    }.ToJsonString();

    public void Dispose()
    {
        Live.Api.Dispose();
        listener.Close();
        serving.Wait();
        Directory.Delete(folder, recursive: true);
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                var request = $"{context.Request.HttpMethod} {context.Request.Url!.AbsolutePath}";
                using var body = new StreamReader(context.Request.InputStream);
                asked.Enqueue($"{request} {await body.ReadToEndAsync()}".TrimEnd());
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer(request)));
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The test has ended.
        }
    }
}
