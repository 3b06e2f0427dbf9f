namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>
/// One build in progress. kustomize's order is resources, generators, Components, then the folder's own transformations; the hashes of
/// generated names come last.
/// </summary>
internal sealed class Accumulation(Kustomizer kustomizer)
{
    // Prefixes of a remote repository without a scheme.
    private static readonly string[] RemoteStarts = ["git@", "git::", "github.com/", "github.com:"];

    private readonly ImmutableArray<Finding>.Builder findings = ImmutableArray.CreateBuilder<Finding>();
    private readonly ImmutableArray<PatchWarning>.Builder warnings = ImmutableArray.CreateBuilder<PatchWarning>();
    private readonly ResourceList resources = new();
    private readonly List<string> under = [];
    private readonly List<(string From, string Kind, string Path)> references = [];
    private readonly List<Mapping> variables = [];

    // A file without objects is written later by a tool, for example gotk-components.yaml by flux bootstrap.
    private bool isFilledLater;
    private readonly List<CommonPath> variablePlaces = [];

    public BuildResult Result => new(
        [
            .. resources.Items.Where(resource => resource.Annotation("config.kubernetes.io/local-config") != "true")
                .Select(resource => resource with { Body = MetadataTexts.Printed(resource.Body) }),
        ],
        findings.ToImmutable())
    {
        Warnings = warnings.ToImmutable(),
    };

    /// <summary>Adds a folder as Flux builds it.</summary>
    public void Add(BuildRequest request)
    {
        var (file, kustomization) = KustomizationFile.ForFlux(kustomizer, request);
        AddFile(request.Folder, file, kustomization, "Kustomization", resources);
        NameReferences.AppendHashes(resources, references);
        foreach (var variable in variables)
        {
            Try(KustomizeRules.Vars, file, variable, () => KustomizeVariables.Check(variable, resources));
        }

        KustomizeVariables.Apply(variables, variablePlaces, resources);
    }

    private void AddFolder(string folder, string kind, string from, Node mention, ResourceList into)
    {
        if (under.Contains(folder))
        {
            Report(KustomizeRules.Cycle, from, mention, $"'{folder}' includes itself.", "Remove one of the references.");
        }
        else if (KustomizationFile.In(kustomizer, folder) is var (file, kustomization))
        {
            AddFile(folder, file, kustomization, kind, into);
        }
        else
        {
            var message = $"'{Text(mention)}' is neither a file nor a folder with a kustomization.yaml.";
            var beside = from[..(from.LastIndexOf('/') + 1)];
            var near = Suggestion.For(Text(mention), kustomizer.Tree.FilesBelow(beside.TrimEnd('/')).Select(path => path[beside.Length..]));
            Report(KustomizeRules.Missing, from, mention, message, near is null ? "Fix the path." : $"Did you mean '{near}'?");
        }
    }

    private void AddFile(string folder, string file, Mapping kustomization, string kind, ResourceList into)
    {
        if ((kustomization.TextAt("kind") ?? "Kustomization") is var actual && actual != kind)
        {
            var list = kind == "Component" ? "resources" : "components";
            Report(KustomizeRules.Kind, file, kustomization.Position, $"This {actual} is used as a {kind}.",
                $"List its folder under {list}.");
            return;
        }

        foreach (var unknown in KustomizationFile.Unknown(kustomization))
        {
            const string Fix =
                "Use resources, components, generators of ConfigMaps and Secrets, patches, labels, images, namespace and names.";
            if (KustomizationFile.IsKey(unknown.Key))
            {
                Report(KustomizeRules.Unsupported, file, unknown.KeyPosition, $"'{unknown.Key}' is not supported here.", Fix);
            }
            else
            {
                var near = Suggestion.For(unknown.Key, KustomizationFile.Keys);
                Report(KustomizeRules.Key, file, unknown.KeyPosition,
                    $"kustomize does not know the key '{Printable.Of(unknown.Key)}': it refuses the file, and Flux leaves the key out.",
                    near is null ? Fix : $"Did you mean '{near}'?");
            }
        }

        // What Flux adds is checked where it is written.
        if (kustomizer.Read(file) is { Documents: [Mapping own, ..] } written)
        {
            foreach (var (at, message, fix) in KustomizationTypes.Problems(own))
            {
                Report(KustomizeRules.Type, file, at, message, fix);
            }

            findings.AddRange(written.KeysWithoutText.Select(finding => finding with { Rule = KustomizeRules.Type }));
        }

        under.Add(folder);
        foreach (var item in kustomization.ItemsAt("resources").AddRange(kustomization.ItemsAt("bases")))
        {
            AddResource(folder, file, item, into);
        }

        Generate(folder, file, kustomization, into);

        foreach (var item in kustomization.ItemsAt("components"))
        {
            if (IsRemote(Text(item)))
            {
                Remote(file, item);
            }
            else if (SourceTree.Combine(folder, Text(item)) is { } component)
            {
                AddFolder(component, "Component", file, item, into);
            }
            else
            {
                Outside(file, item);
            }
        }

        Transform(folder, file, kustomization, into);
        under.RemoveAt(under.Count - 1);
    }

