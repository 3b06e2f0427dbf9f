using System.Diagnostics;
using PlatformGitOps.Generator.Tools;

namespace PlatformGitOps.Generator.Tests.Tools;

[Platform(Exclude = "Win", Reason = "The programs that stand in for tools are POSIX ones.")]
public sealed class ToolProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Arguments_arrive_one_by_one_and_no_shell_reads_them()
    {
        var result = await Run("/bin/echo", ["$HOME; a  b", "c"], Long, CancellationToken.None);

        result.Output.ShouldBe("$HOME; a  b c\n");
        result.Succeeded.ShouldBeTrue();
    }

    [Test]
    public async Task A_failure_tells_the_program_its_exit_code_and_its_last_words_but_no_credentials()
    {
        var result = await Run("/bin/sh", ["-c", "echo cannot fetch https://me:secret@host/x >&2; exit 3"], Long, CancellationToken.None);

        result.Explain().ShouldBe("sh ended with 3: cannot fetch https://***@host/x");
    }

    [Test]
    public async Task A_program_that_does_not_end_in_time_is_ended()
    {
        var result = await Run("/bin/sleep", ["60"], TimeSpan.FromMilliseconds(100), CancellationToken.None);

        result.TimedOut.ShouldBeTrue();
        result.Succeeded.ShouldBeFalse();
    }

    [Test]
    public async Task Cancelling_ends_the_whole_process_tree()
    {
        var file = Path.GetTempFileName();
        using var cancellation = new CancellationTokenSource();
        var run = Run("/bin/sh", ["-c", $"sleep 60 & echo $! > '{file}'; wait"], Long, cancellation.Token);
        SpinWait.SpinUntil(() => new FileInfo(file).Length > 0, Patience).ShouldBeTrue("the shell tells its child's id");

        await cancellation.CancelAsync();

        await Should.ThrowAsync<OperationCanceledException>(() => run);
        var child = int.Parse(await File.ReadAllTextAsync(file), System.Globalization.CultureInfo.InvariantCulture);
        SpinWait.SpinUntil(() => !IsRunning(child), Patience).ShouldBeTrue("a child that was sent SIGKILL is gone a moment later, not after its 60 s");
        File.Delete(file);
    }

    [Test]
    public async Task A_program_that_is_not_there_is_a_result_and_no_exception() =>
        (await Run("/does/not/exist", [], Long, CancellationToken.None)).Succeeded.ShouldBeFalse();

    private static Task<ToolResult> Run(string file, string[] arguments, TimeSpan timeout, CancellationToken cancellationToken) =>
        ToolProcess.RunAsync(file, arguments, timeout, TimeProvider.System, cancellationToken);

    private static bool IsRunning(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && !IsZombie(id);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>An orphan that nobody has buried yet has ended all the same.</summary>
    private static bool IsZombie(int id) =>
        File.Exists($"/proc/{id}/stat") && File.ReadAllText($"/proc/{id}/stat").Split(") ")[1].StartsWith('Z');
}
