using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Substitution;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Plan;

/// <summary>Follows a cluster's folder from one Flux Kustomization to the next, as the cluster itself would.</summary>
/// <param name="kustomizer">Builds folders of one tree.</param>
/// <param name="strict">True where an unset variable fails a Flux Kustomization.</param>
public sealed class InventoryReader(Kustomizer kustomizer, bool strict)
{
    // They change what is applied, and are not foreseen here.
    private static readonly string[] Unforeseen = ["namePrefix", "nameSuffix", "images", "commonMetadata"];

    /// <summary>Reads what Flux manages in the cluster whose folder this is.</summary>
    public Inventory Read(string folder)
    {
        var root = kustomizer.Build(new BuildRequest(folder));
        if (root.Resources.IsEmpty && root.Findings.IsEmpty)
        {
            return Inventory.None;
        }

        var reading = new Reading(strict);
        reading.Remember(root.Resources);
        var owner = root.Resources.Where(Layer.Is).Select(resource => new Layer(resource.Id, resource.Body)).FirstOrDefault(layer => layer.Folder == folder);
        reading.Apply(owner ?? Layer.Bootstrap, root);
        while (reading.Waiting.TryDequeue(out var layer))
        {
            reading.Apply(layer, kustomizer.Build(layer.Request));
        }

        return reading.Result();
    }

    private sealed class Reading(bool strict)
    {
        private readonly Dictionary<(string Kind, string Namespace, string Name), Mapping> _known = [];
        private readonly Dictionary<ResourceId, Managed> _objects = [];
        private readonly Dictionary<ResourceId, Layer> _layers = [];
        private readonly ImmutableArray<Finding>.Builder _findings = ImmutableArray.CreateBuilder<Finding>();

        public Queue<Layer> Waiting { get; } = new();

        public Inventory Result() => new()
        {
            Objects = _objects.ToImmutableDictionary(),
            Layers = _layers.ToImmutableDictionary(),
            Findings = _findings.ToImmutable(),
            Exists = true,
        };

        public void Remember(IEnumerable<Resource> resources)
        {
            foreach (var resource in resources)
            {
                _known[(resource.Kind, resource.Namespace, resource.Name)] = resource.Body;
            }
        }

        public void Apply(Layer layer, BuildResult build)
        {
            if (!_layers.TryAdd(layer.Id, layer))
            {
                return;
            }

            _findings.AddRange(build.Findings);
            foreach (var entry in (layer.Body["spec"] as Mapping)?.Entries.Where(entry => Unforeseen.Contains(entry.Key)) ?? [])
            {
                Report(layer.Body, $"What spec.{entry.Key} of {layer.Id.Spoken} does is not foreseen here.", "Write it into the tree instead.");
            }

            var variables = PostBuild.Collect(layer.Body, (kind, @namespace, name) => _known.GetValueOrDefault((kind, @namespace, name)));
            _findings.AddRange(variables.Findings);
            foreach (var resource in build.Resources)
            {
                var substituted = ObjectSubstitution.Apply(resource.Body, variables.Values, strict);
                _findings.AddRange(substituted.Findings);
                Add(resource with { Body = substituted.Resource }, layer);
            }
        }

        private void Add(Resource resource, Layer layer)
        {
            Remember([resource]);
            if (_objects.TryGetValue(resource.Id, out var other))
            {
                Report(resource.Body, $"{resource.Id.Spoken} is applied by {other.Owner.Name} and by {layer.Id.Name}, which will fight over it.", "Keep it in one of them.");
                return;
            }

            _objects.Add(resource.Id, new Managed(resource, layer.Id));
            if (Layer.Is(resource) && SameSource(resource, layer))
            {
                Waiting.Enqueue(new Layer(resource.Id, resource.Body));
            }
        }

        /// <summary>A layer of another repository has its files elsewhere.</summary>
        private static bool SameSource(Resource resource, Layer layer) =>
            layer == Layer.Bootstrap
            || (resource.Body.TextAt("spec", "sourceRef", "kind"), resource.Body.TextAt("spec", "sourceRef", "name"))
            == (layer.Body.TextAt("spec", "sourceRef", "kind"), layer.Body.TextAt("spec", "sourceRef", "name"));

        private void Report(Mapping body, string message, string mend) =>
            _findings.Add(new Finding { Rule = "plan-inventory", File = body.File, Position = body.Position, Message = message, Mend = mend });
    }
}
