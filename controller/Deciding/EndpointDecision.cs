namespace PlatformGitOps.Controller.Deciding;

/// <summary>The verdict on one endpoint and why.</summary>
public sealed record EndpointDecision(string Id, Verdict Verdict, string Reason, Guard Guard = Guard.None);
