using System.Collections.Immutable;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>What to build: a folder, and what a Flux Kustomization adds to its kustomization.yaml.</summary>
/// <param name="Folder">Relative to the root, with forward slashes.</param>
public sealed record BuildRequest(string Folder)
{
    /// <summary>Folders of Components, relative to <see cref="Folder"/> (<c>spec.components</c>).</summary>
    public ImmutableArray<string> Components { get; init; } = [];

    /// <summary>Set on every namespaced object (<c>spec.targetNamespace</c>).</summary>
    public string? Namespace { get; init; }

    /// <summary>Applied last (<c>spec.patches</c>).</summary>
    public Sequence? Patches { get; init; }
}
