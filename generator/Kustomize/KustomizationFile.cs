using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>Finding and reading a folder's kustomization.yaml.</summary>
internal static class KustomizationFile
{
    private static readonly string[] Names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "apiVersion", "kind", "metadata", "resources", "components", "namespace", "patches", "labels",
    };

    /// <summary>The folder's file, or null where there is none or it is no mapping.</summary>
    public static (string Path, Mapping Content)? In(Kustomizer kustomizer, string folder)
    {
        foreach (var path in Names.Select(name => folder.Length == 0 ? name : $"{folder}/{name}"))
        {
            if (kustomizer.Read(path) is { Documents: [Mapping content, ..] })
            {
                return (path, content);
            }
        }

        return null;
    }

    /// <summary>
    /// What Flux makes up for a folder without one: every folder below that has one, and every YAML file in the others
    /// (kustomize-controller, "Generating a kustomization.yaml").
    /// </summary>
    public static Mapping Generated(Kustomizer kustomizer, SourceTree tree, string folder)
    {
        var resources = new List<Node>();
        string? within = null;
        foreach (var file in tree.FilesBelow(folder))
        {
            if (within is not null && file.StartsWith(within, StringComparison.Ordinal))
            {
                continue;
            }

            within = Above(file, folder).FirstOrDefault(above => In(kustomizer, above) is not null);
            if (within is not null)
            {
                resources.Add(within[(folder.Length + 1)..]);
                within += "/";
            }
            else if (file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".yml", StringComparison.Ordinal))
            {
                resources.Add(file[(folder.Length + 1)..]);
            }
        }

        return new Mapping { { "resources", Sequence.Of(resources.DistinctBy(resource => ((Scalar)resource).Value)) } };
    }

    /// <summary>The entries that this resolver would have to ignore.</summary>
    public static IEnumerable<Entry> Unknown(Mapping kustomization) => kustomization.Entries.Where(entry => !Known.Contains(entry.Key));

    /// <summary>The objects of a document: itself, or the items of a list.</summary>
    public static IEnumerable<Resource> Objects(Node document, string path) => document switch
    {
        Mapping list when list["items"] is Sequence items && (list.TextAt("kind") ?? "").EndsWith("List", StringComparison.Ordinal) =>
            items.Items.OfType<Mapping>().Select(item => new Resource(item, path)),
        Mapping body => [new Resource(body, path)],
        _ when NodeEdit.IsNull(document) => [],
        _ => [new Resource([], path)],
    };

    /// <summary>The folders between a file and a folder, the topmost first.</summary>
    private static IEnumerable<string> Above(string file, string folder)
    {
        for (var slash = file.IndexOf('/', folder.Length + 1); slash > 0; slash = file.IndexOf('/', slash + 1))
        {
            yield return file[..slash];
        }
    }
}
