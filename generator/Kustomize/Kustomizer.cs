using System.Collections.Concurrent;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>
/// Builds folders of a tree in this process, for a thousand clusters that share their bases: exactly the part of kustomize that the
/// generated tree uses. Anything else is a finding, never a guess. One instance serves several threads.
/// </summary>
public sealed class Kustomizer(SourceTree tree)
{
    private readonly ConcurrentDictionary<string, YamlText?> _files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BuildResult> _plain = new(StringComparer.Ordinal);

    /// <summary>What Flux would apply from a folder, before substitution.</summary>
    public BuildResult Build(BuildRequest request)
    {
        var isPlain = request is { Namespace: null, Patches: null };
        var key = $"{request.Folder}\n{string.Join('\n', request.Components)}";
        if (isPlain && _plain.TryGetValue(key, out var known))
        {
            return known;
        }

        var resources = new List<Resource>();
        var accumulation = new Accumulation(this, tree);
        accumulation.Add(request, resources);
        var kept = resources.Where(resource => resource.Annotation("config.kubernetes.io/local-config") != "true");
        var result = new BuildResult([.. kept], accumulation.Findings);
        return isPlain ? _plain.GetOrAdd(key, result) : result;
    }

    /// <summary>A file's documents, read once; null where there is no such file.</summary>
    internal YamlText? Read(string path) =>
        _files.GetOrAdd(path, name => tree.Read(name) is { } bytes ? YamlReader.Read(name, bytes, YamlOptions.Tree) : null);
}
