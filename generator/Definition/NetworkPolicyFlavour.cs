namespace PlatformGitOps.Generator.Definition;

/// <summary>Which network policies the cluster enforces.</summary>
public enum NetworkPolicyFlavour
{
    None,

    /// <summary>networking.k8s.io NetworkPolicy.</summary>
    Kubernetes,

    /// <summary>cilium.io CiliumNetworkPolicy.</summary>
    Cilium,
}
