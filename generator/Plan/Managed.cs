using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Plan;

/// <summary>An object in a cluster with the layer that owns it.</summary>
/// <param name="Resource">As the cluster receives it, with variables put in.</param>
/// <param name="Owner">The Flux Kustomization whose inventory names it.</param>
public sealed record Managed(Resource Resource, ResourceId Owner)
{
    private const string Prefix = "kustomize.toolkit.fluxcd.io/";

    public ResourceId Id => Resource.Id;

    /// <summary>True where Flux leaves the object alone when it leaves the tree.</summary>
    public bool KeptWhenGone => Says("prune", "disabled");

    /// <summary>True where an object that cannot be changed is deleted and made again.</summary>
    public bool Forced => Says("force", "enabled");

    /// <summary>True where Flux makes the object once, or not at all, and never changes it.</summary>
    public bool NeverChanged => Says("reconcile", "disabled") || Says("ssa", "IfNotPresent") || Says("ssa", "Ignore");

    // Flux takes these from labels as well as from annotations.
    private bool Says(string key, string value) =>
        string.Equals(Resource.Annotation(Prefix + key) ?? Resource.Label(Prefix + key), value, StringComparison.OrdinalIgnoreCase);
}
