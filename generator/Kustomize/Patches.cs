using System.Text;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Kustomize;

/// <summary>The <c>patches</c> of a kustomization.yaml.</summary>
internal static class Patches
{
    /// <summary>Changes, and with <c>$patch: delete</c> removes, the resources that a patch is for.</summary>
    /// <param name="patch">One entry of the list.</param>
    /// <param name="folder">What its <c>path</c> is relative to.</param>
    /// <param name="tree">Where its file stands.</param>
    /// <param name="resources">All that was accumulated so far.</param>
    /// <exception cref="FormatException">The patch cannot be read or applied.</exception>
    public static void Apply(Mapping patch, string folder, SourceTree tree, List<Resource> resources)
    {
        var target = patch["target"] is Mapping selector ? new PatchTarget(selector) : null;
        foreach (var document in Documents(patch, folder, tree))
        {
            switch (document)
            {
                case Sequence operations:
                    Each(resources, target ?? throw new FormatException("a JSON patch needs a target"), body => JsonPatch.Apply(body, operations));
                    break;
                case Mapping merge when target is not null:
                    Each(resources, target, body => Merge(body, merge));
                    break;
                case Mapping merge:
                    MergeByName(resources, merge);
                    break;
            }
        }
    }

    private static IEnumerable<Node> Documents(Mapping patch, string folder, SourceTree tree)
    {
        var inline = patch.TextAt("patch");
        var path = patch.TextAt("path") is { } relative ? SourcePath.Combine(folder, relative) : null;
        var bytes = inline is not null ? Encoding.UTF8.GetBytes(inline) : path is not null ? tree.Read(path) : null;
        var read = bytes is null ? throw new FormatException($"the patch '{patch.TextAt("path")}' is not there") : YamlReader.Read(path ?? folder, bytes, YamlOptions.Tree);
        return read.Findings.IsEmpty ? read.Documents.Where(document => !NodeEdit.IsNull(document)).Select(document => inline is null ? document : Placed(document, patch)) : throw new FormatException($"a patch is no YAML: {read.Findings[0].Message}");
    }

    /// <summary>The places of a text inside of a file become those of the file: below the line of its key, two columns further in.</summary>
    private static Node Placed(Node node, Mapping patch)
    {
        var (file, key) = (patch["patch"]!.File, patch.Entries.First(entry => entry.Key == "patch").KeyPosition);
        Position Moved(Position position) => new(position.Line + key.Line, position.Column + key.Column + 1);
        return node switch
        {
            Mapping mapping => new Mapping(mapping.Entries.Select(entry => entry with { KeyPosition = Moved(entry.KeyPosition), Value = Placed(entry.Value, patch) })) { Position = Moved(mapping.Position), File = file },
            Sequence sequence => new Sequence([.. sequence.Items.Select(item => Placed(item, patch))]) { Position = Moved(sequence.Position), File = file },
            _ => node with { Position = Moved(node.Position), File = file },
        };
    }

    private static void Each(List<Resource> resources, PatchTarget target, Func<Mapping, Mapping?> change)
    {
        for (var index = resources.Count - 1; index >= 0; index--)
        {
            if (target.Matches(resources[index]))
            {
                Replace(resources, index, change(resources[index].Body));
            }
        }
    }

    private static void MergeByName(List<Resource> resources, Mapping merge)
    {
        var wanted = new Resource(merge, "");
        var index = resources.FindIndex(resource => resource.Id == wanted.Id && resource.Version == wanted.Version);
        if (index < 0)
        {
            throw new FormatException($"a patch is for {wanted.Id.Spoken}, which is not there");
        }

        Replace(resources, index, Merge(resources[index].Body, merge));
    }

    private static Mapping? Merge(Mapping body, Mapping merge)
    {
        // A custom resource's group has a domain that is not Kubernetes' own.
        var group = new Resource(body, "").Group;
        var known = !group.Contains('.', StringComparison.Ordinal) || group.EndsWith(".k8s.io", StringComparison.Ordinal);
        if (known && StrategicMerge.HasList(merge))
        {
            throw new FormatException($"a strategic merge patch of {new Resource(body, "").Id.Spoken} has a list, which is merged by key and not understood here; write a JSON patch");
        }

        return StrategicMerge.Apply(body, merge);
    }

    private static void Replace(List<Resource> resources, int index, Mapping? body)
    {
        if (body is null)
        {
            resources.RemoveAt(index);
            return;
        }

        // A patch changes what an object is like, not which one it is (kustomize's options allowNameChange and allowKindChange are off).
        var old = resources[index];
        var same = body.Set("apiVersion", old.Body["apiVersion"]!).Set("kind", old.Body["kind"]!).SetAt(["metadata", "name"], old.Body.At("metadata", "name")!);
        resources[index] = old with { Body = same };
    }
}
