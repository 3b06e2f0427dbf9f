using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>What a kustomization.yaml changes in every object, in kustomize's order: namespace, prefix, suffix, labels, images.</summary>
internal static class Transformers
{
    // They refer to a namespace, which kustomize changes too and this resolver does not.
    private static readonly HashSet<string> RefersToNamespaces = new(StringComparer.Ordinal)
    {
        "RoleBinding", "ClusterRoleBinding", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService",
    };

    /// <exception cref="FormatException">An object or a member is not supported.</exception>
    public static void Apply(Mapping kustomization, ResourceList resources)
    {
        var (prefix, suffix) = (kustomization.TextAt("namePrefix") ?? "", kustomization.TextAt("nameSuffix") ?? "");
        if (kustomization.TextAt("namespace") is { Length: > 0 } name)
        {
            Each(resources, resource => WithNamespace(resource, name));
        }

        if (prefix.Length + suffix.Length > 0)
        {
            NameReferences.Rename(resources, prefix, suffix);
        }

        foreach (var labels in kustomization.MappingsAt("labels"))
        {
            Each(resources, resource => WithLabels(resource, labels));
        }

        foreach (var image in kustomization.MappingsAt("images"))
        {
            var pattern = GoRegex.Whole($"({image.TextAt("name")})(:[a-zA-Z0-9_.{{}}-]*)?(@sha256:[a-zA-Z0-9_.{{}}-]*)?");
            Each(resources, resource => pattern is null || resource.Kind == "CustomResourceDefinition"
                ? resource
                : resource with { Body = (Mapping)WithImage(resource.Body, pattern, image) });
        }
    }

    private static void Each(ResourceList resources, Func<Resource, Resource> change)
    {
        for (var index = 0; index < resources.Items.Count; index++)
        {
            resources.Replace(index, change(resources.Items[index]));
        }
    }

    private static Resource WithNamespace(Resource resource, string @namespace)
    {
        if (RefersToNamespaces.Contains(resource.Kind))
        {
            throw new FormatException($"'namespace' over {resource.Id.Spoken} is not supported here; write the namespace into the object");
        }

        return resource.Kind == "Namespace" && resource.Group.Length == 0
            ? resource with { Body = resource.Body.SetAt(["metadata", "name"], @namespace) }
            : resource.IsClusterScoped ? resource
            : resource with { Body = resource.Body.SetAt(["metadata", "namespace"], @namespace) };
    }

    private static Resource WithLabels(Resource resource, Mapping labels)
    {
        if (labels.Entries.FirstOrDefault(entry => entry.Key != "pairs" && (entry.Value as Scalar)?.Value != "false") is { } other)
        {
            throw new FormatException($"'labels.{other.Key}' is not supported here");
        }

        var body = labels.EntriesAt("pairs").Aggregate(resource.Body, (body, pair) =>
            body.SetAt(["metadata", "labels", pair.Key], pair.Value));
        return resource with { Body = body };
    }

    /// <summary>kustomize changes images in every list of this name, also in custom resources.</summary>
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
