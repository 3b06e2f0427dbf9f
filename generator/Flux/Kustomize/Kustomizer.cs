using System.Collections.Concurrent;

namespace PlatformGitOps.Generator.Flux.Kustomize;

/// <summary>A folder to build, and what a Flux Kustomization adds to its kustomization.yaml.</summary>
/// <param name="Folder">Relative to the root, with forward slashes; empty for the root itself.</param>
public sealed record BuildRequest(string Folder)
{
    private static readonly string[] Members =
        ["components", "ignoreMissingComponents", "targetNamespace", "namePrefix", "nameSuffix", "patches", "images"];

    /// <summary>The members of the Flux Kustomization's spec that change the build.</summary>
    public Mapping Spec { get; private init; } = [];

    /// <summary>The request for a Flux Kustomization.</summary>
    public static BuildRequest Of(string folder, Mapping? spec) =>
        new(folder) { Spec = new Mapping((spec ?? []).Where(entry => Members.Contains(entry.Key))) };

    /// <summary>A copy with further Components, relative to the folder.</summary>
    public BuildRequest With(params IEnumerable<string> components) => this with
    {
        Spec = Spec.Set("components", Sequence.Of(Spec.ItemsAt("components").Concat(components.Select(component => (Node)component)))),
    };

    /// <summary>Equal for requests with the same result.</summary>
    internal string Key => Spec.Entries.IsEmpty ? Folder : Written(new StringBuilder(Folder), Spec).ToString();

    // The lengths keep different texts apart.
    private static StringBuilder Written(StringBuilder key, Node node)
    {
        switch (node)
        {
            case Mapping mapping:
                key.Append('{');
                foreach (var entry in mapping.Entries)
                {
                    Written(key.Append(entry.Key.Length).Append(':').Append(entry.Key), entry.Value);
                }

                return key.Append('}');
            case Sequence sequence:
                key.Append('[');
                foreach (var item in sequence.Items)
                {
                    Written(key, item);
                }

                return key.Append(']');
            case Scalar scalar:
                return key.Append(scalar.IsText ? '\'' : '=').Append(scalar.Value.Length).Append(':').Append(scalar.Value);
            default:
                return key.Append('?');
        }
    }
}

/// <summary>The result of a build.</summary>
/// <param name="Resources">In the order in which they are added; incomplete if there are findings.</param>
/// <param name="Findings">Why the build failed, or what this resolver does not support; empty if the build is valid.</param>
public sealed record BuildResult(ImmutableArray<Manifest> Resources, ImmutableArray<Finding> Findings)
{
    /// <summary>What kustomize accepts but is most likely a mistake.</summary>
    public ImmutableArray<PatchWarning> Warnings { get; init; } = [];

    /// <summary>What was added to the folder, with the positions of the built request.</summary>
    internal Mapping Spec { get; init; } = [];
}

/// <summary>
/// Builds folders of a tree in this process, fast enough for a thousand clusters with shared bases. It supports the part of kustomize that
/// the generated tree and Flux use; anything else is a finding, never a guess. An instance is thread-safe.
/// </summary>
public sealed class Kustomizer(SourceTree tree)
{
    private readonly ConcurrentDictionary<string, YamlText?> files = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, BuildResult> built = new(StringComparer.Ordinal);

    internal SourceTree Tree => tree;

    /// <summary>The objects that Flux would apply from a folder, before substitution. Each distinct request is built once.</summary>
    public BuildResult Build(BuildRequest request) => built.GetOrAdd(request.Key, _ =>
    {
        var accumulation = new Accumulation(this);
        accumulation.Add(request);
        return accumulation.Result with { Spec = request.Spec };
    });

    /// <summary>The documents of a file, parsed once; null if the file does not exist.</summary>
    internal YamlText? Read(string path) =>
        files.GetOrAdd(path, Parse) is var text && text is { Documents.IsDefault: true } ? Parse(path) : text;

    /// <summary>The YAML faults of a file.</summary>
    internal ImmutableArray<Finding> Faults(string path) => files.GetOrAdd(path, Parse)?.Findings ?? [];

    /// <summary>Frees the content and the build of a folder that no other cluster uses.</summary>
    internal void Forget(string folder)
    {
        built.TryRemove(folder, out _);
        foreach (var path in tree.FilesBelow(folder))
        {
            if (files.TryGetValue(path, out var text) && text is not null)
            {
                files[path] = new YamlText(default, text.Findings);
            }
        }
    }

    private YamlText? Parse(string path) => tree.Read(path) is not { } bytes ? null : YamlReader.Read(path, bytes,
        KustomizationFile.Names.Contains(path[(path.LastIndexOf('/') + 1)..]) ? YamlOptions.Kustomization : YamlOptions.Kustomize);
}
