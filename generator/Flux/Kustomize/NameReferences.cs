using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>Prefix and suffix of names, and the references that kustomize changes with them (its namereference.go).</summary>
internal static class NameReferences
{
    private static readonly HashSet<string> KeepName = ["CustomResourceDefinition", "APIService", "Namespace"];

    /// <summary>Where a pod's spec is.</summary>
    private static readonly Dictionary<string, string> PodSpec = new(StringComparer.Ordinal)
    {
        ["Pod"] = "spec",
        ["Deployment"] = "spec/template/spec",
        ["StatefulSet"] = "spec/template/spec",
        ["DaemonSet"] = "spec/template/spec",
        ["ReplicaSet"] = "spec/template/spec",
        ["Job"] = "spec/template/spec",
        ["CronJob"] = "spec/jobTemplate/spec/template/spec",
    };

    /// <summary>References in a pod's spec.</summary>
    private static readonly (string Kind, string Path)[] InPods =
    [
        ("ConfigMap", "volumes/configMap/name"), ("ConfigMap", "volumes/projected/sources/configMap/name"),
        ("ConfigMap", "containers/env/valueFrom/configMapKeyRef/name"), ("ConfigMap", "containers/envFrom/configMapRef/name"),
        ("ConfigMap", "initContainers/env/valueFrom/configMapKeyRef/name"), ("ConfigMap", "initContainers/envFrom/configMapRef/name"),
        ("Secret", "volumes/secret/secretName"), ("Secret", "volumes/projected/sources/secret/name"), ("Secret", "imagePullSecrets/name"),
        ("Secret", "containers/env/valueFrom/secretKeyRef/name"), ("Secret", "containers/envFrom/secretRef/name"),
        ("Secret", "initContainers/env/valueFrom/secretKeyRef/name"), ("Secret", "initContainers/envFrom/secretRef/name"),
        ("ServiceAccount", "serviceAccountName"), ("PriorityClass", "priorityClassName"),
        ("PersistentVolumeClaim", "volumes/persistentVolumeClaim/claimName"),
    ];

    /// <summary>References elsewhere, by the kind that refers.</summary>
    private static readonly (string From, string Kind, string Path)[] Elsewhere =
    [
        ("HorizontalPodAutoscaler", "Deployment", "spec/scaleTargetRef/name"),
            ("HorizontalPodAutoscaler", "StatefulSet", "spec/scaleTargetRef/name"),
        ("RoleBinding", "Role", "roleRef/name"), ("RoleBinding", "ClusterRole", "roleRef/name"),
        ("ClusterRoleBinding", "ClusterRole", "roleRef/name"), ("RoleBinding", "ServiceAccount", "subjects/name"),
        ("ClusterRoleBinding", "ServiceAccount", "subjects/name"), ("ServiceAccount", "Secret", "imagePullSecrets/name"),
        ("StatefulSet", "Service", "spec/serviceName"), ("Ingress", "Secret", "spec/tls/secretName"),
        ("Ingress", "Service", "spec/rules/http/paths/backend/service/name"), ("Ingress", "Service", "spec/defaultBackend/service/name"),
        ("PersistentVolumeClaim", "PersistentVolume", "spec/volumeName"),
            ("PersistentVolumeClaim", "StorageClass", "spec/storageClassName"),
    ];

    public static void Rename(ResourceList resources, string prefix, string suffix)
    {
        var renamed = resources.Items.Where(resource => !KeepName.Contains(resource.Kind))
            .Select(resource => (resource.Kind, resource.Namespace, resource.Name)).ToHashSet();
        for (var index = 0; index < resources.Items.Count; index++)
        {
            var resource = resources.Items[index];
            var body = References(resource.Kind)
                .Aggregate(resource.Body, (body, reference) => (Mapping)Changed(body, reference.Path, name =>
                renamed.Contains((reference.Kind, resource.Namespace, name)) || renamed.Contains((reference.Kind, "", name)) ? prefix +
                    name + suffix : name));
            var own = resource.Body.At("metadata", "name") as Scalar;
            body = KeepName.Contains(resource.Kind) || own is null
                ? body
                : body.SetAt(["metadata", "name"], own with { Value = prefix + own.Value + suffix });
            resources.Replace(index, resource with { Body = body });
        }
    }

    private static IEnumerable<(string Kind, string[] Path)> References(string kind) =>
        (PodSpec.TryGetValue(kind, out var spec) ? InPods.Select(row => (row.Kind, $"{spec}/{row.Path}".Split('/'))) : [])
        .Concat(Elsewhere.Where(row => row.From == kind).Select(row => (row.Kind, row.Path.Split('/'))));

    /// <summary>Changes the text at a path of keys; a list on the way stands for each of its items.</summary>
    private static Node Changed(Node node, ReadOnlySpan<string> path, Func<string, string> change)
    {
        switch (node)
        {
            case Scalar scalar when path.IsEmpty:
                return scalar with { Value = change(scalar.Value) };
            case Mapping mapping when !path.IsEmpty && mapping[path[0]] is { } child:
                return mapping.Set(path[0], Changed(child, path[1..], change));
            case Sequence sequence:
                var items = sequence.Items;
                for (var index = 0; index < items.Length; index++)
                {
                    items = items.SetItem(index, Changed(items[index], path, change));
                }

                return sequence with { Items = items };
            default:
                return node;
        }
    }
}
