using PlatformGitOps.Generator.Findings;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>The emitted tree with a few hand edits, and the rules that must speak about them.</summary>
public sealed record LintFixture(string Rule, string About)
{
    private readonly List<(string File, string? Old, string New)> edits = [];

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

    public const string Release = "kubernetes/bases/coredns/helmrelease.yaml";

    public LintFixture Edit(string file, string old, string @new)
    {
        edits.Add((file, old, @new));
        return this;
    }

    /// <summary>Edits the values of the release.</summary>
    public LintFixture Value(string old, string @new) => Edit(Release, old, @new);

    /// <summary>Adds a top-level value to the release.</summary>
    public LintFixture AddValue(string yaml) =>
        Edit(Release, "    k8sAppLabelOverride: kube-dns\n", $"    k8sAppLabelOverride: kube-dns\n{yaml}");

    public LintFixture Add(string file, string text)
    {
        edits.Add((file, null, text));
        return this;
    }

    public IReadOnlyList<Finding> Check() => Linter.Check(Edited().Source(), LintOptions.Of(Platform()));

    /// <summary>The texts of the edited tree.</summary>
    public IReadOnlyDictionary<string, string> Files() => Edited().Files;

    private EditedTree Edited() => edits.Aggregate(EditedTree.Of(Platform()), (tree, edit) =>
        edit.Old is null ? tree.With(edit.File, edit.New) : tree.Edit(edit.File, edit.Old, edit.New));

    private Platform Platform()
    {
        var platform = Given.Platform(Scaled ? Given.Infra with
        {
            Dns = Given.Infra.Dns with
            {
                Autoscaling = new Autoscaling.Horizontal(
            6, 70)
            }
        } : Given.Infra);
        return Strict ? platform with { Flux = new FluxSettings { Version = SemVer.Parse("2.9.4"), StrictSubstitution = true } }
            : platform;
    }

    public string EditedFile => Where ?? edits[0].File;

    public override string ToString() => $"{Rule}: {About}";
}
