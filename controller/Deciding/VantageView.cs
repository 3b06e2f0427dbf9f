namespace PlatformGitOps.Controller.Deciding;

/// <summary>How the world looks from here.</summary>
public enum VantageView
{
    Clear,

    /// <summary>Too few others were probed since the failure began; they are asked before anything is done.</summary>
    Unknown,

    /// <summary>Half of everything, on more than one node, fails at once.</summary>
    Blind,
}
