using System.Reflection;

namespace PlatformGitOps.Generator.Yaml;

/// <summary>Data files that are part of this program. A fault in one of them is a fault of the program.</summary>
internal static class EmbeddedYaml
{
    /// <summary>The mapping in a data file.</summary>
    /// <param name="resource">The file's name among the resources of the program.</param>
    public static Mapping Read(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return Parse(resource, bytes.ToArray());
    }

    /// <summary>The mapping in the text of such a file.</summary>
    /// <exception cref="InvalidDataException">The text has findings.</exception>
    public static Mapping Parse(string name, byte[] bytes)
    {
        var text = YamlReader.Read(name, bytes, YamlOptions.Tree);
        return text.Findings.IsEmpty ? (Mapping)text.Documents[0] : throw new InvalidDataException(string.Join('\n', text.Findings));
    }
}
