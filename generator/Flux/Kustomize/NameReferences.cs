namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>Name prefix and suffix, and the references that kustomize changes with them (its namereference.go).</summary>
internal static class NameReferences
{
    private static readonly HashSet<string> KeepName = ["CustomResourceDefinition", "APIService", "Namespace"];

    /// <summary>The path of the pod spec in each kind.</summary>
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

    /// <summary>References in a pod spec.</summary>
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

    /// <summary>References in other kinds, by the referring kind.</summary>
    private static readonly (string From, string Kind, string Path)[] OfOtherKinds =
    [
        .. new[] { "Deployment", "StatefulSet", "ReplicaSet", "ReplicationController" }
            .Select(kind => ("HorizontalPodAutoscaler", kind, "spec/scaleTargetRef/name")),
        .. from role in new[] { "Role", "ClusterRole" }
           from kind in new[] { "ConfigMap", "Secret" }
           select (role, kind, "rules/resourceNames"),
        ("RoleBinding", "Role", "roleRef/name"), ("RoleBinding", "ClusterRole", "roleRef/name"),
        ("ClusterRoleBinding", "ClusterRole", "roleRef/name"), ("RoleBinding", "ServiceAccount", "subjects/name"),
        ("ClusterRoleBinding", "ServiceAccount", "subjects/name"), ("ServiceAccount", "Secret", "imagePullSecrets/name"),
        ("StatefulSet", "Service", "spec/serviceName"), ("Ingress", "Secret", "spec/tls/secretName"),
        ("Ingress", "Service", "spec/rules/http/paths/backend/service/name"), ("Ingress", "Service", "spec/defaultBackend/service/name"),
        ("Ingress", "Service", "spec/rules/http/paths/backend/serviceName"), ("Ingress", "Service", "spec/backend/serviceName"),
        ("PersistentVolumeClaim", "PersistentVolume", "spec/volumeName"), ("PersistentVolume", "Secret", "spec/azureFile/secretName"),
        ("PersistentVolumeClaim", "StorageClass", "spec/storageClassName"), ("PersistentVolume", "StorageClass", "spec/storageClassName"),
        ("StatefulSet", "StorageClass", "spec/volumeClaimTemplates/spec/storageClassName"),
        ("ValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicy", "spec/policyName"),
    ];

    /// <summary>References from a <c>configurations</c> file: the referring kind, the kind of the target, and the path.</summary>
    /// <exception cref="NotSupportedException">The file says something else.</exception>
    public static IEnumerable<(string From, string Kind, string Path)> Of(Mapping configuration)
    {
        foreach (var other in configuration.Where(entry => entry.Key is not ("nameReference" or "varReference")))
        {
            throw new NotSupportedException($"'{other.Key}' of configurations");
        }

        return from reference in configuration.MappingsAt("nameReference")
               from field in reference.MappingsAt("fieldSpecs")
               select (field.TextAt("kind") ?? "", reference.TextAt("kind") ?? "", field.TextAt("path") ?? "");
    }

    /// <summary>Adds prefix and suffix to names and references.</summary>
    public static void Rename(ResourceList resources, string prefix, string suffix, IReadOnlyList<(string, string, string)> more) =>
        Rename(resources, more, resource => KeepName.Contains(resource.Kind) ? resource.Name : prefix + resource.Name + suffix);

    /// <summary>Appends the hashes of generated objects, and updates the references to their earlier names.</summary>
    public static void AppendHashes(ResourceList resources, IReadOnlyList<(string, string, string)> more)
    {
        if (resources.Items.Any(resource => resource.NeedsHash || !resource.Earlier.IsEmpty))
        {
            Rename(resources, more, resource => resource.NeedsHash ? $"{resource.Name}-{Generators.Hash(resource)}" : resource.Name);
            NameServices(resources);
        }
    }

    /// <summary>A webhook or an APIService refers to its Service by name and namespace.</summary>
    private static void NameServices(ResourceList resources)
    {
        for (var index = 0; index < resources.Items.Count; index++)
        {
            var resource = resources.Items[index];
            if (resource.Kind is "ValidatingWebhookConfiguration" or "MutatingWebhookConfiguration"
                && resource.Body["webhooks"] is Sequence webhooks)
            {
                var items = webhooks.Items.Select(item =>
                    item is Mapping webhook ? WithService(webhook, resources, "clientConfig", "service") : item);
                resources.Replace(index, resource with { Body = resource.Body.Set("webhooks", webhooks with { Items = [.. items] }) });
            }
            else if (resource.Kind == "APIService")
            {
                resources.Replace(index, resource with { Body = WithService(resource.Body, resources, "spec", "service") });
            }
        }
    }

    private static Mapping WithService(Mapping owner, ResourceList resources, params string[] path) =>
        owner.At(path) is Mapping named && resources.Items.Find(other => other.IsOrWas(
            new ResourceId(named.TextAt("namespace") ?? "", named.TextAt("name") ?? "", "", "Service"))) is { } service
                ? owner.SetAt(path, named.Set("name", service.Name).Set("namespace", service.Namespace)) : owner;

    private static void Rename(ResourceList resources, IReadOnlyList<(string From, string Kind, string Path)> more,
        Func<Manifest, string> name)
    {
        var renamed = new Dictionary<(string Kind, string Namespace, string Name), string>();
        foreach (var resource in resources.Items)
        {
            renamed.TryAdd((resource.Kind, resource.Namespace, resource.Name), name(resource));
        }

        foreach (var resource in resources.Items)
        {
            foreach (var earlier in resource.Earlier)
            {
                renamed.TryAdd((resource.Kind, resource.Namespace, earlier.Name), name(resource));
            }
        }

        for (var index = 0; index < resources.Items.Count; index++)
        {
            var resource = resources.Items[index];
            var body = References(resource.Kind)
                .Concat(more.Where(row => row.From == resource.Kind || row.From.Length == 0)
                    .Select(row => (row.Kind, row.Path.Split('/'))))
                .Aggregate(resource.Body, (body, reference) => (Mapping)FieldPath.Change(body, reference.Item2, node =>
                    node is Scalar { Value: var text } scalar
                    && (renamed.GetValueOrDefault((reference.Item1, resource.Namespace, text))
                        ?? (Manifest.HasNoNamespace(reference.Item1) ? renamed.GetValueOrDefault((reference.Item1, "", text)) : null))
                        is { } other ? scalar with { Value = other } : node));
            var now = name(resource);
            resources.Replace(index, now == resource.Name ? resource with { Body = body }
                : resource.Renamed(body.SetAt(["metadata", "name"],
                    (resource.Body.At("metadata", "name") as Scalar)! with { Value = now })));
        }
    }

    private static IEnumerable<(string Kind, string[] Path)> References(string kind) =>
        (PodSpec.TryGetValue(kind, out var spec) ? InPods.Select(row => (row.Kind, $"{spec}/{row.Path}".Split('/'))) : [])
        .Concat(OfOtherKinds.Where(row => row.From == kind).Select(row => (row.Kind, row.Path.Split('/'))));
}
