namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Objects of one's own in the layer of CoreDNS.</summary>
internal static class OwnObjects
{
    public const string File = "kubernetes/infrastructure/networking/coredns/own.yaml";

    /// <summary>A tree with these objects beside the release.</summary>
    public static LintFixture With(params string[] objects) => new LintFixture("", "").WithOwn(objects);

    /// <inheritdoc cref="With"/>
    public static LintFixture WithOwn(this LintFixture tree, params string[] objects) =>
        tree.Apply("own.yaml", string.Join("\n---\n", objects));

    /// <summary>What a rule says of a tree.</summary>
    public static string[] Said(this LintFixture tree, string rule) =>
        [.. tree.Check().Where(finding => finding.Rule == rule).Select(finding => finding.Message)];
}
