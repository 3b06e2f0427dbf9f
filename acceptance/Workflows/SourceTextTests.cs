namespace PlatformGitOps.Acceptance.Workflows;

/// <summary>Rules of .editorconfig for C# files that no analyzer checks.</summary>
public sealed partial class SourceTextTests
{
    private const int LongestLine = 140;

    [Test]
    public void No_line_of_a_csharp_file_is_longer_than_140_characters() =>
        SourceFiles()
            .SelectMany(file => File.ReadLines(file)
                .Select((line, index) => (Line: line, Place: $"{Path.GetRelativePath(Repository.Root, file)}:{index + 1}")))
            .Where(entry => entry.Line.Length > LongestLine)
            .Select(entry => $"{entry.Place} has {entry.Line.Length} characters; wrap it")
            .ShouldBeEmpty($"a line has at most {LongestLine} characters");

    /// <summary>A name has one meaning in the whole solution; nested types are read with their outer type.</summary>
    [Test]
    public void No_two_types_have_the_same_name() =>
        SourceFiles()
            .SelectMany(file => File.ReadLines(file).Select(line => TypeDeclaration().Match(line)).Where(match => match.Success)
                .Select(match => (Type: match.Groups["type"].Value, File: Path.GetRelativePath(Repository.Root, file))))
            .GroupBy(declared => declared.Type, StringComparer.Ordinal)
            .Where(group => group.Select(declared => PartOf(declared.File)).Distinct(StringComparer.Ordinal).Count() > 1)
            .Select(group => $"{group.Key}: {string.Join(", ", group.Select(declared => declared.File))}")
            .ShouldBeEmpty("a type's name is in use; choose another one");

    /// <summary>
    /// The generator of LoggerMessage writes all classes of a program into one file, in random order: with two classes, releases would not
    /// be reproducible.
    /// </summary>
    [Test]
    public void All_log_messages_of_a_program_are_in_one_class() =>
        SourceFiles()
            .SelectMany(file => LoggingTypes(file).Distinct()
                .Select(type => (Type: type, File: Path.GetRelativePath(Repository.Root, file))))
            .GroupBy(entry => entry.File.Split(Path.DirectorySeparatorChar)[0])
            .Where(program => program.Count() > 1)
            .Select(program => string.Join(", ", program.Select(entry => $"{entry.Type} in {entry.File}")))
            .ShouldBeEmpty("move the methods into one of these classes");

    private static IEnumerable<string> LoggingTypes(string file)
    {
        var type = "";
        foreach (var line in File.ReadLines(file))
        {
            if (TypeDeclaration().Match(line) is { Success: true } match)
            {
                type = match.Groups["type"].Value;
            }
            else if (line.TrimStart().StartsWith("[LoggerMessage(", StringComparison.Ordinal))
            {
                yield return type;
            }
        }
    }

    /// <summary>The parts of a partial type are files in one folder with the same prefix.</summary>
    private static string PartOf(string file) => Path.Combine(Path.GetDirectoryName(file)!, Path.GetFileName(file).Split('.')[0]);

    private static IEnumerable<string> SourceFiles() =>
        Directory.EnumerateDirectories(Repository.Root)
            .Where(folder => Path.GetFileName(folder) is not "artifacts" && !Path.GetFileName(folder).StartsWith('.'))
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories));

    [GeneratedRegex(@"^(?:(?:public|internal|static|sealed|abstract|partial|readonly|ref) )*" +
        @"(?:class|record(?: struct| class)?|struct|interface|enum) (?<type>\w+(?:<\w+(?:, \w+)*>)?)")]
    private static partial Regex TypeDeclaration();
}
