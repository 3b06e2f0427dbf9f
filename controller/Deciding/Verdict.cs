namespace PlatformGitOps.Controller.Deciding;

/// <summary>What is to be done with one endpoint.</summary>
public enum Verdict
{
    /// <summary>Leave it as it is.</summary>
    Keep,

    TakeOut,

    PutBack,

    /// <summary>It would be taken out, but a guard forbids it.</summary>
    HoldBack,
}
