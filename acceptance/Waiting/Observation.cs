namespace PlatformGitOps.Acceptance.Waiting;

/// <param name="At">Time since the waiting began, when this was first seen.</param>
/// <param name="Times">How often it was seen in a row.</param>
public sealed record Observation(TimeSpan At, string What, int Times)
{
    public override string ToString() => $"[{At.TotalSeconds,6:0.0} s, {Times}×] {What}";
}
