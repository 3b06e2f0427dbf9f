namespace PlatformGitOps.Controller.Leadership;

/// <summary>Asked right before each write.</summary>
public interface ILeadership
{
    /// <summary>No other instance can hold the lease at this moment.</summary>
    bool MayAct { get; }
}
