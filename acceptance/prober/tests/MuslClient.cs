using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PlatformGitOps.Prober.Tests;

/// <summary>
/// The musl client prints the same as the prober. It is built here with the machine's compiler, so that only the output can differ.
/// </summary>
[CancelAfter(300_000)]
[Platform(Include = "Linux", Reason = "The client runs in Linux containers.")]
public sealed class MuslClient
{
    private string folder = "";

    private string Program => Path.Combine(folder, "prober");

    [OneTimeSetUp]
    public async Task Compile()
    {
        folder = Directory.CreateTempSubdirectory("musl-client-").FullName;
        try
        {
            var source = Path.Combine(AppContext.BaseDirectory, "resolve.c");
            var (exitCode, _, error) = await RunAsync("cc", "-std=c11", "-Wall", "-Wextra", "-Werror", "-o", Program, source);
            exitCode.ShouldBe(0, error);
        }
        catch (Win32Exception)
        {
            Assert.Ignore("PATH has no C compiler; install gcc");
        }
    }

    [OneTimeTearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [TestCase("localhost")]
    [TestCase("localhost/A")]
    [TestCase("127.0.0.1/PTR")]
    [TestCase("a name that nobody has")]
    public async Task It_prints_what_the_prober_prints(string name)
    {
        var (proberExitCode, lines, _) = await RunningProber.RunAsync("resolve", name, "--via", "system");
        var (exitCode, output, _) = await RunAsync(Program, "resolve", name);

        exitCode.ShouldBe(proberExitCode);
        Timeless(output).ShouldBe(Timeless(lines.ShouldHaveSingleItem().GetRawText()));
    }

    [Test]
    public async Task It_answers_one_line_for_each_name()
    {
        var (exitCode, output, _) = await RunAsync(Program, "resolve", "localhost", "127.0.0.1");
        exitCode.ShouldBe(0);
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("name").GetString())
            .ShouldBe(["localhost", "127.0.0.1"]);
    }

    [TestCase("resolve localhost --via udp", Description = "it asks through the C library and in no other way")]
    [TestCase("resolve localhost/SRV")]
    [TestCase("resolve")]
    [TestCase("probe localhost")]
    public async Task Unsupported_options_are_refused(string arguments)
    {
        var (exitCode, output, error) = await RunAsync(Program, arguments.Split(' '));
        (exitCode, output).ShouldBe((2, ""));
        error.ShouldContain("usage");
    }

    private static string Timeless(string line)
    {
        var answer = JsonNode.Parse(line)!.AsObject();
        answer.Remove("micros").ShouldBeTrue(line);
        return string.Join(' ', answer.OrderBy(field => field.Key, StringComparer.Ordinal)
            .Select(field => $"{field.Key}={field.Value?.ToJsonString()}"));
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(string program, params IEnumerable<string> arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true
        })!;
        var error = process.StandardError.ReadToEndAsync(TestContext.CurrentContext.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.CurrentContext.CancellationToken);
        await process.WaitForExitAsync(TestContext.CurrentContext.CancellationToken);
        return (process.ExitCode, output, await error);
    }
}
