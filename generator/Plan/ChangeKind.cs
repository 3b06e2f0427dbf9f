namespace PlatformGitOps.Generator.Plan;

/// <summary>What Flux would do with one object.</summary>
public enum ChangeKind
{
    Create,
    Change,

    /// <summary>
    /// Cannot be changed in place: a release is uninstalled and installed again, an object is deleted and made again where that is
    /// forced, and otherwise the change fails and stays failed.
    /// </summary>
    Replace,

    /// <summary>Goes from one Flux Kustomization to another: the first deletes it if it comes before the second.</summary>
    Move,

    /// <summary>Leaves the tree and stays in the cluster, where nobody looks after it any more.</summary>
    Abandon,

    /// <summary>Leaves the tree, and Flux deletes it from the cluster.</summary>
    Prune,
}
