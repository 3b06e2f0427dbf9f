using PlatformGitOps.Acceptance.Sabotage;
using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AC4HealthEndpoints
{
    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("no health plugin", "AC4.1", "exactly once", tree => tree.WithoutPlugin("health")),
        new("liveness probe off", "AC4.1", "keep a dead pod running", tree => tree.Value("livenessProbe.enabled", false)),
        new("no ready plugin", "AC4.2", "no ready plugin", tree => tree.WithoutPlugin("ready")),
        new("readiness probe off", "AC4.2", "before it can answer", tree => tree.Value("readinessProbe.enabled", false)),
    ];

    internal static IReadOnlyList<LiveSabotage> LiveSabotages =>
        [Corefile("no health plugin", "AC4.1", "each pod answers /health", text => WithoutBlock(text, "health {"))];
}
