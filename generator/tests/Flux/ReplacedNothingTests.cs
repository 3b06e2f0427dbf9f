using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>A misspelt word in the path of a "replace" is a new field (findings/json-patch-replace-missing.sh).</summary>
[TestFixture]
public sealed class ReplacedNothingTests
{
    private const string Config = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {a: "1"}
        """;

    [TestCase("{op: replace, path: /data/aa, value: '2'}", "Did you mean 'a'? To add a field, write 'op: add'.")]
    [TestCase("{op: replace, path: /data/other, value: '2'}", "Correct the path. To add a field, write 'op: add'.")]
    [TestCase("{op: replace, path: /metadata/annotations/x, value: y}", "Correct the path. To add a field, write 'op: add'.")]
    public void A_JSON_patch_that_replaces_what_no_object_has_is_a_warning(string operation, string fix)
    {
        var result = Build(
            ("app/kustomization.yaml", Patching(operation)), ("app/config.yaml", Config), ("app/other.yaml", Other("b")));

        result.Findings.ShouldBeEmpty("kustomize builds it");
        var warning = result.Warnings.ShouldHaveSingleItem().Finding;
        (warning.Rule, warning.Severity, warning.Fix).ShouldBe((Layer.RuleReplaceMissing, Severity.Warning, fix));
        (warning.File, warning.Position.Line).ShouldBe(("app/kustomization.yaml", 5));
    }

    [TestCase("{op: replace, path: /data/a, value: '2'}", Description = "one of the two objects has it")]
    [TestCase("{op: add, path: /data/aa, value: '2'}")]
    [TestCase("{op: add, path: /data/aa, value: '2'}\n      - {op: replace, path: /data/aa, value: '3'}")]
    public void Other_operations_and_patches_of_several_objects_are_not(string operations) => Build(
            ("app/kustomization.yaml", Patching(operations)), ("app/config.yaml", Config), ("app/other.yaml", Other("b")))
        .Warnings.ShouldBeEmpty();

    private static string Patching(string operations) => $$"""
        resources: [config.yaml, other.yaml]
        patches:
          - target: {kind: ConfigMap}
            patch: |
              - {{operations}}
        """;

    private static string Other(string key) =>
        $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: other, namespace: kube-system}}, data: {{{key}: '1'}}}}";

    private static BuildResult Build(params (string Path, string Text)[] files) => new Kustomizer(
            SourceTree.Of(files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal)))
        .Build(new BuildRequest("app"));
}
