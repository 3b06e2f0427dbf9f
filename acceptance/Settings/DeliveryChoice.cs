namespace PlatformGitOps.Acceptance.Settings;

public enum DeliveryChoice
{
    /// <summary>kustomize build, Flux' substitution, helm and kubectl apply.</summary>
    Helm,

    /// <summary>Flux controllers in the cluster reconcile the tree.</summary>
    Flux,

    /// <summary>Somebody else has delivered; the suite looks at what runs.</summary>
    None,
}