    private void AddResource(string folder, string file, Node item, ResourceList into)
    {
        if (IsRemote(Text(item)))
        {
            Remote(file, item);
        }
        else if (SourceTree.Combine(folder, Text(item)) is not { } path)
        {
            Outside(file, item);
        }
        else if (kustomizer.Read(path) is { } text)
        {
            findings.AddRange(text.Findings);
            findings.AddRange(text.KeysWithoutText);
            isFilledLater |= text is { Findings: [], Documents: [] or [Scalar { IsNull: true }] };
            foreach (var resource in text.Documents.SelectMany(document => KustomizationFile.Objects(document, path)))
            {
                Register(resource, into);
            }
        }
        else
        {
            var below = new ResourceList();
            AddFolder(path, "Kustomization", file, item, below);
            below.Items.ForEach(resource => Register(resource, into));
        }
    }

    private void Register(Manifest resource, ResourceList into)
    {
        if (resource.Kind.Length == 0 || resource.Name.Length == 0 || resource.ApiVersion.Length == 0)
        {
            var message = "An object needs apiVersion, kind and metadata.name.";
            Report(KustomizeRules.Object, resource.File, resource.Body.Position, message, "Write all three.");
        }
        else if (!into.TryAdd(resource))
        {
            Report(KustomizeRules.Twice, resource.File, resource.Body.Position, $"{resource.Id.Title} is in this build twice.",
                "Include it once.");
        }
    }

    private void Generate(string folder, string file, Mapping kustomization, ResourceList into)
    {
        foreach (var item in kustomization.ItemsAt("configurations"))
        {
            Try(KustomizeRules.Generator, file, item, () =>
            {
                var configuration = SourceTree.Combine(folder, Text(item)) is { } path
                    && kustomizer.Read(path) is { Findings: [], Documents: [Mapping content] } ? content
                        : throw new FormatException($"the configuration '{Text(item)}' cannot be read");
                references.AddRange(NameReferences.Of(configuration));
                variablePlaces.AddRange(KustomizeVariables.PlacesOf(configuration));
            });
        }

        Try(KustomizeRules.Generator, file, kustomization, () => Generators.Apply(kustomization, folder, file, kustomizer.Tree, into));
    }

    private void Transform(string folder, string file, Mapping kustomization, ResourceList into)
    {
        foreach (var (patch, isOlder) in PatchesOf(kustomization))
        {
            Try(KustomizeRules.Patch, file, patch, () =>
            {
                var missed = new List<Finding>();
                if (Patches.Apply(patch, folder, kustomizer.Tree, into, !isOlder, (operation, keys) =>
                    missed.Add(Added(operation, keys, FileOf(operation, FileOf(patch, file))))) == 0 && !isFilledLater)
                {
                    var target = YamlWriter.WriteFragment(patch["target"] ?? patch).Trim().ReplaceLineEndings(", ");
                    var message = $"The target of this patch selects no object: {target}.";
                    var fix = "Fix the target, or delete the patch.";
                    missed.Add(Finding(Layer.RulePatchWithoutTarget, FileOf(patch, file), patch.Position, message, fix));
                }

                warnings.AddRange(missed.Select(finding => new PatchWarning(patch, finding)));
            });
        }

        Try(KustomizeRules.Patch, file, kustomization, () => Transformers.Apply(kustomization, into, references));
        foreach (var replacement in kustomization.MappingsAt("replacements"))
        {
            Try(KustomizeRules.Replacement, file, replacement, () => Replacements.Apply(replacement, folder, kustomizer, into));
        }

        variables.AddRange(kustomization.MappingsAt("vars"));
    }

