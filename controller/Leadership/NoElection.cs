namespace PlatformGitOps.Controller.Leadership;

/// <summary>For a single process that changes nothing (dry run, explain).</summary>
public sealed class NoElection : ILeadership
{
    public bool MayAct => true;
}
