namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>Transformations of all objects, in kustomize's order: namespace, prefix, suffix, labels, images.</summary>
internal static class Transformers
{
    /// <exception cref="FormatException">kustomize refuses a member.</exception>
    public static void Apply(Mapping kustomization, ResourceList resources, IReadOnlyList<(string, string, string)> references)
    {
        var (prefix, suffix) = (kustomization.TextAt("namePrefix") ?? "", kustomization.TextAt("nameSuffix") ?? "");
        if (kustomization.TextAt("namespace") is { Length: > 0 } name)
        {
            var accounts = resources.Items.Where(resource => resource.Kind == "ServiceAccount")
                .Select(resource => (InDefault(resource.Namespace), resource.Name)).ToHashSet();
            Each(resources, resource => WithNamespace(resource, name, accounts));
        }

        if (prefix.Length + suffix.Length > 0)
        {
            NameReferences.Rename(resources, prefix, suffix, references);
        }

        foreach (var labels in kustomization.MappingsAt("labels"))
        {
            Each(resources, resource => WithLabels(resource, labels));
        }

        if (kustomization["commonLabels"] is Mapping common)
        {
            var pairs = MetadataTexts.OfPairs(common);
            Each(resources, resource => WithPairs(resource, pairs, CommonPaths.Labels(selectors: true, templates: true)));
        }

        if (kustomization["commonAnnotations"] is Mapping annotations)
        {
            var pairs = MetadataTexts.OfPairs(annotations);
            Each(resources, resource => WithPairs(resource, pairs, CommonPaths.Annotations));
        }

        foreach (var replicas in kustomization.MappingsAt("replicas"))
        {
            SetReplicas(resources, replicas);
        }

        foreach (var image in kustomization.MappingsAt("images"))
        {
            var pattern = GoRegex.Whole($"({image.TextAt("name")})(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?");
            Each(resources, resource => pattern is null || resource.Kind == "CustomResourceDefinition"
                ? resource
                : resource with { Body = (Mapping)WithImage(resource.Body, pattern, image) });
        }
    }

    private static void Each(ResourceList resources, Func<Manifest, Manifest> change)
    {
        for (var index = 0; index < resources.Items.Count; index++)
        {
            resources.Replace(index, change(resources.Items[index]));
        }
    }

    private static readonly string[] ConversionNamespace = ["spec", "conversion", "webhook", "clientConfig", "service", "namespace"];

    private static Manifest WithNamespace(Manifest resource, string @namespace, HashSet<(string Namespace, string Name)> accounts)
    {
        var body = (resource.Kind, resource.Body) switch
        {
            ("RoleBinding" or "ClusterRoleBinding", var binding) => WithSubjects(binding, @namespace, accounts),
            ("APIService", var service) => service.SetAt(["spec", "service", "namespace"], @namespace),
            ("CustomResourceDefinition", var definition) when definition.At(ConversionNamespace) is not null
                => definition.SetAt(ConversionNamespace, @namespace),
            (_, var other) => other,
        };
        return resource.Kind == "Namespace" && resource.Group.Length == 0
            ? resource.Renamed(body.SetAt(["metadata", "name"], @namespace))
            : resource.IsClusterScoped ? resource with { Body = body }
            : resource.Namespace == @namespace ? resource with { Body = body }
            : resource.Renamed(body.SetAt(["metadata", "namespace"], @namespace));
    }

    /// <summary>kustomize changes the namespace of subjects named default, and of ServiceAccounts in this build.</summary>
    private static Mapping WithSubjects(Mapping binding, string @namespace, HashSet<(string Namespace, string Name)> accounts) =>
        binding["subjects"] is not Sequence subjects ? binding : binding.Set("subjects", subjects with
        {
            Items =
            [
                .. subjects.Items.Select(item => item is Mapping subject && (subject.TextAt("name") == "default"
                    || (subject.TextAt("kind") == "ServiceAccount"
                        && accounts.Contains((InDefault(subject.TextAt("namespace") ?? ""), subject.TextAt("name") ?? ""))))
                    ? subject.Set("namespace", @namespace) : item),
            ],
        });

