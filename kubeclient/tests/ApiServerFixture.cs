using System.Text.Json.Nodes;
using PlatformGitOps.KubeClient.Testing;

namespace PlatformGitOps.KubeClient.Tests;

/// <summary>A fake API server and a client on it for each test.</summary>
public abstract class ApiServerFixture
{
    private CancellationTokenSource _limit = null!;

    protected FakeApiServer Server { get; private set; } = null!;

    protected KubernetesClient Client { get; private set; } = null!;

    /// <summary>No test here may take longer.</summary>
    protected CancellationToken Limit => _limit.Token;

    [SetUp]
    public async Task StartServer()
    {
        _limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        Server = await FakeApiServer.StartAsync();
        Client = new KubernetesClient(Server.Connection(), TimeProvider.System);
    }

    [TearDown]
    public async Task StopServer()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        _limit.Dispose();
    }

    protected static JsonObject Pod(string name, string ns = "shop") => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["labels"] = new JsonObject { ["app"] = name } },
        ["spec"] = new JsonObject { ["nodeName"] = "node-1" },
        ["status"] = new JsonObject { ["podIP"] = "10.0.0.1", ["phase"] = "Running" },
    };
}
