namespace PlatformGitOps.Acceptance.Clusters;

public static class Nodes
{
    /// <summary>The node's first address, for other nodes and this machine.</summary>
    /// <exception cref="InvalidDataException">The node has none.</exception>
    public static IPAddress Address(Resource node) => Addresses(node).FirstOrDefault()
        ?? throw new InvalidDataException($"node {node.Name} has no InternalIP");

    /// <summary>Its InternalIP addresses: two in a dual-stack cluster.</summary>
    public static IEnumerable<IPAddress> Addresses(Resource node) => node.Parts("status.addresses")
        .Where(address => address.Text("type") == "InternalIP").Select(address => IPAddress.Parse(address.Text("address")!));

    public static bool IsReady(Resource node) => Conditions.Holds(node, "Ready");

    public static bool IsControlPlane(Resource node) => node.Labels.ContainsKey("node-role.kubernetes.io/control-plane");
}
