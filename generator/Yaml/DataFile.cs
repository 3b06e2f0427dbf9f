using System.Reflection;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>Data files and texts that are embedded in the program, by their resource names.</summary>
internal static class DataFile
{
    /// <summary>An embedded text with line ends \n.</summary>
    public static string Text(string resource)
    {
        using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>An embedded data file.</summary>
    public static Mapping Read(string resource) => Read(resource, Text(resource));

    /// <exception cref="InvalidDataException">The text is not valid YAML.</exception>
    public static Mapping Read(string name, string text)
    {
        var read = YamlReader.Read(name, text, YamlOptions.Tree);
        return read.Findings.IsEmpty ? (Mapping)read.Documents[0] : throw new InvalidDataException(string.Join('\n', read.Findings));
    }
}
