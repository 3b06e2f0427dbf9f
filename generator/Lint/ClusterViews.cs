using System.Collections.Immutable;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Substitution;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Lint;

/// <summary>Follows each cluster's folder to everything that Flux would apply.</summary>
internal sealed class ClusterViews(SourceTree tree, LintOptions options)
{
    private const string Clusters = "kubernetes/clusters";

    private readonly Kustomizer kustomizer = new(tree);
    private readonly TreeText text = new(tree);
    private readonly List<Finding> findings = [];

    /// <summary>What kustomize would refuse on the way.</summary>
    public IEnumerable<Finding> Findings => findings;

    /// <summary>Faults of the files themselves, also of those that no cluster uses yet.</summary>
    public IEnumerable<Finding> Unreadable() => tree.FilesBelow(Layout.Root)
        .Where(path => path.EndsWith(".yaml", StringComparison.Ordinal) || path.EndsWith(".yml", StringComparison.Ordinal))
        .SelectMany(path => kustomizer.Read(path)?.Findings ?? []);

    public ImmutableArray<ClusterView> All() =>
    [
        .. tree.FilesBelow(Clusters).Select(file => file.Split('/')).Where(parts => parts.Length > 3).Select(parts => parts[2]).Distinct(StringComparer.Ordinal).Select(View),
    ];

    private ClusterView View(string cluster)
    {
        var root = Build(new BuildRequest(Layout.ClusterFolder(cluster)));
        var layers = Follow(root).ToImmutableArray();
        if (layers.IsEmpty)
        {
            layers = [new Layer { Kustomization = new Resource([], Layout.ClusterFolder(cluster)), Folder = Layout.ClusterFolder(cluster), Raw = root, Applied = root, Variables = None }];
        }

        var view = new ClusterView { Name = cluster, Layers = layers, Releases = [], Options = options, Text = text };
        return view with { Releases = [.. CoreDnsRelease.In(view)] };
    }

    private static readonly VariableSet None = new(new Dictionary<string, string>(), []);

    private IEnumerable<Layer> Follow(ImmutableArray<Resource> root)
    {
        var known = root.ToList();
        var waiting = new Queue<Resource>(root.Where(IsFluxKustomization));
        var seen = new HashSet<ResourceId>();
        while (waiting.TryDequeue(out var next))
        {
            if (!seen.Add(next.Id))
            {
                continue;
            }

            var layer = LayerOf(next, known);
            known.AddRange(layer.Applied);
            layer.Applied.Where(IsFluxKustomization).ToList().ForEach(waiting.Enqueue);
            yield return layer;
        }
    }

    private Layer LayerOf(Resource kustomization, List<Resource> known)
    {
        var spec = kustomization.Body["spec"] as Mapping ?? [];
        var folder = SourcePath.Combine("", spec.TextAt("path") ?? "");
        var raw = folder is null || !tree.FilesBelow(folder).Any() ? [] : Build(new BuildRequest(folder)
        {
            Components = [.. ((spec["components"] as Sequence)?.Items ?? []).OfType<Scalar>().Select(component => component.Value)],
            Namespace = spec.TextAt("targetNamespace"),
            Patches = spec["patches"] as Sequence,
        });
        var variables = PostBuild.Collect(kustomization.Body, (kind, @namespace, name) =>
            known.Find(resource => resource.Kind == kind && resource.Namespace == @namespace && resource.Name == name)?.Body);
        var applied = raw.Select(resource =>
        {
            // Leniently, so that the other rules have something to look at; the rules on variables say what is unset.
            var substituted = ObjectSubstitution.Apply(resource.Body, variables.Values, strict: false);
            findings.AddRange(substituted.Findings.Where(finding => finding.Rule == ObjectSubstitution.RuleBreaksYaml));
            return resource with { Body = substituted.Resource };
        });
        return new Layer { Kustomization = kustomization, Folder = folder, Raw = raw, Applied = [.. applied], Variables = variables };
    }

    private ImmutableArray<Resource> Build(BuildRequest request)
    {
        var built = kustomizer.Build(request);
        findings.AddRange(built.Findings);
        return built.Resources;
    }

    private static bool IsFluxKustomization(Resource resource) => resource is { Kind: "Kustomization", Group: "kustomize.toolkit.fluxcd.io" };
}
