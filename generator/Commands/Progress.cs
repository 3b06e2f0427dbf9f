namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// Prints what a command is doing once it has taken two seconds, and then every five seconds: whole lines without colours.
/// </summary>
/// <param name="output">The writer; null to print nothing.</param>
/// <param name="time">The clock.</param>
internal sealed class Progress(TextWriter? output, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Next = TimeSpan.FromSeconds(5);

    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private string _step = "";

    /// <summary>Only on a terminal, without --quiet, and if no program reads the result.</summary>
    public static Progress On(TextWriter error, bool wanted, TimeProvider time) =>
        new(wanted && ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected ? error : null, time);

    /// <summary>Names the current step, for example <c>reading the tree</c>.</summary>
    public void Begin(string step)
    {
        lock (_lock)
        {
            _step = step;
            _timer ??= output is null ? null : time.CreateTimer(_ => Say(), null, First, Next);
        }
    }

    /// <summary>Nothing is printed after this returns.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _step = "";
            _timer?.Dispose();
        }
    }

    private void Say()
    {
        lock (_lock)
        {
            if (_step.Length > 0)
            {
                var seconds = time.GetElapsedTime(_started).TotalSeconds;
                output!.WriteLine($"... {_step} ({seconds:0} s)");
            }
        }
    }
}
