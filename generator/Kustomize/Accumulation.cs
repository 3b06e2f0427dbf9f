using System.Collections.Immutable;
using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>One build under way: kustomize's order is resources, then Components, then this folder's own changes.</summary>
internal sealed class Accumulation(Kustomizer kustomizer, SourceTree tree)
{
    private readonly ImmutableArray<Finding>.Builder _findings = ImmutableArray.CreateBuilder<Finding>();
    private readonly List<string> _under = [];

    public ImmutableArray<Finding> Findings => _findings.ToImmutable();

    /// <summary>A folder as Flux builds it: without a kustomization.yaml, from all that stands below.</summary>
    public void Add(BuildRequest request, List<Resource> resources)
    {
        var (file, kustomization) = KustomizationFile.In(kustomizer, request.Folder) is { } found
            ? found
            : ($"{request.Folder}/kustomization.yaml", KustomizationFile.Generated(kustomizer, tree, request.Folder));
        var components = request.Components.Select(component => (Node)component);
        kustomization = kustomization.Set("components", Sequence.Of(Items(kustomization, "components").Concat(components)));
        kustomization = request.Namespace is null ? kustomization : kustomization.Set("namespace", request.Namespace);
        kustomization = kustomization.Set("patches", Sequence.Of(Items(kustomization, "patches").Concat(request.Patches?.Items ?? [])));
        AddFile(request.Folder, file, kustomization, "Kustomization", resources);
    }

    private void AddFolder(string folder, string kind, string from, Node mention, List<Resource> resources)
    {
        if (_under.Contains(folder))
        {
            Report("kustomize-cycle", from, mention.Position, $"'{folder}' includes itself.", "Remove one of the references.");
        }
        else if (KustomizationFile.In(kustomizer, folder) is var (file, kustomization))
        {
            AddFile(folder, file, kustomization, kind, resources);
        }
        else
        {
            Report("kustomize-missing", from, mention.Position, $"'{(mention as Scalar)?.Value}' is neither a file nor a folder with a kustomization.yaml.", "Mend the path.");
        }
    }

    private void AddFile(string folder, string file, Mapping kustomization, string kind, List<Resource> resources)
    {
        if ((kustomization.TextAt("kind") ?? "Kustomization") != kind)
        {
            Report("kustomize-kind", file, kustomization.Position, $"is a {kustomization.TextAt("kind")}, but is used as a {kind}.", $"List it under {(kind == "Component" ? "resources" : "components")}.");
            return;
        }

        foreach (var unknown in KustomizationFile.Unknown(kustomization))
        {
            Report("kustomize-unsupported", file, unknown.KeyPosition, $"'{unknown.Key}' is not understood here.", "Use resources, components, namespace, patches or labels.");
        }

        _under.Add(folder);
        foreach (var item in Items(kustomization, "resources"))
        {
            AddResource(folder, file, item, resources);
        }

        foreach (var item in Items(kustomization, "components"))
        {
            if (SourcePath.Combine(folder, Text(item)) is { } component)
            {
                AddFolder(component, "Component", file, item, resources);
            }
            else
            {
                Outside(file, item);
            }
        }

        Transform(folder, file, kustomization, resources);
        _under.RemoveAt(_under.Count - 1);
    }

    private void AddResource(string folder, string file, Node item, List<Resource> resources)
    {
        if (Text(item).Contains("://", StringComparison.Ordinal))
        {
            Report("kustomize-unsupported", file, item.Position, $"The remote base '{Text(item)}' is not fetched here.", "Copy it into the tree.");
        }
        else if (SourcePath.Combine(folder, Text(item)) is not { } path)
        {
            Outside(file, item);
        }
        else if (kustomizer.Read(path) is { } text)
        {
            _findings.AddRange(text.Findings);
            foreach (var resource in text.Documents.SelectMany(document => KustomizationFile.Objects(document, path)))
            {
                Register(resource, resources);
            }
        }
        else
        {
            var below = new List<Resource>();
            AddFolder(path, "Kustomization", file, item, below);
            below.ForEach(resource => Register(resource, resources));
        }
    }

    private void Register(Resource resource, List<Resource> resources)
    {
        if (resource.Kind.Length == 0 || resource.Name.Length == 0)
        {
            Report("kustomize-object", resource.File, resource.Body.Position, "An object has no kind or no name.", "Give it both.");
        }
        else if (resources.Exists(other => other.Id == resource.Id))
        {
            Report("kustomize-twice", resource.File, resource.Body.Position, $"{resource.Id.Spoken} is in this build twice.", "Include it once.");
        }
        else
        {
            resources.Add(resource);
        }
    }

    private void Transform(string folder, string file, Mapping kustomization, List<Resource> resources)
    {
        try
        {
            foreach (var patch in Items(kustomization, "patches").OfType<Mapping>())
            {
                Patches.Apply(patch, folder, tree, resources);
            }

            for (var index = 0; index < resources.Count; index++)
            {
                var resource = kustomization.TextAt("namespace") is { Length: > 0 } name ? Transformers.WithNamespace(resources[index], name) : resources[index];
                resources[index] = Items(kustomization, "labels").OfType<Mapping>().Aggregate(resource, Transformers.WithLabels);
            }
        }
        catch (FormatException exception)
        {
            Report("kustomize-patch", file, kustomization.Position, $"Cannot be built: {exception.Message}.", "Mend the patch.");
        }
    }

    private void Outside(string file, Node item) =>
        Report("kustomize-outside", file, item.Position, $"'{Text(item)}' leads out of the tree.", "Keep to files of the repository.");

    private void Report(string rule, string file, Position position, string message, string mend) =>
        _findings.Add(new Finding { Rule = rule, File = file, Position = position, Message = message, Mend = mend });

    private static ImmutableArray<Node> Items(Mapping kustomization, string key) => (kustomization[key] as Sequence)?.Items ?? [];

    private static string Text(Node node) => (node as Scalar)?.Value ?? "";
}
