namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>The kustomization.yaml of a folder, as the user wrote it or as Flux generates it.</summary>
internal static class KustomizationFile
{
    internal static readonly string[] Names = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

    private static readonly HashSet<string> Known = new(StringComparer.Ordinal)
    {
        "apiVersion", "kind", "metadata", "resources", "components", "namespace", "namePrefix", "nameSuffix", "patches", "labels", "images",
        "buildMetadata", "configMapGenerator", "secretGenerator", "generatorOptions", "configurations", "commonLabels", "commonAnnotations",
        "replicas", "sortOptions", "bases", "patchesStrategicMerge", "patchesJson6902",
        "replacements", "vars",
    };

    /// <summary>Further keys that kustomize knows (its api/types/kustomization.go).</summary>
    private static readonly string[] Others =
    [
        "openapi", "imageTags", "crds", "helmGlobals", "helmCharts", "helmChartInflationGenerator", "generators", "transformers",
        "validators",
    ];

    /// <summary>Every key of a kustomization.yaml.</summary>
    public static IEnumerable<string> Keys => Known.Concat(Others);

    /// <summary>True if kustomize knows a key; it ignores case.</summary>
    public static bool IsKey(string key) => Keys.Contains(key, StringComparer.OrdinalIgnoreCase);

    /// <summary>The folder's file; null if absent or it is not a mapping.</summary>
    public static (string Path, Mapping Content)? In(Kustomizer kustomizer, string folder)
    {
        foreach (var path in Names.Select(name => Join(folder, name)))
        {
            if (kustomizer.Read(path) is { Documents: [Mapping content, ..] })
            {
                return (path, content);
            }
        }

        return null;
    }

    /// <summary>
    /// The file that kustomize-controller builds: the folder's own, or one that lists all manifests below it, with additions from the Flux
    /// Kustomization's spec (fluxcd/pkg, kustomize_generator.go).
    /// </summary>
    public static (string Path, Mapping Content) ForFlux(Kustomizer kustomizer, BuildRequest request)
    {
        var (folder, spec) = (request.Folder, request.Spec);
        var (path, content) = In(kustomizer, folder) ?? (Join(folder, Names[0]), Generated(kustomizer, folder));
        foreach (var (member, key) in new[] { ("targetNamespace", "namespace"), ("namePrefix", "namePrefix"),
            ("nameSuffix", "nameSuffix") })
        {
            content = spec[member] is { } value ? content.Set(key, value) : content;
        }

        var components = spec.ItemsAt("components").OfType<Scalar>();
        if (spec.TextAt("ignoreMissingComponents") == "true")
        {
            components = components.Where(item =>
                SourceTree.Combine(folder, item.Value) is { } component && kustomizer.Tree.HasFolder(component));
        }

        content = WithAdded(content, "components", components);
        content = WithAdded(content, "patches", spec.ItemsAt("patches"));
        return (path, spec.MappingsAt("images").Aggregate(content, WithImage));
    }

    /// <summary>The keys that this resolver does not support.</summary>
    public static IEnumerable<Entry> Unknown(Mapping kustomization) => kustomization.Entries.Where(entry => !Known.Contains(entry.Key));

    /// <summary>The objects of a document: itself, or the items of a List.</summary>
    public static IEnumerable<Manifest> Objects(Node document, string path) => document switch
    {
        Mapping list when list["items"] is Sequence items && (list.TextAt("kind") ?? "").EndsWith("List", StringComparison.Ordinal) =>
            items.Items.OfType<Mapping>().Select(item => new Manifest(item, path)),
        Mapping body => [new Manifest(body, path)],
        Scalar { IsNull: true } => [],
        _ => [new Manifest(new Mapping { Position = document.Position, File = path }, path)],
    };

    /// <summary>A kustomization with every subfolder that has a kustomization.yaml, and every manifest in the others.</summary>
    private static Mapping Generated(Kustomizer kustomizer, string folder)
    {
        var start = folder.Length == 0 ? 0 : folder.Length + 1;
        var resources = new List<Node>();
        string? within = null;
        foreach (var file in kustomizer.Tree.FilesBelow(folder))
        {
            if (within is not null && file.StartsWith(within, StringComparison.Ordinal))
            {
                continue;
            }

            within = Above(file, start).FirstOrDefault(above => In(kustomizer, above) is not null);
            if (within is not null)
            {
                resources.Add(within[start..]);
                within += "/";
            }
            else if (file.EndsWith(".yaml", StringComparison.Ordinal) || file.EndsWith(".yml", StringComparison.Ordinal))
            {
                resources.Add(file[start..]);
            }
        }

        return new Mapping
        {
            { "apiVersion", "kustomize.config.k8s.io/v1beta1" },
            { "kind", "Kustomization" },
            { "resources", Sequence.Of(resources.DistinctBy(resource => ((Scalar)resource).Value)) },
        };
    }

    /// <summary>The folders between a file and a folder, from the top.</summary>
    private static IEnumerable<string> Above(string file, int start)
    {
        for (var slash = file.IndexOf('/', start); slash > 0; slash = file.IndexOf('/', slash + 1))
        {
            yield return file[..slash];
        }
    }

    private static Mapping WithAdded(Mapping content, string key, IEnumerable<Node> items) =>
        items.ToArray() is { Length: > 0 } added ? content.Set(key, Sequence.Of(content.ItemsAt(key).Concat(added))) : content;

    /// <summary>
    /// An existing image of the same name keeps the members that the Flux Kustomization does not set; tag and digest are replaced together.
    /// </summary>
    private static Mapping WithImage(Mapping content, Mapping image)
    {
        var images = content.ItemsAt("images");
        if (images.OfType<Mapping>().FirstOrDefault(other => other.TextAt("name") == image.TextAt("name")) is not { } old)
        {
            return WithAdded(content, "images", [image]);
        }

        var kept = image["newTag"] is null && image["digest"] is null ? old : old.Without("newTag").Without("digest");
        return content.Set("images", Sequence.Of(images.Replace(old,
            image.Aggregate(kept, (merged, entry) => merged.Set(entry.Key, entry.Value)))));
    }

    private static string Join(string folder, string name) => folder.Length == 0 ? name : $"{folder}/{name}";
}
