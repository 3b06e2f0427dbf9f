namespace PlatformGitOps.Generator.Commands;

/// <summary>
/// Says what a command is doing once it has taken two seconds, and every five seconds from then on: whole lines without colours.
/// </summary>
/// <param name="output">Where to; null for nowhere.</param>
/// <param name="time">The clock.</param>
internal sealed class Progress(TextWriter? output, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Next = TimeSpan.FromSeconds(5);

    private readonly long _started = time.GetTimestamp();
    private readonly Lock _lock = new();
    private ITimer? _timer;
    private string _step = "";

    /// <summary>On a terminal, where nobody asked for quiet and where no program reads the result.</summary>
    public static Progress On(TextWriter error, bool wanted, TimeProvider time) =>
        new(wanted && ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected ? error : null, time);

    /// <summary>What is done from now on, such as <c>reading the tree</c>.</summary>
    public void Begin(string step)
    {
        lock (_lock)
        {
            _step = step;
            _timer ??= output is null ? null : time.CreateTimer(_ => Say(), null, First, Next);
        }
    }

    /// <summary>When this returns, nothing more is said.</summary>
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
