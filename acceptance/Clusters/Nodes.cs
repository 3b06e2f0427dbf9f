using PlatformGitOps.Acceptance.Resources;

namespace PlatformGitOps.Acceptance.Clusters;

public static class Nodes
{
    public static bool IsReady(Resource node) => Conditions.Holds(node, "Ready");

    public static bool IsControlPlane(Resource node) => node.Labels.ContainsKey("node-role.kubernetes.io/control-plane");
}
