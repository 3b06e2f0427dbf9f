namespace PlatformGitOps.Generator.Tests.Lint;

public sealed class IgnoredFindingsTests
{
    private const string File = "kubernetes/overlays/infra/app.yaml";

    [TestCase("a: 1 # lint-ignore some-rule: the owner knows", 1)]
    [TestCase("# lint-ignore some-rule: the owner knows\na: 1", 2)]
    [TestCase("# lint-ignore some-rule: the owner knows\n# lint-ignore other: why\na: 1", 3)]
    public void A_comment_with_a_reason_keeps_the_finding_back(string text, int line)
    {
        var (left, ignored) = Split(text, line);

        left.ShouldBeEmpty();
        ignored.ShouldHaveSingleItem().Reason.ShouldBe("the owner knows");
    }

    [TestCase("a: 1 # lint-ignore other-rule: the owner knows", 1)]
    [TestCase("# lint-ignore some-rule: the owner knows\n\na: 1", 3)]
    [TestCase("# lint-ignore some-rule: the owner knows\nb: 1\na: 1", 3)]
    [TestCase("a: \"#\"lint-ignore some-rule: text", 1)]
    public void A_comment_on_another_rule_or_another_line_does_not(string text, int line) =>
        Split(text, line).Left.ShouldHaveSingleItem().Fix.ShouldBe("Change it.");

    [TestCase("a: 1 # lint-ignore some-rule")]
    [TestCase("a: 1 # lint-ignore some-rule:  ")]
    public void A_comment_without_a_reason_is_a_finding(string text) =>
        Split(text, 1).Left.ShouldHaveSingleItem().Fix.ShouldContain("needs a reason");

    [Test]
    public async Task Lint_counts_what_is_ignored_and_ends_well()
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", """
            repository: { url: "https://github.com/example/platform.git" }
            clusters: [{ name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }]
            """);
        folder.Write("kubernetes/overlays/infra/kustomization.yaml", "resources: [app.yaml]\n");
        string App(string comment) => "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app, namespace: default }\n"
            + $"data:\n  text: ${{NOWHERE}}{comment}\n";
        folder.Write(File, App(""));
        (await Verb.Run("generate", "-f", definition)).ExitCode.ShouldBe(0);
        (await Verb.Run("lint", "-f", definition)).Output.ShouldContain("variable-undefined");

        folder.Write(File, App(" # lint-ignore variable-undefined: an operator replaces it"));
        var lint = await Verb.Run("lint", "-f", definition, "--verbose");

        lint.ExitCode.ShouldBe(0, lint.Output);
        lint.Output.ShouldContain("variable-undefined is ignored: an operator replaces it");
        lint.Output.ShouldContain(", 1 ignored with a reason");
    }

    [TestCase("", "rule: variable-undefined, path: 'kubernetes/overlays/**'", 0, "1 ignored with a reason")]
    [TestCase("", "rule: variable-undefined", 0, "1 ignored with a reason")]
    [TestCase("", "rule: variable-undefined, path: 'kubernetes/overlays/*.yaml'", 1, "platform.yaml:3:19: lint-ignore-unused: This entry")]
    [TestCase(" # lint-ignore variable-unused: why", "rule: variable-undefined", 1, "app.yaml:5:20: lint-ignore-unused: This comment")]
    public async Task The_definition_keeps_findings_back(string comment, string entry, int exitCode, string output)
    {
        var lint = await Lint(comment, $"lint: {{ ignore: [ {{ {entry}, reason: an operator replaces it }} ] }}");

        lint.ExitCode.ShouldBe(exitCode, lint.Output);
        lint.Output.ShouldContain(output);
    }

    [TestCase("warning", 0)]
    [TestCase("note", 0)]
    [TestCase("error", 1)]
    public async Task Only_errors_end_with_the_exit_code_of_findings(string severity, int exitCode)
    {
        var lint = await Lint("", $"lint: {{ severity: {{ variable-undefined: {severity} }} }}");

        lint.ExitCode.ShouldBe(exitCode, lint.Output);
        lint.Output.ShouldContain(severity == "error" ? "variable-undefined: ${NOWHERE}" : $"variable-undefined: {severity}: ${{NOWHERE}}");
    }

    private static async Task<(int ExitCode, string Output)> Lint(string comment, string settings)
    {
        using var folder = new TemporaryFolder();
        var definition = folder.Write("platform.yaml", $$"""
            repository: { url: "https://github.com/example/platform.git" }
            clusters: [{ name: infra, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }]
            {{settings}}
            """);
        folder.Write("kubernetes/overlays/infra/kustomization.yaml", "resources: [app.yaml]\n");
        folder.Write(File, "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: app, namespace: default }\n"
            + $"data:\n  text: ${{NOWHERE}}{comment}\n");
        (await Verb.Run("generate", "-f", definition)).ExitCode.ShouldBe(0);
        var lint = await Verb.Run("lint", "-f", definition);
        return (lint.ExitCode, lint.Output);
    }

    private static (IReadOnlyList<Finding> Left, IReadOnlyList<IgnoredFinding> Ignored) Split(string text, int line) =>
        IgnoredFindings.Split(
            SourceTree.Of(new Dictionary<string, byte[]> { [File] = System.Text.Encoding.UTF8.GetBytes(text) }),
            [new Finding { Rule = "some-rule", File = File, Position = new Position(line, 1), Message = "Wrong.", Fix = "Change it." }]);
}
