namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>Commands that users type for several checks (<see cref="CheckAttribute.Command"/>).</summary>
internal static class TypedCommands
{
    /// <summary>The pod's command follows after a double dash.</summary>
    internal const string RunPod = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never ";

    internal const string Nslookup = RunPod + "-- nslookup ";

    /// <summary>In a namespace of workloads, to which policies apply.</summary>
    internal const string FromWorkload = "kubectl --context {context} -n default run net-test --rm -it --image=busybox --restart=Never -- ";

    internal const string Corefile = "kubectl --context {context} -n kube-system get configmap coredns -o yaml";
}
