using System.Diagnostics;
using System.Runtime.Versioning;

namespace PlatformGitOps.Generator.Tests.Tools;

[UnsupportedOSPlatform("windows")]
[Platform(Exclude = "Win", Reason = "The programs that stand in for tools are POSIX ones.")]
public sealed class ToolProcessTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Test]
    public async Task Arguments_arrive_one_by_one_and_no_shell_reads_them()
    {
        string[] arguments = ["$HOME; a  b", "", "c\\", "\"d\" \\\"", "e\tf\ng", "--", "*", "ü 漢"];

        var result = await Run("/usr/bin/printf", ["%s|", .. arguments], Long, CancellationToken.None);

        result.Output.ShouldBe(string.Concat(arguments.Select(argument => argument + "|")));
        result.Succeeded.ShouldBeTrue();
    }

    [Test]
    public async Task Input_output_and_variables_arrive_and_a_null_variable_is_removed()
    {
        var options = new ToolOptions
        {
            Input = [0xff, 0x00, 0x0a],
            Environment = new Dictionary<string, string?> { ["HOME"] = null, ["ADDED"] = "a b" },
        };

        var result = await ToolProcess.RunAsync("/bin/sh", ["-c", "cat; echo \"${HOME-unset} $ADDED\""], options, CancellationToken.None);

        result.Bytes[..3].ShouldBe([0xff, 0x00, 0x0a]);
        result.Output.ShouldEndWith("unset a b\n");
    }

    [Test]
    public async Task A_program_that_writes_without_end_is_stopped()
    {
        var result = await ToolProcess.RunAsync("/usr/bin/yes", [], new ToolOptions { LargestOutput = 1 << 20 }, CancellationToken.None);

        result.Succeeded.ShouldBeFalse();
        result.Explain().ShouldBe("yes wrote more than 1 MiB and was stopped.");
    }

    [Test]
    public async Task A_long_error_is_cut_at_the_start()
    {
        var result = await Run("/bin/sh", ["-c", "seq 1 200000 >&2; echo the cause >&2; exit 1"], Long, CancellationToken.None);

        result.Error.Length.ShouldBeLessThanOrEqualTo(64 << 10);
        result.Explain().ShouldEndWith("the cause");
    }

    [Test]
    public void A_bare_name_is_never_looked_up() =>
        Should.Throw<ArgumentException>(() => Run("sh", [], Long, CancellationToken.None).GetAwaiter().GetResult());

    [Test]
    public void A_program_is_found_in_absolute_folders_only_and_only_where_it_can_be_executed()
    {
        using var folder = new TemporaryFolder();
        var tool = new Tool("tool", "");
        var file = folder.Write("tool", "#!/bin/sh\n");

        tool.Find(folder.Path).ShouldBeNull("it is not executable");
        File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);

        tool.Find($"::/nowhere:{folder.Path}").ShouldBe(file);
        tool.Find(Path.GetRelativePath(Directory.GetCurrentDirectory(), folder.Path)).ShouldBeNull();
        tool.Find(null).ShouldBeNull();
    }

    [Test]
    public void A_link_that_leads_nowhere_is_not_a_program()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(Path.Combine(folder.Path, "tool"), "/nowhere/tool");

        new Tool("tool", "").Find(folder.Path).ShouldBeNull();
    }

    [Test]
    public async Task A_failure_tells_the_program_its_exit_code_and_its_last_words_but_no_credentials()
    {
        var result = await Run("/bin/sh", ["-c", "echo cannot fetch https://me:secret@host/x >&2; exit 3"], Long, CancellationToken.None);

        result.Explain().ShouldBe("sh ended with exit code 3: cannot fetch https://***@host/x");
    }

    [Test]
    public async Task A_program_that_does_not_end_in_time_is_ended()
    {
        var result = await Run("/bin/sleep", ["60"], TimeSpan.FromMilliseconds(100), CancellationToken.None);

        result.Succeeded.ShouldBeFalse();
        result.Explain().ShouldBe("sleep did not end within 0 s and was stopped.");
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
        SpinWait.SpinUntil(() => !IsRunning(child), Patience)
            .ShouldBeTrue("a child that was sent SIGKILL is gone a moment later, not after its 60 s");
        File.Delete(file);
    }

    [Test]
    public async Task A_program_that_is_not_there_is_a_result_and_no_exception()
    {
        var result = await Run("/does/not/exist", [], Long, CancellationToken.None);

        result.Succeeded.ShouldBeFalse();
        result.Explain().ShouldStartWith("exist cannot be started (");
    }

    private static Task<ToolResult> Run(string file, string[] arguments, TimeSpan timeout, CancellationToken cancellationToken) =>
        ToolProcess.RunAsync(file, arguments, new ToolOptions { Timeout = timeout }, cancellationToken);

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

    /// <summary>A zombie process counts as ended.</summary>
    private static bool IsZombie(int id) =>
        File.Exists($"/proc/{id}/stat") && File.ReadAllText($"/proc/{id}/stat").Split(") ")[1].StartsWith('Z');
}