    /// <summary>In RFC 6902 "replace" fails for a missing key, but kustomize adds it, so a typing error becomes a new field.</summary>
    private static Finding Added(Mapping operation, IEnumerable<string> keys, string file)
    {
        var path = operation.TextAt("path")!;
        var word = path[(path.LastIndexOf('/') + 1)..];
        var near = Suggestion.For(word, keys);
        return Finding(
            Layer.RuleReplaceMissing, file, operation.Position,
            $"A JSON patch replaces '{Printable.Of(path)}', which no patched object has: kustomize adds it.",
            (near is null ? "Correct the path." : $"Did you mean '{near}'?") + " To add a field, write 'op: add'.");
    }

    /// <summary>
    /// kustomize refuses the whole build for a fault; what only this resolver does not support is not a fault of the file.
    /// </summary>
    private void Try(string rule, string file, Node at, Action step)
    {
        try
        {
            step();
        }
        catch (FormatException exception)
        {
            Report(rule, file, at, $"Cannot be built: {exception.Message}.", "Fix the kustomization.");
        }
        catch (NotSupportedException exception)
        {
            Report(KustomizeRules.Unsupported, file, at, $"{exception.Message} is not supported here.",
                "kustomize may well build it: look at the output of render. The other checks see the objects without it.");
        }
    }

    /// <summary>
    /// All patches in kustomize's order. The deprecated members have no list of targets, or the text itself as their item.
    /// </summary>
    private static IEnumerable<(Mapping Patch, bool IsOlder)> PatchesOf(Mapping kustomization) =>
    [
        .. kustomization.ItemsAt("patchesStrategicMerge").OfType<Scalar>()
            .Select(item => (new Mapping { { item.Value.Contains('\n') ? "patch" : "path", item } } with
            {
                Position = item.Position,
                File = item.File,
            }, true)),
        .. kustomization.MappingsAt("patches").Select(patch => (patch, false)),
        .. kustomization.MappingsAt("patchesJson6902").Select(patch => (patch, true)),
    ];

    private static bool IsRemote(string text) => RemoteStarts.Any(start => text.StartsWith(start, StringComparison.Ordinal))
        || text.Contains("://") || text.Contains("?ref=");

    private void Remote(string file, Node item) => Report(KustomizeRules.Unsupported, file, item,
        $"The remote base '{Printable.Of(Text(item))}' is not fetched here.", "Copy it into the tree.");

    private void Outside(string file, Node item) =>
        Report(KustomizeRules.Outside, file, item, $"'{Text(item)}' is outside of the tree.", "Use only files of the repository.");

    /// <summary>Reports at a node, which may be from another file with a Flux Kustomization.</summary>
    private void Report(string rule, string file, Node at, string message, string fix) =>
        Report(rule, FileOf(at, file), at.Position, message, fix);

    private void Report(string rule, string file, Position position, string message, string fix) =>
        findings.Add(Finding(rule, file, position, message, fix));

    private static Finding Finding(string rule, string file, Position position, string message, string fix) =>
        new()
        {
            Rule = rule,
            File = file,
            Position = position,
            Message = message,
            Fix = fix,
            Severity = rule is KustomizeRules.Unsupported or Layer.RuleReplaceMissing ? Severity.Warning : Severity.Error,
        };

    private static string FileOf(Node node, string fallback) => node.File.Length > 0 ? node.File : fallback;

    private static string Text(Node node) => (node as Scalar)?.Value ?? "";
}

/// <summary>The resources of a build, each id once.</summary>
internal sealed class ResourceList
{
    private readonly HashSet<ResourceId> ids = [];

    public List<Manifest> Items { get; } = [];

    public bool TryAdd(Manifest resource)
    {
        if (!ids.Add(resource.Id))
        {
            return false;
        }

        Items.Add(resource);
        return true;
    }

    public void Replace(int index, Manifest resource)
    {
        ids.Remove(Items[index].Id);
        ids.Add(resource.Id);
        Items[index] = resource;
    }

    public void RemoveAt(int index)
    {
        ids.Remove(Items[index].Id);
        Items.RemoveAt(index);
    }
}
