using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Disk;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Generator.Commands;

/// <summary>What a verb works with: where, and whom it tells.</summary>
internal sealed record Workplace
{
    public required string DefinitionPath { get; init; }

    public required TextWriter Output { get; init; }

    public required TextWriter Error { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The folder of the definition: the tree stands beside it.</summary>
    public string Root => Path.GetDirectoryName(Path.GetFullPath(DefinitionPath))!;

    /// <summary>The tree of a definition, to be written or compared.</summary>
    public WriteRequest Request(Platform platform) => new()
    {
        Root = Root,
        Files = Tree.Build(platform),
        DefinitionHash = ContentHash.OfFile(DefinitionPath),
    };

    /// <summary>Reads the definition; a bad one is printed, every violation of it, and null comes back.</summary>
    public Platform? ReadPlatform()
    {
        switch (PlatformFile.Read(DefinitionPath))
        {
            case PlatformReading.Sound sound:
                return sound.Platform;
            case PlatformReading.Refused { Findings: var findings }:
                foreach (var finding in findings)
                {
                    Error.WriteLine(finding);
                }

                Error.WriteLine($"{findings.Length} violation{(findings.Length == 1 ? "" : "s")}; nothing was written.");
                return null;
            default:
                throw new InvalidOperationException("A reading is sound or refused.");
        }
    }
}
