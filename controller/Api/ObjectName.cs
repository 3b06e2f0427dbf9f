using k8s.Models;

namespace PlatformGitOps.Controller.Api;

/// <summary>The namespace and name of one object; the namespace is null for kinds that have none.</summary>
internal readonly record struct ObjectName(string? Namespace, string Name)
{
    /// <summary>Reads <c>namespace/name</c>, the form of logs and command lines.</summary>
    public static bool TryParse(string text, out ObjectName name)
    {
        var parts = text.Split('/');
        name = parts.Length == 2 ? new ObjectName(parts[0], parts[1]) : default;
        return parts.Length == 2 && parts[0].Length > 0 && parts[1].Length > 0;
    }

    public override string ToString() => Namespace is null ? Name : $"{Namespace}/{Name}";
}

/// <summary>What the models of the package lack.</summary>
internal static class ObjectExtensions
{
    public static ObjectName FullName(this IMetadata<V1ObjectMeta> item) => new(item.Metadata.NamespaceProperty, item.Metadata.Name);

    /// <summary>The status ("True", "False", "Unknown") of a condition; null when the pod does not have it.</summary>
    public static string? ConditionStatus(this V1Pod pod, string type) =>
        pod.Status?.Conditions?.FirstOrDefault(condition => condition.Type == type)?.Status;

    /// <summary>The port that the pods listen on, where it is a number.</summary>
    public static int? TargetNumber(this V1ServicePort port) =>
        port.TargetPort?.Value is not { } target ? port.Port : int.TryParse(target, out var number) ? number : null;
}
