using PlatformGitOps.Acceptance.Delivery;

namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>What .editorconfig promises about C# files and no analyzer checks.</summary>
public sealed class SourceTextTests
{
    private const int LongestLine = 140;

    [Test]
    public void No_line_of_a_csharp_file_is_longer_than_140_characters() =>
        Directory.EnumerateDirectories(Repository.Root)
            .Where(folder => Path.GetFileName(folder) is not "artifacts" && !Path.GetFileName(folder).StartsWith('.'))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .SelectMany(file => File.ReadLines(file)
                .Select((line, index) => (Line: line, Place: $"{Path.GetRelativePath(Repository.Root, file)}:{index + 1}")))
            .Where(entry => entry.Line.Length > LongestLine)
            .Select(entry => $"{entry.Place} has {entry.Line.Length} characters; wrap it")
            .ShouldBeEmpty($"a line has at most {LongestLine} characters");
}
