using PlatformGitOps.Controller.Commands;

namespace PlatformGitOps.Controller.Tests;

public sealed class Explaining : ClusterFixture
{
    [Test]
    public async Task It_prints_state_and_decision_and_writes_nothing()
    {
        Deploy(3);
        Endpoints.Fail(1);

        var (code, text) = await ExplainAsync();

        code.ShouldBe(0);
        text.ShouldContain("shop/web: serve label, 3 endpoints, 50% must remain");
        text.ShouldContain("web-1 127.0.0.12:");
        text.ShouldContain("would remove: failed 3 times in a row: HTTP 503");
        text.ShouldContain("would keep: HTTP 200");
        Server.Log.ShouldAllBe(line => line.StartsWith("GET", StringComparison.Ordinal));
    }

    [Test]
    public async Task It_prints_the_shard_if_there_are_several()
    {
        Deploy(1);

        (await ExplainAsync(Options with { Shards = 4 })).Text
            .ShouldContain("in shard 3 of 4: the holder of the Lease dns-health-controller-3 acts for it");
        (await ExplainAsync()).Text.ShouldNotContain("shard");
    }

    [Test]
    public async Task It_prints_the_guard_that_prevents_a_removal()
    {
        Deploy(1);
        Endpoints.Fail(0);

        (await ExplainAsync()).Text.ShouldContain("would hold back [last endpoint]");
    }

    [Test]
    public async Task It_prints_why_a_Service_is_not_managed()
    {
        Deploy(0, null, (Annotations.Scheme, "ftp"));
        var (code, text) = await ExplainAsync();
        code.ShouldBe(2);
        text.ShouldContain("'ftp' is not one of");

        var service = Server.Store.Find("services", "shop", "web")!;
        service["metadata"]!["annotations"] = new JsonObject();
        Server.Store.Put("services", service);
        (await ExplainAsync()).Text.ShouldContain("does not ask for health checks");

        Server.Store.Remove("services", "shop", "web");
        (await ExplainAsync()).ShouldBe((1, "Service shop/web does not exist\n"));
    }

    private async Task<(int Code, string Text)> ExplainAsync(ControllerOptions? options = null)
    {
        var origin = TimeProvider.System.GetTimestamp();
        using var client = new ApiClient(Connection(), TimeProvider.System);
        using var prober = new EndpointProber(TimeProvider.System, origin);
        await using var output = new StringWriter { NewLine = "\n" };
        var explainer = new Explainer(client, options ?? Options, prober, TimeProvider.System, origin);
        var code = await explainer.ExplainAsync(new ObjectName("shop", "web"), output, Limit);
        return (code, output.ToString());
    }
}
