using PlatformGitOps.Controller.Watching;

namespace PlatformGitOps.Controller.Removal;

/// <summary>The writes to one object: one at a time, with a pause after each, whoever asks for them.</summary>
internal sealed class WriteState
{
    private int _failures;
    private TimeSpan _nextAt;

    public bool IsRunning { get; private set; }

    /// <summary>The last write was sent and not answered: the object must be read before anything is known about it.</summary>
    public bool IsUnknown { get; private set; }

    /// <summary>Whatever the caches show, the object may be in DNS or not. It counts as not.</summary>
    public bool IsUncertain => IsRunning || IsUnknown;

    public bool MayBegin(TimeSpan now) => !IsRunning && now >= _nextAt;

    public void Begin() => IsRunning = true;

    public void End(ApplyOutcome outcome, TimeSpan now, TimeSpan pause)
    {
        IsRunning = false;
        var failed = outcome as ApplyOutcome.Failed;
        IsUnknown = failed is { MayBeWritten: true } || (failed is not null && IsUnknown);
        _failures = failed is null ? 0 : _failures + 1;
        _nextAt = now + (outcome is ApplyOutcome.Done
            ? pause
            : Backoff.Delay(Math.Max(1, _failures), Random.Shared.NextDouble(), failed?.RetryAfter));
    }
}
