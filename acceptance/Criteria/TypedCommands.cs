namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>Commands that a person types for more than one check (<see cref="CheckAttribute.Command"/>).</summary>
internal static class TypedCommands
{
    /// <summary>What the pod runs follows, behind a double dash.</summary>
    internal const string RunPod = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never ";

    internal const string Nslookup = RunPod + "-- nslookup ";

    /// <summary>In a namespace whose workloads the policies judge.</summary>
    internal const string FromWorkload = "kubectl --context {context} -n default run net-test --rm -it --image=busybox --restart=Never -- ";

    internal const string Corefile = "kubectl --context {context} -n kube-system get configmap coredns -o yaml";
}
