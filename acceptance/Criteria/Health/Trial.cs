using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>One failure and one recovery, timed by the clocks of the nodes, which are one in clusters of containers.</summary>
internal static class Trial
{
    /// <returns>From the moment that the page hangs to the last DNS pod's first answer without it, and from its recovery to the last one's first answer with it.</returns>
    public static async Task<(TimeSpan Gone, TimeSpan Back)> Of(
        Fleet fleet, Follower follower, Resource pod, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var address = Fleet.Address(pod);
        var hung = await fleet.Hang(pod, cancellationToken);
        var gone = await follower.Until(fleet, answers => !answers.Contains(address), atMost, $"{pod.Name} leaves DNS", cancellationToken);
        var recovered = await fleet.Recover(pod, cancellationToken);
        var back = await follower.Until(fleet, answers => answers.Contains(address), atMost, $"{pod.Name} comes back into DNS", cancellationToken);
        return (gone - hung, back - recovered);
    }
}
