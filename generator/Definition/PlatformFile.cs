namespace PlatformGitOps.Generator.Definition;

/// <summary>Reads the definition from disk.</summary>
public static class PlatformFile
{
    private const long LargestFile = 64 << 20;

    /// <summary>Reads a definition. A file that is missing or cannot be read is a finding too.</summary>
    /// <param name="path">For example <c>platform.yaml</c>.</param>
    public static PlatformReading Read(string path)
    {
        var name = path.Replace('\\', '/');
        if (Directory.Exists(path))
        {
            return Refused(name, DefinitionRules.Unreadable, $"'{name}' is a directory.", "Name the definition's file.");
        }

        var file = new FileInfo(path);
        if (!file.Exists)
        {
            return Refused(name, DefinitionRules.Missing, $"The file '{name}' does not exist.",
                Twin(path) is { } other && File.Exists(other)
                    ? $"There is a '{Path.GetFileName(other)}': name it with --definition."
                    : "Run this where it lies, or write one: 'init' prints a starter.");
        }

        if (file.LinkTarget is { } target && file.ResolveLinkTarget(returnFinalTarget: true) is not { Exists: true })
        {
            return Refused(name, DefinitionRules.Missing, $"'{name}' is a link to '{target}', and nothing is there.",
                "Correct the link, or replace it by the file.");
        }

        // Standard input may be a file; the tree would then be written to /dev.
        if (SpecialFile.Is(path, followLinks: true) || path is "/dev/stdin" || path.StartsWith("/dev/fd/", StringComparison.Ordinal))
        {
            return Refused(name, DefinitionRules.Unreadable, $"'{name}' is a named pipe, a device or a socket.",
                "Use a plain file as the definition.");
        }

        if (Twin(path) is { } twin && File.Exists(twin))
        {
            return Refused(name, DefinitionRules.Twice, $"'{Path.GetFileName(twin)}' lies beside it, and only one can be the definition.",
                "Delete or rename one of the two.");
        }

        try
        {
            // A file that is far too large is refused without reading it.
            return file.Length <= LargestFile
                ? PlatformText.Read(name, File.ReadAllBytes(path), FileReader(path), ManifestFolderTest(path))
                : Refused(name, Yaml.YamlRules.TooLarge, $"The file has {file.Length} bytes.", "Check that this is the right file.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Refused(name, DefinitionRules.Unreadable, $"The file cannot be read: {exception.Message}", "Check its permissions.");
        }
    }

    /// <summary>
    /// Reads files that the definition names: plain ones, up to the size of a definition. Findings quote their lines, so links, which may
    /// lead anywhere, are not read.
    /// </summary>
    public static Func<string, byte[]?> FileReader(string definition) => path =>
    {
        try
        {
            var file = new FileInfo(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(definition))!, path));
            return file.Exists && file.LinkTarget is null && file.Length <= LargestFile
                && !SpecialFile.Is(file.FullName, followLinks: false)
                ? File.ReadAllBytes(file.FullName) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    };

    /// <summary>Returns whether a folder beside a definition has a manifest, for example a cluster's overlay.</summary>
    public static Func<string, bool> ManifestFolderTest(string definition) => path =>
        HasManifest(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(definition))!, path));

    /// <summary>
    /// True if the folder has a file that kustomize reads. git does not keep an empty folder, Flux fails on one without a manifest, and its
    /// source has no links.
    /// </summary>
    public static bool HasManifest(string folder) => Directory.Exists(folder)
        && Directory.EnumerateFiles(folder, "*", new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint,
        }).Any(file => Path.GetExtension(file) is ".yaml" or ".yml" || Path.GetFileName(file) == "Kustomization");

    private static string? Twin(string path) => Path.GetExtension(path) switch
    {
        ".yaml" => Path.ChangeExtension(path, ".yml"),
        ".yml" => Path.ChangeExtension(path, ".yaml"),
        _ => null,
    };

    private static PlatformReading.Invalid Refused(string file, string rule, string message, string fix) =>
        new([new Finding { Rule = rule, File = file, Message = message, Fix = fix }]);
}
