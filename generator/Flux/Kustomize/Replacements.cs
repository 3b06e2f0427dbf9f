namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>The <c>replacements</c> of a kustomization.yaml (kustomize, api/filters/replacement).</summary>
internal static class Replacements
{
    private static readonly string[] Identity = ["group", "version", "kind", "name", "namespace"];
    private static readonly string[] Selectors = ["labelSelector", "annotationSelector"];

    private static readonly System.Buffers.SearchValues<char> Wild = System.Buffers.SearchValues.Create("*+?|()[]{}^$\\");

    /// <summary>Copies a value of one object into fields of others.</summary>
    /// <param name="item">One entry of the list, or the path of a file with entries.</param>
    /// <param name="folder">The base folder of the path.</param>
    /// <param name="kustomizer">Reads the file.</param>
    /// <param name="resources">All resources so far.</param>
    /// <exception cref="FormatException">kustomize refuses the entry.</exception>
    /// <exception cref="NotSupportedException">A target is inside of a text.</exception>
    public static void Apply(Mapping item, string folder, Kustomizer kustomizer, ResourceList resources)
    {
        foreach (var replacement in Entries(item, folder, kustomizer))
        {
            if (replacement["targets"] is not Sequence || replacement["source"] is null == replacement["sourceValue"] is null)
            {
                throw new FormatException("a replacement needs one source and targets");
            }

            var value = replacement["sourceValue"] is { } given ? given : Source(replacement["source"] as Mapping ?? [], resources);
            foreach (var target in replacement.MappingsAt("targets"))
            {
                Apply(target, value, resources);
            }
        }
    }

    private static IEnumerable<Mapping> Entries(Mapping item, string folder, Kustomizer kustomizer) =>
        item.TextAt("path") is not { } path ? [item]
        : SourceTree.Combine(folder, path) is { } file && kustomizer.Read(file) is { Findings: [], Documents: [var document, ..] }
            ? document is Sequence several ? several.Items.OfType<Mapping>() : document is Mapping one ? [one] : []
        : throw new FormatException($"the replacement '{path}' cannot be read");

    private static Node Source(Mapping source, ResourceList resources)
    {
        var spoken = $"{source.TextAt("kind")} {source.TextAt("name")}".Trim();
        var found = resources.Items.Where(resource => IsSelected(resource, source)).ToArray();
        if (found.Length != 1)
        {
            throw new FormatException($"the source {spoken} of a replacement is {(found.Length == 0 ? "not there" : "not one object")}");
        }

        var path = source.TextAt("fieldPath") ?? "metadata.name";
        var node = FieldPath.Find(found[0].Body, FieldPath.Split(path));
        if (node is null or Scalar { IsNull: true } or Scalar { Value: "" })
        {
            throw new FormatException($"the source {spoken} of a replacement has no {path}");
        }

        if (source.TextAt("options", "delimiter") is not { Length: > 0 } delimiter)
        {
            return node;
        }

        var parts = (node as Scalar ?? throw NeedsText()).Value.Split(delimiter);
        return Number(source) is var index && index >= 0 && index < parts.Length ? (Scalar)node with { Value = parts[index] }
            : throw new FormatException($"the source {spoken} of a replacement has no part {index} in '{((Scalar)node).Value}'");
    }

    private static bool IsSelected(Manifest resource, Mapping source)
    {
        bool Is(string key, string actual) => source.TextAt(key) is not { Length: > 0 } wanted || wanted == actual;
        string Named(string @namespace) => @namespace.Length == 0 && !resource.IsClusterScoped ? "default" : @namespace;
        return Is("group", resource.Group) && Is("version", resource.Version) && Is("kind", resource.Kind)
            && resource.Earlier.Append(resource.Id).Any(id => Is("name", id.Name) && Is("namespace", Named(id.Namespace)));
    }

    private static void Apply(Mapping target, Node value, ResourceList resources)
    {
        foreach (var selector in target.MappingsAt("reject").Append(target["select"] as Mapping ?? []))
        {
            if (Identity.Select(key => selector.TextAt(key)).OfType<string>()
                .FirstOrDefault(text => text.AsSpan().ContainsAny(Wild)) is { } pattern)
            {
                throw new NotSupportedException($"The pattern '{pattern}' of a replacement, which kustomize reads since 5.6 only,");
            }
        }

        var select = new PatchTarget(target["select"] as Mapping ?? throw new FormatException("a target of a replacement has no select"));
        PatchTarget[] rejected =
        [
            .. target.MappingsAt("reject").SelectMany(reject => new[] { Only(reject, Identity), Only(reject, Selectors) })
                .Where(part => !part.Entries.IsEmpty).Select(part => new PatchTarget(part)),
        ];
        var paths = target.ItemsAt("fieldPaths").OfType<Scalar>().Select(path => path.Value).DefaultIfEmpty("metadata.name").ToArray();
        var isCreated = target.TextAt("options", "create") == "true";
        for (var index = 0; index < resources.Items.Count; index++)
        {
            var resource = resources.Items[index];
            if (select.Matches(resource) && !rejected.Any(reject => reject.Matches(resource)))
            {
                resources.Replace(index, resource with { Body = paths.Aggregate(resource.Body, With) });
            }
        }

        Mapping With(Mapping body, string path)
        {
            var count = 0;
            var changed = FieldPath.Set(body, FieldPath.Split(path), isCreated, old =>
            {
                count++;
                return Value(old, value, target);
            });
            return count > 0 ? (Mapping)changed : throw new FormatException($"a target of a replacement has no {path}");
        }
    }

    private static Mapping Only(Mapping reject, string[] keys) => new(reject.Where(entry => keys.Contains(entry.Key)));

    /// <summary>A text stays a text; a created field gets the value's own type.</summary>
    private static Node Value(Node? old, Node value, Mapping target)
    {
        if (target.TextAt("options", "delimiter") is { Length: > 0 } delimiter)
        {
            var parts = (old as Scalar ?? throw NeedsText()).Value.Split(delimiter).ToList();
            var (index, text) = (Number(target), (value as Scalar)?.Value ?? "");
            if (index < 0 || index >= parts.Count)
            {
                parts.Insert(index < 0 ? 0 : parts.Count, text);
            }
            else
            {
                parts[index] = text;
            }

            value = new Scalar(string.Join(delimiter, parts));
        }

        return old switch
        {
            Scalar scalar => scalar with
            {
                Value = (value as Scalar)?.Value ?? "",
                IsText = scalar.IsString,
            },
            null when value is Scalar made => made with { IsText = false },
            _ => value,
        };
    }

    private static int Number(Mapping options) =>
        int.TryParse(options.TextAt("options", "index"), CultureInfo.InvariantCulture, out var index) ? index : 0;

    private static FormatException NeedsText() => new("the delimiter of a replacement needs a text");
}
