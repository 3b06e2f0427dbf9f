using PlatformGitOps.Controller.Api;
using PlatformGitOps.Controller.Configuration;

namespace PlatformGitOps.Acceptance.Criteria.Health;

/// <summary>The controller's objects in the rendered tree.</summary>
internal static class ControllerInTree
{
    internal const string Name = "dns-health-controller";

    internal const string User = "system:serviceaccount:kube-system:" + Name;

    internal static ControllerOptions Config(RenderedCluster tree)
    {
        var name = Pod(tree).Parts("spec.volumes").Select(volume => volume.Text("configMap.name")).Single(text => text is not null);
        return ConfigFile.Read(Find(tree, "ConfigMap", name).Map("data")["config.yaml"]);
    }

    internal static Resource Pod(RenderedCluster tree) =>
        Find(tree, "Deployment").Part("spec.template") ?? throw new MissingException("the Deployment has no pod template");

    internal static Resource Container(RenderedCluster tree) => Pod(tree).Parts("spec.containers").Single();

    internal static Resource Find(RenderedCluster tree, string kind, string? name = Name) =>
        tree.HealthController.FirstOrDefault(resource => resource.Kind == kind && resource.Name == name)
        ?? throw new MissingException($"{kind} {name} does not exist");

    internal static IEnumerable<RequiredAccess> Everywhere(RenderedCluster tree) =>
        tree.Definition.HealthController!.EndpointSliceNetworks.IsEmpty
            ? RequiredAccess.WatchedNamespaces
            : RequiredAccess.WatchedNamespaces.Concat(RequiredAccess.ForEndpointSlices);

    /// <summary>The namespaces that it watches; a single null if it watches all.</summary>
    internal static IReadOnlyList<string?> Places(RenderedCluster tree) =>
        tree.Definition.HealthController!.Namespaces is { IsEmpty: false } names ? [.. names.Select(name => name.Text)] : [null];

    /// <summary>A Role or its binding in a namespace, or the cluster-wide ones if the namespace is null.</summary>
    internal static Resource Everywhere(RenderedCluster tree, string kind, string? place)
    {
        var (whole, name) = place is null ? ($"Cluster{kind}", Name) : (kind, $"{Name}-checks");
        return tree.HealthController.SingleOrDefault(
            resource => resource.Kind == whole && resource.Name == name && resource.Namespace == place)
            ?? throw new MissingException($"{whole} {(place is null ? "" : place + "/")}{name} does not exist");
    }
}
