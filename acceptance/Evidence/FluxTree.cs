using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Evidence;

/// <summary>Readiness and revision of Flux' objects, and the inventory of each Kustomization.</summary>
public static class FluxTree
{
    /// <summary>From sources to releases.</summary>
    public static readonly IReadOnlyList<ResourceKind> Kinds =
    [
        ResourceKind.GitRepository, ResourceKind.OciRepository, ResourceKind.HelmRepository, ResourceKind.FluxKustomization,
        ResourceKind.HelmChart, ResourceKind.HelmRelease,
    ];

    public static string Of(IEnumerable<Resource> objects) => string.Concat(objects.SelectMany(Lines).Select(line => line + "\n"));

    private static IEnumerable<string> Lines(Resource resource) =>
    [
        Conditions.Say(resource, "Ready"),
        .. Revision(resource) is { } revision ? [$"  at {revision}"] : Array.Empty<string>(),
        // The inventory's ids are <namespace>_<name>_<group>_<kind>.
        .. resource.Parts("status.inventory.entries").Select(entry => $"  applied {entry.Text("id")}"),
    ];

    private static string? Revision(Resource resource) =>
        resource.Text("status.artifact.revision") ?? resource.Text("status.lastAppliedRevision")
            ?? resource.Text("status.history[0].chartVersion");
}
