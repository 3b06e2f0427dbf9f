using System.Text;
using PlatformGitOps.Generator.Definition;

namespace PlatformGitOps.Generator.Tests.Definition;

/// <summary>
/// Definitions as a newcomer gets them wrong. They were written from docs/definition.md, without a look at the rules, together with what
/// a good message says: a comment <c># wrong: word | word</c> marks the line of the mistake, with a word of the message and one that
/// leads to the fix.
/// </summary>
public sealed class MistakeTests
{
    private const string Mark = " # wrong: ";

    private static IEnumerable<TestCaseData> Mistakes() =>
        Directory.GetFiles(Path.Combine(Fixtures.Folder, "mistakes"), "*.yaml").Order(StringComparer.Ordinal)
            .Select(file => new TestCaseData(file).SetName($"The message helps: {Path.GetFileNameWithoutExtension(file)}"));

    [TestCaseSource(nameof(Mistakes))]
    public void The_message_names_the_place_what_is_wrong_there_and_the_fix(string file)
    {
        var lines = File.ReadAllLines(file);
        var line = Array.FindIndex(lines, text => text.Contains(Mark, StringComparison.Ordinal));
        var parts = lines[line].Split(Mark);
        var wanted = parts[1].Split(" | ");
        lines[line] = parts[0];

        var refused = PlatformText.Read("platform.yaml", Encoding.UTF8.GetBytes(string.Join('\n', lines)))
            .ShouldBeOfType<PlatformReading.Refused>();

        var there = refused.Findings.Where(finding => finding.Position.Line == line + 1).ToList();
        there.Any(finding => finding.Message.Contains(wanted[0], StringComparison.Ordinal)
                && $"{finding.Message} {finding.Fix}".Contains(wanted[1], StringComparison.Ordinal))
            .ShouldBeTrue(string.Join('\n', refused.Findings));
        there.ShouldAllBe(finding => finding.Position.Column > 0 && finding.Fix.Length > 0);
    }
}
