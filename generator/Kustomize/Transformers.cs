using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>What a kustomization.yaml sets on every object.</summary>
internal static class Transformers
{
    // They name a namespace a second time, which kustomize follows and this does not.
    private static readonly HashSet<string> RefersToNamespaces = new(StringComparer.Ordinal)
    {
        "RoleBinding", "ClusterRoleBinding", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService",
    };

    /// <exception cref="FormatException">An object names its namespace in more than one place.</exception>
    public static Resource WithNamespace(Resource resource, string @namespace)
    {
        if (RefersToNamespaces.Contains(resource.Kind))
        {
            throw new FormatException($"'namespace' over {resource.Id.Spoken} is not understood here; write the namespace into the object");
        }

        return resource.Kind == "Namespace" && resource.Group.Length == 0
            ? resource with { Body = resource.Body.SetAt(["metadata", "name"], @namespace) }
            : ClusterScoped.Has(resource.Kind) ? resource : resource with { Body = resource.Body.SetAt(["metadata", "namespace"], @namespace) };
    }

    /// <exception cref="FormatException">The labels are to go elsewhere than into the metadata.</exception>
    public static Resource WithLabels(Resource resource, Mapping labels)
    {
        if (labels.Entries.FirstOrDefault(entry => entry.Key != "pairs" && (entry.Value as Scalar)?.Value != "false") is { } other)
        {
            throw new FormatException($"'labels.{other.Key}' is not understood here");
        }

        foreach (var pair in (labels["pairs"] as Mapping)?.Entries ?? [])
        {
            resource = resource with { Body = resource.Body.SetAt(["metadata", "labels", pair.Key], pair.Value) };
        }

        return resource;
    }
}
