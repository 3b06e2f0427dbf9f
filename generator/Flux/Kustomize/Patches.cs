using System.Text.Json;

namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>The <c>patches</c> of a kustomization.yaml.</summary>
internal static class Patches
{
    /// <summary>Changes, and with <c>$patch: delete</c> removes, the resources that a patch selects.</summary>
    /// <param name="patch">One entry of the list.</param>
    /// <param name="folder">The base folder of its <c>path</c>.</param>
    /// <param name="tree">The tree with its file.</param>
    /// <param name="resources">All resources so far.</param>
    /// <param name="isTrimmed">True if kustomize trims the end of the patch's text: in <c>patches</c>, but not in the deprecated members. A
    /// block text at its end then loses its last line break.</param>
    /// <param name="missed">Called for a "replace" of a key that all patched resources lack, with the existing keys of its mapping.</param>
    /// <returns>The number of patched resources.</returns>
    /// <exception cref="FormatException">The patch cannot be read or applied.</exception>
    public static int Apply(
        Mapping patch, string folder, SourceTree tree, ResourceList resources, bool isTrimmed = false,
        Action<Mapping, IEnumerable<string>>? missed = null)
    {
        var target = patch["target"] is Mapping selector ? new PatchTarget(selector) : null;
        return Documents(patch, folder, tree, isTrimmed).Sum(document => document switch
        {
            Sequence operations when target is null => throw new FormatException("a JSON patch needs a target"),
            Sequence operations => ByOperations(resources, target, operations, missed),
            Mapping merge when target is not null => Each(resources, target,
                old => Merged(old, Merge(old.Body, MetadataTexts.OfTargeted(merge)), Option(patch, "allowNameChange"),
                    Option(patch, "allowKindChange"))),
            Mapping merge => MergeByName(resources, merge),
            _ => throw new FormatException("a patch is neither a mapping nor a list of operations"),
        });
    }

    private static IEnumerable<Node> Documents(Mapping patch, string folder, SourceTree tree, bool isTrimmed)
    {
        var inline = isTrimmed ? patch.TextAt("patch")?.TrimEnd() : patch.TextAt("patch");
        var path = inline is null && patch.TextAt("path") is { } relative ? SourceTree.Combine(folder, relative) : null;
        var bytes = inline is not null ? Encoding.UTF8.GetBytes(inline) : path is not null ? tree.Read(path) : null;
        if (bytes is null)
        {
            throw new FormatException($"the patch '{patch.TextAt("path")}' does not exist");
        }

        if (bytes is [(byte)'[', ..] && !IsJson(bytes))
        {
            throw new FormatException("a JSON patch that begins with a bracket is not JSON: put its keys and words in quotes, or write a "
                + "list with dashes");
        }

        var read = YamlReader.Read(path ?? folder, bytes, YamlOptions.Kustomize);
        if (read.Documents is [Sequence])
        {
            // kustomize reads operations with Kubernetes' YAML reader: y is a boolean, and a date stays unchanged.
            read = YamlReader.Read(path ?? folder, bytes, YamlOptions.Tree);
        }

        return read.Findings.AddRange(read.KeysWithoutText) is not [var first, ..]
            ? read.Documents.Where(document => document is not Scalar { IsNull: true })
                .Select(document => inline is null ? document : document.PlacedIn(patch.Entries.First(entry => entry.Key == "patch")))
            : throw new FormatException($"a patch is not valid YAML: {first.Message}");
    }

