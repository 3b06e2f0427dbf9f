using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using PlatformGitOps.KubeClient.Objects;
using PlatformGitOps.KubeClient.Pods;
using PlatformGitOps.KubeClient.Testing;

namespace PlatformGitOps.KubeClient.Tests;

public sealed class PodAccess : ApiServerFixture
{
    private const string Failed3 =
        """{"status":"Failure","reason":"NonZeroExitCode","message":"command terminated","details":{"causes":[{"reason":"ExitCode","message":"3"}]}}""";

    private static readonly ObjectName Web = new("shop", "web");

    [Test]
    public async Task Exec_gives_output_errors_and_exit_code()
    {
        Server.Intercept = context => ExecAsync(context, "v5.channel.k8s.io", (1, "hel"), (2, "oops"), (1, "lo"), (3, Failed3));

        var result = await Client.ExecAsync(Web, "main", ["sh", "-c", "exit 3"], Limit);

        result.ShouldBe(new ExecResult { Output = "hello", Errors = "oops", ExitCode = 3 });
        Server.Log.ShouldHaveSingleItem().ShouldEndWith("?stdout=1&stderr=1&container=main&command=sh&command=-c&command=exit%203");
    }

    [Test]
    public async Task Exec_speaks_the_older_protocol_with_older_servers()
    {
        Server.Intercept = context => ExecAsync(context, "v4.channel.k8s.io", (1, "old"), (3, """{"status":"Success"}"""));

        (await Client.ExecAsync(Web, null, ["true"], Limit)).ExitCode.ShouldBe(0);
    }

    [Test]
    public async Task Output_larger_than_one_frame_arrives_whole()
    {
        var large = new string('x', 100_000);
        Server.Intercept = context => ExecAsync(context, "v5.channel.k8s.io", (1, large), (3, """{"status":"Success"}"""));

        (await Client.ExecAsync(Web, null, ["cat"], Limit)).Output.ShouldBe(large);
    }

    [Test]
    public async Task A_connection_that_ends_before_the_status_is_no_success()
    {
        Server.Intercept = context => ExecAsync(context, "v5.channel.k8s.io", (1, "half"));

        await Should.ThrowAsync<ApiException>(() => Client.ExecAsync(Web, null, ["cat"], Limit));
    }

    [Test]
    public async Task A_refused_exec_keeps_the_command_out_of_the_message()
    {
        Server.Intercept = async context =>
        {
            await context.WriteStatusAsync(403, "Forbidden", "no");
            return true;
        };

        var failure = await Should.ThrowAsync<ApiException>(() => Client.ExecAsync(Web, null, ["login", "hunter2"], Limit));

        failure.Status.ShouldBe(System.Net.HttpStatusCode.Forbidden);
        failure.Message.ShouldNotContain("hunter2");
    }

    [Test]
    public async Task Logs_of_the_container_before_the_restart_can_be_asked_for()
    {
        Server.Intercept = async context =>
        {
            await context.Response.WriteAsync("last words", Limit);
            return true;
        };

        var text = await Client.LogsAsync(Web, new LogQuery { Container = "main", Previous = true, Since = TimeSpan.FromMinutes(1) }, Limit);

        text.ShouldBe("last words");
        Server.Log.ShouldHaveSingleItem().ShouldEndWith("/pods/web/log?container=main&previous=true&sinceSeconds=60");
    }

    [Test]
    public async Task A_port_of_a_pod_is_read_through_the_server()
    {
        Server.Intercept = async context =>
        {
            await context.Response.WriteAsync("metrics", Limit);
            return true;
        };

        (await Client.ProxyGetAsync(Web, 9153, "/metrics", Limit)).ShouldBe("metrics");
        Server.Log.ShouldHaveSingleItem().ShouldBe("GET /api/v1/namespaces/shop/pods/web:9153/proxy/metrics");
    }

    private static async Task<bool> ExecAsync(HttpContext context, string protocol, params (byte Channel, string Text)[] frames)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync(protocol);
        foreach (var (channel, text) in frames)
        {
            await socket.SendAsync((byte[])[channel, .. Encoding.UTF8.GetBytes(text)], WebSocketMessageType.Binary, true, context.RequestAborted);
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
        return true;
    }
}
