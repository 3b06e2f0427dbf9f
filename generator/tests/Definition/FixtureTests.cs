using System.Reflection;
using PlatformGitOps.Generator.Definition.Rules;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>
/// Each invalid definition has a .findings file: for every finding its position and rule, then the message, then the fix. Files that it
/// reads are in the same folder.
/// </summary>
public class FixtureTests
{
    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Valid))]
    public void A_valid_definition_has_no_finding(string path)
    {
        var reading = PlatformText.Read("platform.yaml", File.ReadAllBytes(path));
        reading.ShouldBeOfType<PlatformReading.Valid>(reading is PlatformReading.Invalid invalid ? Text(invalid) : "");
    }

    [TestCaseSource(typeof(Fixtures), nameof(Fixtures.Invalid))]
    public void An_invalid_definition_has_exactly_the_findings_of_its_fixture(string path)
    {
        var invalid = PlatformText.Read("platform.yaml", Bytes(path), Beside).ShouldBeOfType<PlatformReading.Invalid>();
        Received.ShouldBe(Text(invalid), Path.ChangeExtension(path, ".findings"));

        byte[]? Beside(string file)
        {
            var whole = Path.Combine(Path.GetDirectoryName(path)!, file);
            return File.Exists(whole) ? File.ReadAllBytes(whole) : null;
        }
    }

    [TestCaseSource(nameof(TextRules))]
    public void Every_rule_has_an_invalid_definition_that_is_named_after_it(string rule) =>
        File.ReadLines(Path.Combine(Fixtures.Folder, "invalid", rule + ".findings"))
            .ShouldContain(line => line.EndsWith(" " + rule, StringComparison.Ordinal));

    public static IEnumerable<string> EveryRule() => new[] { typeof(YamlRules), typeof(DefinitionRules) }
        .Concat(typeof(DefinitionRules).Assembly.GetTypes().Where(type => type.GetCustomAttribute<RuleIdsAttribute>() is not null))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static))
        .Select(field => (string)field.GetRawConstantValue()!);

    // These rules are about the file, not about its text: PlatformFileTests tests them.
    private static IEnumerable<string> TextRules() => EveryRule()
        .Except([DefinitionRules.Missing, DefinitionRules.Unreadable, DefinitionRules.Twice]);

    /// <summary>Instead of a text of ten megabytes, the fixture is repeated up to the size in its first line.</summary>
    private static byte[] Bytes(string path)
    {
        var bytes = File.ReadAllBytes(path);
        const string Mark = "# repeat up to bytes: ";
        var first = System.Text.Encoding.Latin1.GetString(bytes).Split('\n')[0];
        return first.StartsWith(Mark, StringComparison.Ordinal)
            ? [.. Enumerable.Repeat(bytes, (int.Parse(first[Mark.Length..],
                System.Globalization.CultureInfo.InvariantCulture) / bytes.Length) + 1).SelectMany(part => part)]
            : bytes;
    }

    private static string Text(PlatformReading.Invalid invalid) => string.Concat(invalid.Findings.Select(Text));

    private static string Text(Finding finding) => $"{finding.Position} {finding.Rule}\n  {finding.Message}\n  {finding.Fix}\n";
}
