using System.Globalization;
using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>One failure and one recovery, timed by the clocks of the nodes, which are one in clusters of containers.</summary>
/// <param name="Hung">The page began to hang.</param>
/// <param name="Left">The last DNS pod's first answer without it.</param>
/// <param name="Recovered">The page answers again.</param>
/// <param name="Returned">The last DNS pod's first answer with it.</param>
internal sealed record Trial(string Pod, DateTimeOffset Hung, DateTimeOffset Left, DateTimeOffset Recovered, DateTimeOffset Returned)
{
    public TimeSpan Gone => Left - Hung;

    public TimeSpan Back => Returned - Recovered;

    public static async Task<Trial> Of(Fleet fleet, Follower follower, Resource pod, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var address = Fleet.Address(pod);
        var hung = await fleet.Hang(pod, cancellationToken);
        var left = await follower.Until(fleet, answers => !answers.Contains(address), atMost, $"{pod.Name} leaves DNS", cancellationToken);
        var recovered = await fleet.Recover(pod, cancellationToken);
        var returned = await follower.Until(fleet, answers => answers.Contains(address), atMost, $"{pod.Name} comes back into DNS", cancellationToken);
        return new Trial(pod.Name, hung, left, recovered, returned);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Pod}: hangs {Hung:HH:mm:ss.fff}, out after {Gone.TotalSeconds:0.0} s, recovers {Recovered:HH:mm:ss.fff}, back after {Back.TotalSeconds:0.0} s");
}
