using System.Xml.Linq;

namespace PlatformGitOps.Controller.Sbom;

/// <summary>The folder of restored packages, in which each package keeps its nuspec.</summary>
public sealed class NuGetFolder(string folder)
{
    public string? License(string name, string version)
    {
        var (lower, file) = (name.ToLowerInvariant(), $"{name.ToLowerInvariant()}.nuspec");
        var path = Path.Combine(folder, lower, version, file);
        return File.Exists(path)
            ? XDocument.Load(path).Descendants().FirstOrDefault(element => element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression")?.Value
            : null;
    }
}
