using System.Diagnostics;
using System.Globalization;
using PlatformGitOps.Acceptance.Adapters;
using PlatformGitOps.Acceptance.Ports;
using PlatformGitOps.Acceptance.Waiting;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>What every <see cref="ICommands"/> does, whichever set of adapters this build has.</summary>
[Platform(Exclude = "Win", Reason = "the contract is told in sh")]
public sealed class CommandsContract
{
    private readonly ICommands commands = AdapterSet.Commands();

    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Both_outputs_and_the_time_it_took_come_back()
    {
        var result = await commands.Run(new CommandLine("sh", "-c", "echo out; echo err >&2"), Token);
        result.Output.ShouldBe("out\n");
        result.Error.ShouldBe("err\n");
        result.ExitCode.ShouldBe(0);
        result.Took.ShouldBeGreaterThan(TimeSpan.Zero);
    }

    [Test]
    public async Task Arguments_reach_the_program_as_they_are()
    {
        var result = await commands.Run(new CommandLine("printf", "%s|", "a b", "$HOME", "'", "\"", "", "*"), Token);
        result.Output.ShouldBe("a b|$HOME|'|\"||*|");
    }

    [Test]
    public async Task A_failure_tells_the_command_the_exit_code_and_the_tail_of_standard_error()
    {
        var failure = await Should.ThrowAsync<CommandFailedException>(() =>
            commands.Run(new CommandLine("sh", "-c", "echo first; yes noise | head -n 2000 >&2; echo 'the reason' >&2; exit 7"), Token));
        failure.Result.ExitCode.ShouldBe(7);
        failure.Message.ShouldContain("exit code 7");
        failure.Message.ShouldEndWith("the reason");
        failure.Message.Length.ShouldBeLessThan(3000);
    }

    [Test]
    public async Task An_exit_code_that_is_an_answer_is_no_failure() =>
        (await commands.Run(new CommandLine("sh", "-c", "exit 3") { AnyExitCode = true }, Token)).ExitCode.ShouldBe(3);

    [Test]
    public async Task A_program_that_is_not_there_is_named() =>
        (await Should.ThrowAsync<ProgramMissingException>(() => commands.Run(new CommandLine("no-such-program-here"), Token)))
        .Program.ShouldBe("no-such-program-here");

    [Test]
    public async Task Input_environment_and_folder_are_given_to_the_program()
    {
        var command = new CommandLine("sh", "-c", "cat; echo \"$GREETING\"; echo \"${HOME-none}\"; pwd")
        {
            Input = "from input\n",
            Environment = new Dictionary<string, string?> { ["GREETING"] = "hello", ["HOME"] = null },
            WorkingDirectory = "/",
        };
        (await commands.Run(command, Token)).Output.ShouldBe("from input\nhello\nnone\n/\n");
    }

    [Test]
    public async Task Lines_are_told_while_the_program_runs()
    {
        var lines = new List<string>();
        var first = new TaskCompletionSource();
        var running = commands.Run(
            new CommandLine("sh", "-c", "echo one; sleep 2; echo two") { OnLine = line => { lines.Add(line); first.TrySetResult(); } }, Token);
        await first.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        running.IsCompleted.ShouldBeFalse();
        (await running).Output.ShouldBe("one\ntwo\n");
        lines.ShouldBe(["one", "two"]);
    }

    [Test]
    public async Task Cancelling_kills_the_program_and_its_children()
    {
        using var cancel = new CancellationTokenSource();
        var child = new TaskCompletionSource<int>();
        var running = commands.Run(
            new CommandLine("sh", "-c", "sleep 300 & echo $!; wait")
            {
                OnLine = line => child.TrySetResult(int.Parse(line, CultureInfo.InvariantCulture)),
            },
            cancel.Token);
        var id = await child.Task.WaitAsync(TimeSpan.FromSeconds(10), Token);
        Alive(id).ShouldBeTrue();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running);
        await Eventually.Within(
            TimeSpan.FromSeconds(5),
            _ => { Alive(id).ShouldBeFalse(); return Task.CompletedTask; },
            "a child that outlives its parent would go on changing the cluster",
            Token);
    }

    private static bool Alive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return false;
        }
    }
}