    private static string InDefault(string @namespace) => @namespace.Length == 0 ? "default" : @namespace;

    private static Manifest WithLabels(Manifest resource, Mapping labels)
    {
        var selectors = labels.TextAt("includeSelectors") == "true";
        return WithPairs(resource, MetadataTexts.OfPairs(labels["pairs"] as Mapping ?? []),
            CommonPaths.Labels(selectors, selectors || labels.TextAt("includeTemplates") == "true")
                .Concat(labels.MappingsAt("fields").Select(field => new CommonPath(
                    field.TextAt("kind") is { Length: > 0 } kind ? [kind] : [],
                    (field.TextAt("path") ?? "").Split('/'),
                    field.TextAt("create") == "true"))));
    }

    private static Manifest WithPairs(Manifest resource, Mapping pairs, IEnumerable<CommonPath> paths) => resource with
    {
        Body = paths.Where(path => path.Kinds.Length == 0 || path.Kinds.Contains(resource.Kind))
            .Aggregate(resource.Body, (body, path) => (Mapping)WithPairs(body, path.Parts, path.Creates, pairs)),
    };

    /// <summary>Adds pairs to the mapping at a path; in a list the path continues in each item.</summary>
    private static Node WithPairs(Node node, ReadOnlySpan<string> path, bool creates, Mapping pairs)
    {
        if (node is Sequence sequence)
        {
            var items = sequence.Items;
            for (var index = 0; index < items.Length; index++)
            {
                items = items.SetItem(index, WithPairs(items[index], path, creates, pairs));
            }

            return sequence with { Items = items };
        }

        return node is not Mapping mapping ? node
            : path.IsEmpty ? pairs.Aggregate(mapping, (changed, pair) => changed.Set(pair.Key, pair.Value))
            : mapping[path[0]] is { } child and not Scalar { IsNull: true }
                ? mapping.Set(path[0], WithPairs(child, path[1..], creates, pairs))
            : creates ? mapping.Set(path[0], WithPairs(new Mapping(), path[1..], creates, pairs))
            : mapping;
    }

    private static void SetReplicas(ResourceList resources, Mapping replicas)
    {
        var name = replicas.TextAt("name") ?? "";
        var found = false;
        Each(resources, resource =>
        {
            if (resource.Kind is not ("Deployment" or "StatefulSet" or "ReplicaSet" or "ReplicationController")
                || (resource.Name != name && !resource.Earlier.Any(earlier => earlier.Name == name)))
            {
                return resource;
            }

            found = true;
            return resource with { Body = resource.Body.SetAt(["spec", "replicas"], replicas["count"] ?? 0) };
        });
        if (!found)
        {
            throw new FormatException($"'replicas' names {name}, which is not a workload with replicas here");
        }
    }

    /// <summary>kustomize changes images in all lists of this name, also in custom resources.</summary>
    private static Node WithImage(Node node, Regex pattern, Mapping image) => node switch
    {
        Mapping mapping => new Mapping(mapping.Entries.Select(entry => entry with
        {
            Value = entry is { Key: "containers" or "initContainers", Value: Sequence containers }
                ? containers with
                {
                    Items = [.. containers.Items.Select(item => item is Mapping container
                    ? WithImageOf(container, pattern, image) : item)]
                }
                : WithImage(entry.Value, pattern, image),
        }))
        {
            Position = mapping.Position,
            File = mapping.File,
        },
        Sequence sequence => sequence with { Items = [.. sequence.Items.Select(item => WithImage(item, pattern, image))] },
        _ => node,
    };

