using System.ComponentModel;
using CliWrap;

namespace PlatformGitOps.Generator.Tools;

/// <summary>Limits, input and environment of one run of a program.</summary>
public sealed record ToolOptions
{
    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The clock of <see cref="Timeout"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    public byte[] Input { get; init; } = [];

    /// <summary>Variables to set, or to remove if the value is null; the others are inherited.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>The maximum size of standard output in bytes; a program that writes more is stopped.</summary>
    public int LargestOutput { get; init; } = 256 << 20;
}

/// <summary>How a program ended.</summary>
public sealed partial record ToolResult
{
    private const int LongestTail = 2000;

    public required string Program { get; init; }

    public int ExitCode { get; init; }

    /// <summary>Standard output.</summary>
    public byte[] Bytes { get; init; } = [];

    /// <summary>The end of standard error.</summary>
    public string Error { get; init; } = "";

    /// <summary>Why the program was not started or was stopped; null if it ended by itself.</summary>
    public string? Stopped { get; init; }

    public string Output => Encoding.UTF8.GetString(Bytes);

    public bool Succeeded => ExitCode == 0 && Stopped is null;

    /// <summary>Program, exit code and the end of standard error, without the credentials of any URL.</summary>
    public string Explain()
    {
        var error = Error.Trim();
        var tail = Credentials().Replace(error.Length > LongestTail ? "..." + error[^LongestTail..] : error, "$1***@");
        var end = $"{Program} {Stopped ?? $"ended with exit code {ExitCode}"}";
        return tail.Length == 0 ? end + "." : $"{end}: {tail}";
    }

    [GeneratedRegex(@"(://)[^/@\s]+@", RegexOptions.CultureInvariant)]
    private static partial Regex Credentials();
}

/// <summary>Runs a program without a shell.</summary>
public static class ToolProcess
{
    private const int LargestError = 64 << 10;

    /// <summary>Runs a program to its end; the time limit, too much output and cancellation end its whole process tree.</summary>
    /// <param name="file">An absolute path (<see cref="Tool.Find()"/>): .NET looks for a bare name in the current folder first.</param>
    /// <param name="arguments">Visible to every user of the machine; secrets go into files.</param>
    /// <param name="options">Limits, input and environment.</param>
    /// <param name="cancellationToken">Ends the program.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<ToolResult> RunAsync(
        string file, IEnumerable<string> arguments, ToolOptions options, CancellationToken cancellationToken)
    {
        if (!Path.IsPathFullyQualified(file))
        {
            throw new ArgumentException($"'{file}' is not an absolute path.", nameof(file));
        }

        using var limit = new CancellationTokenSource(options.Timeout, options.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var output = new MemoryStream();
        using var error = new MemoryStream();
        var result = new ToolResult { Program = Path.GetFileName(file) };
        try
        {
            var ended = await Cli.Wrap(file)
                .WithArguments(arguments)
                .WithEnvironmentVariables(options.Environment)
                .WithStandardInputPipe(PipeSource.FromBytes(options.Input))
                .WithStandardOutputPipe(Into(output, options.LargestOutput, stop.Cancel))
                .WithStandardErrorPipe(Into(error, LargestError, () => Forget(error)))
                .WithValidation(CommandResultValidation.None)
                .ExecuteAsync(stop.Token);
            return result with { ExitCode = ended.ExitCode, Bytes = output.ToArray(), Error = Text(error) };
        }
        catch (Win32Exception exception)
        {
            return result with { Stopped = $"cannot be started ({(exception.InnerException ?? exception).Message})" };
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = limit.IsCancellationRequested
                ? $"did not end within {options.Timeout.TotalSeconds:0} s and was stopped"
                : $"wrote more than {options.LargestOutput >> 20} MiB and was stopped";
            return result with { Stopped = reason, Error = Text(error) };
        }
    }

    /// <summary>Runs a program whose output is shown line by line, without a time limit; returns its exit code.</summary>
    /// <param name="file">An absolute path.</param>
    /// <param name="arguments">Visible to every user of the machine; secrets go into files.</param>
    /// <param name="output">Called with each line of standard output.</param>
    /// <param name="error">Called with each line of standard error.</param>
    /// <param name="cancellationToken">Interrupts the program, and kills it after half a minute.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static async Task<int> FollowAsync(
        string file, IEnumerable<string> arguments, Action<string> output, Action<string> error, CancellationToken cancellationToken)
    {
        using var forced = new CancellationTokenSource();
        await using var asked = cancellationToken.Register(() => forced.CancelAfter(TimeSpan.FromSeconds(30)));
        return (await Cli.Wrap(file)
            .WithArguments(arguments)
            .WithStandardOutputPipe(PipeTarget.ToDelegate(output))
            .WithStandardErrorPipe(PipeTarget.ToDelegate(error))
            .WithValidation(CommandResultValidation.None)
            .ExecuteAsync(forced.Token, cancellationToken)).ExitCode;
    }

    private static PipeTarget Into(MemoryStream target, int largest, Action overflow) =>
        PipeTarget.Create(async (origin, cancellationToken) =>
        {
            var buffer = new byte[32 << 10];
            while (await origin.ReadAsync(buffer, cancellationToken) is var read and > 0)
            {
                if (target.Length + read > largest)
                {
                    overflow();
                    cancellationToken.ThrowIfCancellationRequested();
                }

                target.Write(buffer, 0, read);
            }
        });

    /// <summary>Keeps the last bytes: the end of the output says why a program failed.</summary>
    private static void Forget(MemoryStream error)
    {
        var tail = error.ToArray().AsSpan(^Math.Min(LargestError / 2, (int)error.Length)..);
        error.SetLength(0);
        error.Write(tail);
    }

    private static string Text(MemoryStream error) => Encoding.UTF8.GetString(error.GetBuffer(), 0, (int)error.Length);
}
