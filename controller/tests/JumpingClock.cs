namespace PlatformGitOps.Controller.Tests;

/// <summary>The wall clock can be set; the monotonic one goes on, as on a real machine.</summary>
internal sealed class JumpingClock : TimeProvider
{
    public TimeSpan Offset { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Offset;
}
