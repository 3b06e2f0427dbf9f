using PlatformGitOps.Generator.Apps.DnsHealthController;

namespace PlatformGitOps.Generator.Plan;

/// <summary>What the DNS health controller took out stays out when it goes, unless a Job puts it back first.</summary>
internal static class ControllerRelease
{
    /// <summary>Why the controller may not be deleted yet; null where it may, or where this is another object.</summary>
    public static string? Missing(ResourceId gone, Inventory after) =>
        IsIts(gone, "apps", "Deployment") && !after.Objects.Keys.Any(id => IsIts(id, "batch", "Job"))
            ? "what it took out of DNS would stay out. First write 'release: true' under healthController, wait until Flux has applied "
                + "that, and then switch it off"
            : null;

    private static bool IsIts(ResourceId id, string group, string kind) =>
        id is { Name: ControllerNames.Name, Namespace: ControllerNames.Namespace } && id.Group == group && id.Kind == kind;
}
