namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>The emitted tree with a few hand edits, and the rules that must speak about them.</summary>
public sealed record LintFixture(string Rule, string About)
{
    public const string Release = "kubernetes/bases/coredns/helmrelease.yaml";
    public const string Folder = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";

    private const string LastOfFolder = "- prometheusrule.yaml\n";
    private const string LastValue = "k8sAppLabelOverride: kube-dns\n";
    private const string Values = "  values:\n";

    /// <summary>File and line of the case; empty for one in C#.</summary>
    public string Place { get; init; } = "";

    /// <summary>What the finding must say.</summary>
    public string Says { get; init; } = "";

    /// <summary>Rules that rightly speak too.</summary>
    public IReadOnlyList<string> Also { get; init; } = [];

    /// <summary>True where a cluster with a scaler on CPU use is edited.</summary>
    public bool Scaled { get; init; }

    /// <summary>True where Flux fails on an unset variable.</summary>
    public bool Strict { get; init; }

    /// <summary>The file that the finding must name; the first edited one where it is null.</summary>
    public string? Where { get; init; }

    private ImmutableArray<(string File, string? Old, string New)> Edits { get; init; } = [];

    public bool HasEdits => !Edits.IsEmpty;

    public string EditedFile => Where ?? Edits[0].File;

    /// <summary>Replaces a text, which must be there. One that ends with a line break is whole lines, at any indentation.</summary>
    public LintFixture Edit(string file, string old, string @new) => this with { Edits = Edits.Add((file, old, @new)) };

    /// <summary>Edits the values of the release.</summary>
    public LintFixture Value(string old, string @new) => Edit(Release, old, @new);

    public LintFixture Add(string file, string text) => this with { Edits = Edits.Add((file, null, text)) };

    /// <summary>Adds a file to the folder of CoreDNS, whose kustomization.yaml then names it.</summary>
    public LintFixture Apply(string name, string text) =>
        Add(Folder.Replace("kustomization.yaml", name), text)
            .Edit(Folder, LastOfFolder, $"{LastOfFolder}- {name}\n");

    /// <summary>Adds top-level values to the release.</summary>
    public LintFixture AddValues(string yaml) => Edit(Release, LastValue, LastValue + yaml);

    /// <summary>Patches the chart's objects, of a target or of the name that is in the patch. A target is a kind, then a name, with its
    /// namespace before a slash: "Service kube-dns".</summary>
    public LintFixture Patch(string? target, string patch) => Render(target is null
        ? $"patches:\n          - patch: |\n              {patch}\n"
        : $"patches:\n          - target: {Target(target)}\n            patch: |\n              - {patch}\n");

    /// <summary>Has kustomize change the image of CoreDNS.</summary>
    public LintFixture Images(Mapping change) =>
        Render($"images:\n          - {change.Set("name", "coredns/coredns").ToJson()!.ToJsonString()}\n");

    public IReadOnlyList<Finding> Check() => Linter.Check(Edited().Source(), LintOptions.Of(Platform()));

    /// <summary>The texts of the edited tree.</summary>
    public IReadOnlyDictionary<string, string> Files() => Edited().Files;

    public override string ToString() => $"{Rule}: {About}";

    private LintFixture Render(string renderer) =>
        Edit(Release, Values, $"  postRenderers:\n    - kustomize:\n        {renderer}{Values}");

    private static string Target(string target)
    {
        var (kind, name) = target.Split(' ') is [var first, var rest] ? (first, rest.Split('/')) : (target, []);
        return new Mapping
        {
            { "kind", kind },
            { "name", name.LastOrDefault() },
            { "namespace", name.Length > 1 ? name[0] : null },
        }.ToJson()!.ToJsonString();
    }

    private EditedTree Edited() => Edits.Aggregate(EditedTree.Of(Platform()), (tree, edit) =>
        edit.Old is null ? tree.With(edit.File, edit.New)
            : edit.Old.EndsWith('\n') ? tree.EditLines(edit.File, edit.Old, edit.New)
            : tree.Edit(edit.File, edit.Old, edit.New));

    private Platform Platform()
    {
        var platform = Given.Platform(Scaled ? Given.Cluster("dns: { autoscaling: { kind: hpa, maxReplicas: 6 } }") : Given.Infra);
        return Strict ? platform with { Flux = new FluxSettings { Version = SemVer.Parse("2.9.4"), StrictSubstitution = true } }
            : platform;
    }
}
