namespace PlatformGitOps.Generator.Emission;

/// <summary>Parts of network policies of Kubernetes and of Cilium.</summary>
internal static class PolicyParts
{
    /// <summary>Cilium's label for the namespace of a pod, without the source prefix.</summary>
    public const string NamespaceLabel = "io.kubernetes.pod.namespace";

    private const string CiliumNamespaceLabel = $"k8s:{NamespaceLabel}";

    /// <summary>Matches the pods of a namespace.</summary>
    public static Mapping Namespace(Node name) => new()
    {
        { "namespaceSelector", new Mapping { { "matchLabels", new Mapping { { "kubernetes.io/metadata.name", name } } } } },
    };

    public static Mapping Block(Node range, params string[] except) => new()
    {
        { "ipBlock", new Mapping { { "cidr", range }, { "except", except.Length == 0 ? null : Resources.Texts(except) } } },
    };

    public static Mapping Port(string protocol, int port) => new() { { "protocol", protocol }, { "port", port } };

    /// <summary>Matches the pods of a namespace.</summary>
    public static Mapping CiliumNamespace(Node name) => new() { { "matchLabels", new Mapping { { CiliumNamespaceLabel, name } } } };

    /// <summary>Matches every pod: without the expression a namespaced policy would match only its own namespace.</summary>
    public static Mapping CiliumEveryNamespace() => new()
    {
        { "matchExpressions", Sequence.Of(new Mapping { { "key", CiliumNamespaceLabel }, { "operator", "Exists" } }) },
    };

    public static Mapping CiliumPort(string protocol, int port) =>
        new() { { "port", port.ToString(CultureInfo.InvariantCulture) }, { "protocol", protocol } };

    /// <summary>The value of <c>toPorts</c>.</summary>
    public static Sequence CiliumPorts(params IEnumerable<(string Protocol, int Port)> ports) => Sequence.Of(
        new Mapping { { "ports", Sequence.Of(ports.Select(port => CiliumPort(port.Protocol, port.Port))) } });
}
