namespace PlatformGitOps.Acceptance.Evidence.Model;

public enum ResultOutcome
{
    Passed,

    /// <summary>Could not be run; the reason says what would let it run.</summary>
    Skipped,
    Failed,
}