    private static bool IsJson(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>A replaced key that some of the resources have is not a typing error: the patch is for several kinds of them.</summary>
    private static int ByOperations(
        ResourceList resources, PatchTarget target, Sequence operations, Action<Mapping, IEnumerable<string>>? missed)
    {
        var added = new Dictionary<Mapping, List<string[]>>(ReferenceEqualityComparer.Instance);
        var count = Each(resources, target, old => Changed(old, MetadataTexts.AfterOperations(
            JsonPatch.Apply(old.Body, operations, (operation, keys) =>
            {
                if (!added.TryAdd(operation, [[.. keys]]))
                {
                    added[operation].Add([.. keys]);
                }
            }))));
        foreach (var (operation, keys) in added.Where(pair => pair.Value.Count == count))
        {
            missed?.Invoke(operation, keys.SelectMany(beside => beside).Distinct());
        }

        return count;
    }

    private static bool Option(Mapping patch, string name) => patch.TextAt("options", name) == "true";

    private static int Each(ResourceList resources, PatchTarget target, Func<Manifest, Manifest?> change)
    {
        var count = 0;
        for (var index = resources.Items.Count - 1; index >= 0; index--)
        {
            if (target.Matches(resources.Items[index]))
            {
                count++;
                Replace(resources, index, change(resources.Items[index]));
            }
        }

        return count;
    }

    private static int MergeByName(ResourceList resources, Mapping merge)
    {
        var wanted = new Manifest(merge, "");
        var index = resources.Items.FindIndex(resource => resource.IsOrWas(wanted.Id) && resource.Version == wanted.Version);
        if (wanted.Kind.Length == 0 || wanted.Name.Length == 0)
        {
            throw new FormatException("a patch has no target and does not name an object (apiVersion, kind and metadata.name)");
        }

        if (index < 0)
        {
            throw new FormatException($"a patch changes {wanted.Id.Title}, which does not exist");
        }

        Replace(resources, index, Merged(resources.Items[index], Merge(resources.Items[index].Body, merge)));
        return 1;
    }

    private static Mapping? Merge(Mapping body, Mapping merge)
    {
        // The group of a custom resource is not one of Kubernetes' own: kustomize does not know its schema.
        return new StrategicMerge(mergesLists: !new Manifest(body, "").IsCustom).Apply(body, merge);
    }

    /// <summary>A merge changes which object it is only where an option of the patch allows it, and never its namespace.</summary>
    private static Manifest? Merged(Manifest old, Mapping? body, bool allowsName = false, bool allowsKind = false)
    {
        if (body is null)
        {
            return null;
        }

        string[][] kept =
        [
            .. allowsName ? (string[][])[] : [["metadata", "name"]], .. allowsKind ? (string[][])[] : [["apiVersion"], ["kind"]],
        ];
        body = kept.Aggregate(body, (changed, path) => old.Body.At(path) is { } value ? changed.SetAt(path, value) : changed);
        return Changed(old, old.Body.At("metadata", "namespace") is { } home ? body.SetAt(["metadata", "namespace"], home)
            : body["metadata"] is Mapping metadata ? body.Set("metadata", metadata.Without("namespace")) : body);
    }

    private static Manifest Changed(Manifest old, Mapping body) => new Manifest(body, "").Id == old.Id ? old with { Body = body }
        : old.Renamed(body);

    private static void Replace(ResourceList resources, int index, Manifest? changed)
    {
        if (changed is null)
        {
            resources.RemoveAt(index);
        }
        else
        {
            resources.Replace(index, changed);
        }
    }
}

/// <summary>The <c>target</c> of a patch: regular expressions for whole texts, and label selectors.</summary>
internal sealed partial class PatchTarget(Mapping target)
{
    private readonly Regex? group = Pattern(target, "group");
    private readonly Regex? version = Pattern(target, "version");
    private readonly Regex? kind = Pattern(target, "kind");
    private readonly Regex? name = Pattern(target, "name");
    private readonly Regex? @namespace = Pattern(target, "namespace");

    /// <exception cref="FormatException">A selector cannot be read.</exception>
    public bool Matches(Manifest resource) =>
        (group?.IsMatch(resource.Group) ?? true)
        && (version?.IsMatch(resource.Version) ?? true)
        && (kind?.IsMatch(resource.Kind) ?? true)
        && (name is null || name.IsMatch(resource.Name) || resource.Earlier.Any(earlier => name.IsMatch(earlier.Name)))
        && (@namespace is null || @namespace.IsMatch(resource.Namespace)
            || resource.Earlier.Any(earlier => @namespace.IsMatch(earlier.Namespace)))
        && Selects(target.TextAt("labelSelector"), resource.Label)
        && Selects(target.TextAt("annotationSelector"), resource.Annotation);

    private static Regex? Pattern(Mapping target, string key) => target.TextAt(key) is { Length: > 0 } text
        ? GoRegex.Whole(text) ?? throw new FormatException($"target.{key} '{text}' is not a regular expression")
        : null;

    private static bool Selects(string? selector, Func<string, string?> value) =>
        string.IsNullOrWhiteSpace(selector) || Terms().Split(selector).All(term => Holds(term.Trim(), value));

    /// <summary>One requirement of a label selector (apimachinery, labels.Parse).</summary>
    private static bool Holds(string term, Func<string, string?> value)
    {
        if (Term().Match(term) is not { Success: true } match)
        {
            throw new FormatException($"the selector '{term}' is not key, !key, key=value, key!=value or key in (value, ...)");
        }

        var (actual, values) = (value(match.Groups["key"].Value), match.Groups["value"].Value.Split(',', StringSplitOptions.TrimEntries));
        return match.Groups["operator"].Value switch
        {
            "" => actual is null == match.Groups["not"].Success,
            "=" or "==" or "in" => actual is not null && values.Contains(actual),
            _ => actual is null || !values.Contains(actual),
        };
    }

    // A comma outside of parentheses.
    [GeneratedRegex(@",(?![^(]*\))")]
    private static partial Regex Terms();

    [GeneratedRegex(@"\A(?<not>!)?\s*(?<key>[\w./-]+)(?:\s*(?<operator>==|=|!=)\s*(?<value>[\w.-]*)" +
        @"|\s+(?<operator>in|notin)\s*\((?<value>[^()]*)\))?\z")]
    private static partial Regex Term();
}
