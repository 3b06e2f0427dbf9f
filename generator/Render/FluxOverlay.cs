using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Render;

/// <summary>
/// What Flux writes into a folder's kustomization.yaml before it builds it: the members of the Flux Kustomization's spec
/// (fluxcd/pkg, kustomize_generator.go).
/// </summary>
internal static class FluxOverlay
{
    private static readonly string[] FileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    /// <summary>Members that Flux adds to a list of the same name.</summary>
    private static readonly string[] Lists = ["components", "patches", "images"];

    /// <summary>Members that Flux sets, by their name there and here.</summary>
    private static readonly (string Flux, string Kustomize)[] Texts = [("targetNamespace", "namespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix")];

    /// <summary>Changes the folder until the result is disposed of: the next Flux Kustomization may build it otherwise.</summary>
    public static IDisposable Put(string folder, Mapping spec)
    {
        var existing = FileNames.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        var path = existing ?? Path.Combine(folder, FileNames[0]);
        var restore = new Restore(path, existing is null ? null : File.ReadAllBytes(existing));
        var file = existing is null ? Everything(folder) : Read(existing);
        var changed = Lists.Aggregate(file, (current, list) => spec[list] is Sequence added ? With(current, list, Joined(current[list], added)) : current);
        changed = Texts.Aggregate(changed, (current, text) => spec[text.Flux] is { } value ? With(current, text.Kustomize, value) : current);
        if (spec["commonMetadata"] is Mapping common)
        {
            changed = common["annotations"] is { } annotations ? With(changed, "commonAnnotations", annotations) : changed;
            changed = common["labels"] is { } labels ? With(changed, "labels", Joined(changed["labels"], Sequence.Of(new Mapping { { "pairs", labels } }))) : changed;
        }

        File.WriteAllText(path, YamlWriter.WriteFragment(changed));
        return restore;
    }

    private static Mapping Read(string file) => YamlReader.Read(file, File.ReadAllBytes(file), YamlOptions.Tree) is { Findings: [], Documents: [Mapping found] }
        ? found
        : throw new RenderException($"'{Path.GetFileName(Path.GetDirectoryName(file))}/{Path.GetFileName(file)}' is no YAML mapping.");

    /// <summary>A folder without a kustomization.yaml is applied as a whole.</summary>
    private static Mapping Everything(string folder) => new()
    {
        { "apiVersion", "kustomize.config.k8s.io/v1beta1" },
        { "kind", "Kustomization" },
        { "resources", Sequence.Of(Directory.EnumerateFiles(folder, "*.y*ml", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal).Select(file => (Node)file))
        },
    };

    private static Sequence Joined(Node? first, Sequence second) => first is Sequence already ? Sequence.Of(already.Items.Concat(second.Items)) : second;

    private static Mapping With(Mapping mapping, string key, Node value) =>
        new(mapping.Entries.Where(entry => entry.Key != key).Append(new Entry(key, value)));

    private sealed class Restore(string path, byte[]? before) : IDisposable
    {
        public void Dispose()
        {
            if (before is null)
            {
                File.Delete(path);
            }
            else
            {
                File.WriteAllBytes(path, before);
            }
        }
    }
}
