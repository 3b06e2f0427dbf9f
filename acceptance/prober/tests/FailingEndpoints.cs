using System.Text.Json;

namespace PlatformGitOps.Prober.Tests;

[CancelAfter(60_000)]
[Platform(Include = "Linux", Reason = "The prober runs in Linux containers.")]
public sealed class FailingEndpoints
{
    [Test]
    public async Task An_endpoint_fails_hangs_and_recovers_as_it_is_told_and_says_when()
    {
        await using var endpoint = RunningProber.Start("endpoint", "--port", "0");
        var page = $"http://127.0.0.1:{(await endpoint.NextLineAsync()).GetProperty("port").GetInt32()}";

        var (_, replies, _) = await RunningProber.RunAsync(
            "http", $"{page}/health", $"{page}/fail", $"{page}/health", $"{page}/hang", $"{page}/health", $"{page}/recover", $"{page}/health", "--timeout", "1000");

        replies.Select(Summary).ShouldBe(["200", "200", "503", "200", "timeout", "200", "200"]);
        JsonElement[] lines = [await endpoint.NextLineAsync(), await endpoint.NextLineAsync(), await endpoint.NextLineAsync()];
        lines.Select(line => line.GetProperty("state").GetString()).ShouldBe(["fail", "hang", "recover"]);
        new[] { replies[1], replies[3], replies[5] }.Select(reply => reply.GetProperty("body").GetString()).ShouldBe(lines.Select(line => line.GetRawText()));
    }

    [Test]
    public async Task Following_a_name_tells_each_change_of_the_answer_once()
    {
        await using var first = RunningProber.Start("upstream", "example.test", "--listen", "127.0.0.1:0", "--quiet", "--record", "www A 192.0.2.7");
        var server = (await first.NextLineAsync()).GetProperty("listening").GetString()!;
        await using var follow = RunningProber.Start("follow", "www.example.test.", "--server", server, "--cadence", "20", "--timeout", "300");
        var found = await follow.NextLineAsync();

        first.Terminate();
        await first.ExitCodeAsync();
        var lost = await follow.NextLineAsync();
        await using var second = RunningProber.Start("upstream", "example.test", "--listen", server, "--quiet", "--record", "www A 192.0.2.8");
        var changed = await follow.NextLineAsync();
        while (changed.GetProperty("outcome").GetString() != "ok")
        {
            changed = await follow.NextLineAsync(); // A port nobody listens on times out now and is refused then.
        }

        Answer(found).ShouldBe("ok 192.0.2.7");
        lost.GetProperty("outcome").GetString().ShouldNotBe("ok");
        Answer(changed).ShouldBe("ok 192.0.2.8");
        changed.GetProperty("at").GetDateTimeOffset().ShouldBeGreaterThan(found.GetProperty("at").GetDateTimeOffset());
    }

    private static string Summary(JsonElement reply) =>
        reply.TryGetProperty("status", out var status) ? $"{status}" : reply.GetProperty("problem").GetString()!;

    private static string Answer(JsonElement line) => $"{line.GetProperty("outcome")} {string.Join(',', line.GetProperty("answers").EnumerateArray())}";
}
