using System.ComponentModel;
using System.Diagnostics;
using CliWrap.Exceptions;

namespace PlatformGitOps.Acceptance.Contracts;

/// <summary>The suite's assumptions about CliWrap.</summary>
[Platform(Exclude = "Win", Reason = "the programs are scripts of sh")]
public sealed class CliWrapContract
{
    private static CancellationToken Token => TestContext.CurrentContext.CancellationToken;

    [Test]
    public async Task Arguments_reach_the_program_unchanged_and_both_outputs_come_back()
    {
        (await Cli.Wrap("printf").WithArguments(["%s|", "a b", "$HOME", "'", "\"", "", "*"]).ExecuteBufferedAsync(Token))
            .StandardOutput.ShouldBe("a b|$HOME|'|\"||*|");
        var both = await Sh("echo out; echo err >&2").ExecuteBufferedAsync(Token);
        (both.StandardOutput, both.StandardError).ShouldBe(("out\n", "err\n"));
    }

    [Test]
    public async Task A_failure_has_the_exit_code_and_standard_error()
    {
        var command = Sh("echo 'the reason' >&2; exit 7");
        var failure = await Should.ThrowAsync<CommandExecutionException>(() => command.ExecuteBufferedAsync(Token).Task);
        failure.ExitCode.ShouldBe(7);
        failure.Command.TargetFilePath.ShouldBe("sh");
        failure.Message.ShouldContain("the reason");
    }

    [Test]
    public async Task A_missing_program_is_named() =>
        (await Should.ThrowAsync<Win32Exception>(async () => await Cli.Wrap("no-such-program-here").ExecuteBufferedAsync(Token)))
        .Message.ShouldContain("no-such-program-here");

    [Test]
    public async Task Input_environment_and_folder_are_the_programs()
    {
        var command = Sh("cat; echo \"$GREETING\"; echo \"${HOME-none}\"; pwd")
            .WithStandardInputPipe(PipeSource.FromString("from input\n"))
            .WithEnvironmentVariables(new Dictionary<string, string?> { ["GREETING"] = "hello", ["HOME"] = null })
            .WithWorkingDirectory("/");
        (await command.ExecuteBufferedAsync(Token)).StandardOutput.ShouldBe("from input\nhello\nnone\n/\n");
    }

    [Test]
    public async Task Lines_come_while_the_program_runs_and_are_buffered_too()
    {
        var first = new TaskCompletionSource<string>();
        var running = Sh("echo one; read go; echo two")
            .WithStandardInputPipe(PipeSource.Create(async (input, token) =>
            {
                await first.Task.WaitAsync(token);
                await input.WriteAsync("go\n"u8.ToArray(), token);
            }))
            .WithStandardOutputPipe(PipeTarget.ToDelegate(line => first.TrySetResult(line)))
            .ExecuteBufferedAsync(Token);
        (await running).StandardOutput.ShouldBe("one\ntwo\n");
        (await first.Task).ShouldBe("one");
    }

    [TestCase("sleep 300 & echo $!; wait", TestName = "Cancelling kills the program and its children")]
    [TestCase("sleep 300 & echo $!", TestName = "Cancelling ends a call whose program has left a child with its output")]
    public async Task Cancelling_ends_the_call(string script)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var child = new TaskCompletionSource<int>();
        var running = Sh(script)
            .WithStandardOutputPipe(PipeTarget.ToDelegate(line => child.TrySetResult(int.Parse(line, CultureInfo.InvariantCulture))))
            .ExecuteBufferedAsync(cancel.Token);
        var id = await child.Task.WaitAsync(Token);
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running.Task);
        if (script.EndsWith("wait", StringComparison.Ordinal))
        {
            await Eventually.Within(
                TimeSpan.FromSeconds(30),
                () => Alive(id).ShouldBeFalse(),
                "a child that outlives its parent would go on changing the cluster",
                Token);
        }
        else
        {
            using var left = Process.GetProcessById(id);
            left.Kill();
        }
    }

    private static Command Sh(string script) => Cli.Wrap("sh").WithArguments(["-c", script]);

    private static bool Alive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited && !File.ReadAllText($"/proc/{id}/stat").Contains(") Z ");
        }
        catch (Exception exception) when (exception is ArgumentException or IOException)
        {
            return false;
        }
    }
}
