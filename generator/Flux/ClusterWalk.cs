using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Flux.Substitution;

namespace PlatformGitOps.Generator.Flux;

/// <summary>
/// Finds the Flux Kustomizations of a cluster, from the cluster's folder to those that it contains, like the cluster itself. The caller
/// builds the folders: <see cref="FluxTree"/> in this process, <c>render</c> with the real kustomize.
/// </summary>
public sealed class ClusterWalk
{
    private static readonly Mapping BootstrapBody = new()
    {
        { "kind", "Kustomization" },
        { "metadata", new Mapping { { "name", Layer.Bootstrap } } },
        { "spec", new Mapping { { "prune", true } } },
    };

    private readonly string cluster;
    private readonly bool strict;
    private readonly Dictionary<(string Kind, string Namespace, string Name), Mapping> known = [];
    private readonly Queue<Manifest> waiting = new();
    private readonly HashSet<ResourceId> seen = [];
    private readonly List<Layer> layers = [];
    private readonly ResourceId source;

    // The tree's folder in its repository, with a slash at its end; empty for the root.
    private readonly string above = "";
    private Layer? current;

    /// <param name="tree">The files of the tree.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="strict">True if an undefined variable fails a Flux Kustomization.</param>
    /// <param name="root">The build of the cluster's folder.</param>
    public ClusterWalk(SourceTree tree, string cluster, bool strict, BuildResult root)
    {
        (Tree, this.cluster, this.strict) = (tree, cluster, strict);
        var folder = Layout.ClusterFolder(cluster);
        Remember(root.Resources);
        var kustomizations = root.Resources.Where(resource => resource.IsFluxKustomization).ToArray();
        if ((kustomizations.FirstOrDefault(resource => PathOf(resource) == folder)
            ?? kustomizations.FirstOrDefault(resource => PathOf(resource)?.EndsWith($"/{folder}", StringComparison.Ordinal) == true))
            is { } owner)
        {
            (source, above) = (Layer.SourceOf(owner), PathOf(owner)![..^folder.Length]);
            waiting.Enqueue(owner);
        }
        else if (!root.Resources.IsEmpty || !root.Findings.IsEmpty)
        {
            // This repository is the source that most Flux Kustomizations with a folder in it name.
            var inTree = kustomizations.Where(resource => FolderOf(resource) is { } path && tree.HasFolder(path)).Select(Layer.SourceOf)
                .ToArray();
            source = (inTree.Length > 0 ? inTree : [.. kustomizations.Select(Layer.SourceOf)])
                .CountBy(reference => reference).OrderByDescending(pair => pair.Value).FirstOrDefault().Key;
            current = new Layer { Kustomization = new Manifest(BootstrapBody, folder), Folder = folder };
            Apply(root);
        }

        Ignored = known.GetValueOrDefault((source.Kind ?? "", source.Namespace ?? "", source.Name ?? ""))?.TextAt("spec", "ignore");
        Tree = Ignored is null ? tree : tree.Ignoring(Ignored);
    }

    /// <summary>The files that the cluster's source delivers.</summary>
    public SourceTree Tree { get; }

    /// <summary>The <c>spec.ignore</c> of the cluster's source; null if it has none.</summary>
    public string? Ignored { get; }

    public FluxCluster Result => FluxCluster.Of(cluster, layers);

    /// <summary>The next folder to build, or null at the end. Pass the result to <see cref="Apply"/>.</summary>
    public BuildRequest? Next()
    {
        while (waiting.TryDequeue(out var kustomization))
        {
            if (!seen.Add(kustomization.Id))
            {
                continue;
            }

            if (Layer.SourceOf(kustomization) != source || IsBeside(kustomization)
                || (IsPacked && FolderOf(kustomization) is { } missing && !Tree.HasFolder(missing)))
            {
                layers.Add(new Layer { Kustomization = kustomization, Folder = null, IsForeign = true });
            }
            else if (FolderOf(kustomization) is not { } folder || !Tree.HasFolder(folder))
            {
                layers.Add(new Layer { Kustomization = kustomization, Folder = null, BuildFindings = [PathMissing(kustomization)] });
            }
            else
            {
                current = new Layer { Kustomization = kustomization, Folder = folder };
                return BuildRequest.Of(folder, kustomization.Body["spec"] as Mapping);
            }
        }

        return null;
    }

    /// <summary>
    /// True if the source may be an artifact of a part of this repository, with another root: none of its paths is in the tree.
    /// </summary>
    private bool IsPacked => source.Kind != "GitRepository" && !layers.Any(layer => layer is { Folder: not null, IsBootstrap: false });

    /// <summary>Adds the layer of the last request.</summary>
    public void Apply(BuildResult build)
    {
        var kustomization = current!.Kustomization;
        var variables = PostBuild.Collect(kustomization.Body, (kind, @namespace, name) =>
            known.GetValueOrDefault((kind, @namespace, name)));
        var findings = ImmutableArray.CreateBuilder<Finding>();
        var applied = build.Resources.Select(resource =>
        {
            var substituted = ObjectSubstitution.Apply(resource.Body, variables, strict);
            findings.AddRange(substituted.Findings);

            // kustomize-controller sets common metadata on the objects themselves, after substitution.
            return resource with { Body = CommonMetadata.Over(substituted.Manifest, kustomization.Body) };
        }).ToImmutableArray();
        if (!current.IsRemote)
        {
            Remember(applied);
            applied.Where(resource => resource.IsFluxKustomization).ToList().ForEach(waiting.Enqueue);
        }

        layers.Add(current with
        {
            Built = build.Resources,
            BuiltWith = build.Spec,
            Applied = applied,
            Variables = variables,
            BuildFindings = build.Findings,
            BuildWarnings = build.Warnings,
            SubstitutionFindings = findings.ToImmutable(),
        });
    }

    private void Remember(IEnumerable<Manifest> resources)
    {
        foreach (var resource in resources)
        {
            known[(resource.Kind, resource.Namespace, resource.Name)] = resource.Body;
        }
    }

    /// <summary>True for a path in the repository but outside of the tree.</summary>
    private bool IsBeside(Manifest kustomization) => above.Length > 0
        && PathOf(kustomization)?.StartsWith(above, StringComparison.Ordinal) == false;

    /// <summary><c>spec.path</c> relative to the root of the tree; null for a path outside of it.</summary>
    private string? FolderOf(Manifest kustomization) =>
        PathOf(kustomization) is { } path && path.StartsWith(above, StringComparison.Ordinal) ? path[above.Length..] : null;

    /// <summary><c>spec.path</c> relative to the root of the repository.</summary>
    private static string? PathOf(Manifest kustomization) => SourceTree.Combine("", kustomization.Body.TextAt("spec", "path") ?? "");

    private static Finding PathMissing(Manifest kustomization)
    {
        var path = kustomization.Body.TextAt("spec", "path");
        return new Finding
        {
            Rule = Layer.RulePathMissing,
            File = kustomization.File,
            Position = kustomization.Body.At("spec", "path")?.Position ?? kustomization.Body.Position,
            Message = $"The path '{path}' of Flux Kustomization {kustomization.Name} is not a folder of the tree, so Flux applies nothing.",
            Fix = path?.Contains(Layout.OverlayFolder("")) == true
                ? "Restore the folder. If you removed it on purpose, delete the patches of overlays and run generate."
                : "Name a folder of the repository, from its root: ./kubernetes/...",
        };
    }
}
