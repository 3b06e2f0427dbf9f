namespace PlatformGitOps.Generator.Emission;

/// <summary>Parts that every Kubernetes object has.</summary>
internal static class Resources
{
    public static Mapping Object(string apiVersion, string kind, Mapping metadata, Mapping spec) => new()
    {
        { "apiVersion", apiVersion },
        { "kind", kind },
        { "metadata", metadata },
        { "spec", spec },
    };

    public static Mapping Metadata(string name, string? @namespace, Mapping? labels = null, Mapping? annotations = null) => new()
    {
        { "name", name },
        { "namespace", @namespace },
        { "labels", labels },
        { "annotations", annotations },
    };

    /// <summary>A kustomization.yaml.</summary>
    public static Mapping Kustomization(IEnumerable<string> resources) => new()
    {
        { "apiVersion", "kustomize.config.k8s.io/v1beta1" },
        { "kind", "Kustomization" },
        { "resources", Texts(resources) },
    };

    /// <summary>A kustomization.yaml of a Component.</summary>
    public static Mapping Component(IReadOnlyCollection<string> resources, Sequence? patches = null) => new()
    {
        { "apiVersion", "kustomize.config.k8s.io/v1alpha1" },
        { "kind", "Component" },
        { "resources", resources.Count == 0 ? null : Texts(resources) },
        { "patches", patches },
    };

    public static Sequence Texts(params IEnumerable<string> texts) => Sequence.Of(texts.Select(text => (Node)text));

    /// <summary>A reference by name alone; null for none.</summary>
    public static Mapping? Reference(DomainName? name) => name is null ? null : new Mapping { { "name", name.Text } };

    /// <summary>An entry of a kustomization's patches; a patch is YAML text inside of YAML.</summary>
    public static Node Patch(Mapping patch) => new Mapping { { "patch", YamlWriter.WriteFragment(patch) } };
}
