namespace PlatformGitOps.Generator.Tests.Lint;

public sealed class LintCasesTests
{
    [TestCase("{say: x, edit: {old: a, new: b}}", "say")]
    [TestCase("{edit: {old: a, now: b}}", "now")]
    [TestCase("{edit: {old: a}}", "edit")]
    [TestCase("{edit: {file: nosuch, old: a, new: b}}", "edit")]
    [TestCase("{values: text}", "values")]
    [TestCase("{says: x}", "a case")]
    public void What_nothing_reads_is_refused_with_its_line(string body, string key) =>
        Should.Throw<InvalidDataException>(() => LintCases.Read("cases.yaml", $"pdb-overlap:\n  a case: {body}\n").ToList())
            .Message.ShouldBe($"cases.yaml:2: LintCases does not read this '{key}'.");
}
