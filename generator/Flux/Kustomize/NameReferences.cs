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
        ("ClusterRoleBinding", "ClusterRole", "roleRef/name"), ("RoleBinding", "ServiceAccount", "subjects"),
        ("ClusterRoleBinding", "ServiceAccount", "subjects"), ("ServiceAccount", "Secret", "imagePullSecrets/name"),
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
        var referrals = new Referrals(resources.Items, name);
        for (var index = 0; index < resources.Items.Count; index++)
        {
            var resource = resources.Items[index];
            var body = References(resource.Kind)
                .Concat(more.Where(row => row.From == resource.Kind || row.From.Length == 0)
                    .Select(row => (row.Kind, row.Path.Split('/'))))
                .Aggregate(resource.Body, (body, reference) => (Mapping)FieldPath.Change(body, reference.Item2, node => node switch
                {
                    Scalar scalar when referrals.Find(reference.Item1, scalar.Value, resource) is { } other =>
                        scalar with { Value = other.Now },
                    Mapping subject when subject.TextAt("name") is { } text
                        && referrals.Find(reference.Item1, text, resource, subject.TextAt("namespace")) is { } other =>
                        Named(subject, other),
                    _ => node,
                }));
            var now = name(resource);
            resources.Replace(index, now == resource.Name ? resource with { Body = body }
                : resource.Renamed(body.SetAt(["metadata", "name"],
                    (resource.Body.At("metadata", "name") as Scalar)! with { Value = now })));
        }
    }

    /// <summary>A reference that names the namespace too, such as a subject of a RoleBinding.</summary>
    private static Mapping Named(Mapping reference, Referral other)
    {
        var named = reference.Set("name", (reference["name"] as Scalar)! with { Value = other.Now });
        return other.Resource.Namespace is { Length: > 0 } home && home != reference.TextAt("namespace")
            ? named.Set("namespace", home) : named;
    }

    /// <param name="Resource">What is referred to.</param>
    /// <param name="Now">Its new name.</param>
    private sealed record Referral(Manifest Resource, string Now);

    /// <summary>What a reference may mean, as kustomize decides it (nameref.go).</summary>
    private sealed class Referrals
    {
        private readonly Dictionary<(string Kind, string Name), List<Referral>> byName = [];
        private readonly HashSet<string> firstNamespaces;

        public Referrals(IReadOnlyCollection<Manifest> resources, Func<Manifest, string> name)
        {
            firstNamespaces = [.. resources.Select(First)];
            foreach (var resource in resources)
            {
                var referral = new Referral(resource, name(resource));
                foreach (var key in resource.Earlier.Append(resource.Id).Select(id => (id.Kind, id.Name)).Distinct())
                {
                    if (!byName.TryAdd(key, [referral]))
                    {
                        byName[key].Add(referral);
                    }
                }
            }
        }

        /// <param name="kind">The kind that is referred to.</param>
        /// <param name="text">What the reference says.</param>
        /// <param name="referrer">The object that refers.</param>
        /// <param name="inNamespace">Its namespace, where the reference says it.</param>
        /// <returns>Null where the reference means no object of the build, or several.</returns>
        public Referral? Find(string kind, string text, Manifest referrer, string? inNamespace = null)
        {
            if (!byName.TryGetValue((kind, text), out var candidates))
            {
                return null;
            }

            // An account may be referred to from elsewhere, and an object without a namespace may refer to everything.
            var found = candidates.Where(candidate => (referrer.IsClusterScoped || candidate.Resource.IsClusterScoped
                    || kind == "ServiceAccount" || Effective(candidate.Resource.Namespace) == Effective(referrer.Namespace))
                && (inNamespace is null || inNamespace == (firstNamespaces.Contains(inNamespace) ? First(candidate.Resource)
                    : Effective(candidate.Resource.Namespace)))).ToArray();
            var now = found.Where(candidate => candidate.Resource.Name == text).ToArray();
            found = now.Length > 0 ? now : found;
            var home = found.Where(candidate => Effective(candidate.Resource.Namespace) == Effective(referrer.Namespace)).ToArray();
            found = home.Length > 0 && !referrer.IsClusterScoped ? home : found;
            return found.DistinctBy(candidate => candidate.Now).Count() == 1 ? found[0] : null;
        }

        private static string First(Manifest resource) =>
            Effective(resource.Earlier.IsEmpty ? resource.Namespace : resource.Earlier[0].Namespace);

        private static string Effective(string inNamespace) => inNamespace.Length == 0 ? "default" : inNamespace;
    }

    private static IEnumerable<(string Kind, string[] Path)> References(string kind) =>
        (PodSpec.TryGetValue(kind, out var spec) ? InPods.Select(row => (row.Kind, $"{spec}/{row.Path}".Split('/'))) : [])
        .Concat(OfOtherKinds.Where(row => row.From == kind).Select(row => (row.Kind, row.Path.Split('/'))));
}
