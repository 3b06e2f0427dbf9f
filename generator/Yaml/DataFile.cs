using System.Reflection;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>The data files and other texts that the program carries, by the names that its project gives them.</summary>
internal static class DataFile
{
    /// <summary>A text of this program, with \n at the ends of its lines.</summary>
    public static string Text(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>A data file of this program.</summary>
    public static Mapping Read(string resource) => Read(resource, Text(resource));

    /// <exception cref="InvalidDataException">The text is not valid YAML.</exception>
    public static Mapping Read(string name, string text)
    {
        var read = YamlReader.Read(name, text, YamlOptions.Tree);
        return read.Findings.IsEmpty ? (Mapping)read.Documents[0] : throw new InvalidDataException(string.Join('\n', read.Findings));
    }
}
