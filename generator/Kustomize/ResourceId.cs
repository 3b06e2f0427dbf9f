namespace PlatformGitOps.Generator.Kustomize;

/// <summary>What makes an object the same object for Flux: everything but its version.</summary>
/// <param name="Namespace">Empty for an object of the whole cluster.</param>
/// <param name="Name">Its name.</param>
/// <param name="Group">Empty for the core group.</param>
/// <param name="Kind">Its kind.</param>
public readonly record struct ResourceId(string Namespace, string Name, string Group, string Kind)
{
    /// <summary>As it stands in the inventory of a Flux Kustomization: <c>namespace_name_group_kind</c>.</summary>
    // Names of RBAC objects may hold a colon, which an inventory writes as two underscores (cli-utils, ObjMetadata).
    public override string ToString() => $"{Namespace}_{Name.Replace(":", "__", StringComparison.Ordinal)}_{Group}_{Kind}";

    /// <summary>As people write it: <c>Kind namespace/name</c>.</summary>
    public string Spoken => Namespace.Length == 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
