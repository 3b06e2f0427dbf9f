using System.Net;
using System.Net.Sockets;
using PlatformGitOps.KubeClient.Configuration;
using PlatformGitOps.KubeClient.Credentials;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Pods;
using PlatformGitOps.KubeClient.Requests;

namespace PlatformGitOps.KubeClient.Tests;

/// <summary>A server that takes connections and says nothing, as one that is ending or overloaded does.</summary>
[CancelAfter(30_000)]
public sealed class SilentServers
{
    private static readonly ObjectName Web = new("shop", "web");
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);
    private TcpListener _listener = null!;

    private static IEnumerable<TestCaseData<Func<KubernetesClient, CancellationToken, Task>>> Requests()
    {
        yield return new((client, token) => client.GetAsync(Resources.Pods, Web, token)) { TestName = "get" };
        yield return new((client, token) => client.ListAsync(Resources.Pods, null, ListQuery.All, token)) { TestName = "list" };
        yield return new((client, token) => client.PatchAsync(Resources.Pods, Web, Patch.Merge([]), token)) { TestName = "patch" };
        yield return new((client, token) => client.DeleteAsync(Resources.Pods, Web, token)) { TestName = "delete" };
        yield return new((client, token) => client.GetTextAsync("/version", token)) { TestName = "text" };
        yield return new((client, token) => client.LogsAsync(Web, new LogQuery(), token)) { TestName = "log" };
    }

    [SetUp]
    public void Listen()
    {
        _listener = new TcpListener(IPAddress.Loopback, 0);
        _listener.Start();
    }

    [TearDown]
    public void Close() => _listener.Dispose();

    [TestCaseSource(nameof(Requests))]
    public async Task An_answer_that_does_not_come_is_a_time_out(Func<KubernetesClient, CancellationToken, Task> ask)
    {
        using var client = Connect("http", connecting: TimeSpan.FromSeconds(20), asking: Short);
        (await Should.ThrowAsync<TimeoutException>(() => ask(client, TestContext.CurrentContext.CancellationToken))).Message.ShouldEndWith("no answer within 0.3 s");
    }

    [TestCaseSource(nameof(Requests))]
    public async Task A_connection_that_is_not_made_is_a_time_out(Func<KubernetesClient, CancellationToken, Task> ask)
    {
        using var client = Connect("https", connecting: Short, asking: TimeSpan.FromSeconds(20));
        (await Should.ThrowAsync<TimeoutException>(() => ask(client, TestContext.CurrentContext.CancellationToken))).Message.ShouldEndWith("no connection within 0.3 s");
    }

    [TestCaseSource(nameof(Requests))]
    public async Task Who_gives_up_waiting_has_cancelled(Func<KubernetesClient, CancellationToken, Task> ask)
    {
        using var client = Connect("http", connecting: TimeSpan.FromSeconds(20), asking: TimeSpan.FromSeconds(20));
        using var patience = new CancellationTokenSource(Short);
        await Should.ThrowAsync<OperationCanceledException>(() => ask(client, patience.Token));
    }

    private KubernetesClient Connect(string scheme, TimeSpan connecting, TimeSpan asking) => new(
        new ClusterConnection
        {
            Server = new Uri($"{scheme}://{_listener.LocalEndpoint}"),
            Credentials = new FixedCredential(Credential.None),
            ConnectTimeout = connecting,
            RequestTimeout = asking,
        },
        TimeProvider.System);
}
