namespace PlatformGitOps.Controller.Sbom;

/// <summary>Something that is inside the program.</summary>
/// <param name="Kind">package (from NuGet), project (of this repository) or runtimepack (.NET itself).</param>
/// <param name="Name">Without the prefix that runtime packs have in deps.json.</param>
/// <param name="Version">As it is published under.</param>
/// <param name="Sha512">Of the NuGet package, in hexadecimal; null where there is none.</param>
/// <param name="License">An SPDX expression; null where none is told.</param>
/// <param name="DependsOn">References of other components.</param>
public sealed record Component(string Kind, string Name, string Version, string? Sha512, string? License, IReadOnlyList<string> DependsOn)
{
    /// <summary>The package URL, which is also how other components refer to it: https://github.com/package-url/purl-spec.</summary>
    public string Reference => Kind == "project" ? $"pkg:generic/{Name}@{Version}" : $"pkg:nuget/{Name}@{Version}";
}