    private static Mapping WithImageOf(Mapping container, Regex pattern, Mapping image)
    {
        if (container["image"] is not Scalar old || !pattern.IsMatch(old.Value))
        {
            return container;
        }

        var digestAt = old.Value.IndexOf('@', StringComparison.Ordinal);
        var tagged = digestAt < 0 ? old.Value : old.Value[..digestAt];
        var colon = tagged.IndexOf(':', tagged.LastIndexOf('/') + 1);
        var name = image.TextAt("newName") ?? (colon < 0 ? tagged : tagged[..colon]);
        var version = (image.TextAt("newTag"), image.TextAt("digest")) switch
        {
            (null, null) => old.Value[(colon < 0 ? tagged.Length : colon)..],
            ({ } tag, { } digest) => $":{tag}@{digest}",
            ({ } tag, null) => $":{tag}",
            (null, { } digest) => $"@{digest}",
        };
        return container.Set("image", old with { Value = name + version, IsText = true });
    }
}

/// <summary>A field for common labels or annotations.</summary>
/// <param name="Kinds">The kinds with the path; empty for all.</param>
/// <param name="Parts">The keys of the path.</param>
/// <param name="Creates">True to create a missing mapping.</param>
internal sealed record CommonPath(string[] Kinds, string[] Parts, bool Creates);

/// <summary>kustomize's lists (api/internal/konfig/builtinpluginconsts, commonlabels.go and commonannotations.go).</summary>
internal static class CommonPaths
{
    private const string Template = "spec/template/metadata";
    private const string CronTemplate = "spec/jobTemplate/spec/template/metadata";

    private static readonly string[] WithTemplates =
        ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet", "Job", "ReplicationController"];

    private static readonly string[] Selecting = ["Deployment", "ReplicaSet", "DaemonSet", "StatefulSet"];

    public static readonly CommonPath[] Annotations =
    [
        Of("", "metadata/annotations", true),
        .. WithTemplates.Select(kind => Of(kind, $"{Template}/annotations", true)),
        Of("CronJob", "spec/jobTemplate/metadata/annotations", true),
        Of("CronJob", $"{CronTemplate}/annotations", true),
    ];

    private static readonly CommonPath[] Own = [Of("", "metadata/labels", true)];

    private static readonly CommonPath[] Templates =
    [
        .. WithTemplates.Select(kind => Of(kind, $"{Template}/labels", true)),
        Of("CronJob", "spec/jobTemplate/metadata/labels", true),
        Of("CronJob", $"{CronTemplate}/labels", true),
        Of("StatefulSet", "spec/volumeClaimTemplates/metadata/labels", true),
    ];

    private static readonly CommonPath[] Selectors =
    [
        Of("Service", "spec/selector", true),
        Of("ReplicationController", "spec/selector", true),
        .. Selecting.Select(kind => Of(kind, "spec/selector/matchLabels", true)),
        Of("Job", "spec/selector/matchLabels", false),
        Of("CronJob", "spec/jobTemplate/spec/selector/matchLabels", false),
        Of("PodDisruptionBudget", "spec/selector/matchLabels", false),
        Of("NetworkPolicy", "spec/podSelector/matchLabels", false),
        Of("NetworkPolicy", "spec/ingress/from/podSelector/matchLabels", false),
        Of("NetworkPolicy", "spec/egress/to/podSelector/matchLabels", false),
        .. from kind in new[] { "Deployment", "StatefulSet" }
           from place in new[]
           {
               "affinity/podAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
               "affinity/podAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
               "affinity/podAntiAffinity/preferredDuringSchedulingIgnoredDuringExecution/podAffinityTerm/labelSelector/matchLabels",
               "affinity/podAntiAffinity/requiredDuringSchedulingIgnoredDuringExecution/labelSelector/matchLabels",
               "topologySpreadConstraints/labelSelector/matchLabels",
           }
           select Of(kind, $"spec/template/spec/{place}", false),
    ];

    public static IEnumerable<CommonPath> Labels(bool selectors, bool templates) =>
        Own.Concat(templates ? Templates : []).Concat(selectors ? Selectors : []);

    private static CommonPath Of(string kind, string path, bool creates) => new(kind.Length == 0 ? [] : [kind], path.Split('/'), creates);
}
