using System.Text;
using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Generator.Flux;

/// <summary>The files that Flux would see at the root of its source: generated in memory, on disk, or in a commit.</summary>
public abstract class SourceTree
{
    /// <summary>A file's bytes, or null if there is no such file.</summary>
    /// <param name="path">Relative to the root, with forward slashes.</param>
    public abstract byte[]? Read(string path);

    /// <summary>Every file below a folder, sorted, each relative to the root. The empty folder is the root.</summary>
    public abstract IEnumerable<string> FilesBelow(string folder);

    /// <summary>True if a folder has at least one file.</summary>
    public virtual bool HasFolder(string folder) => FilesBelow(folder).Any();

    /// <summary>The tree of generated files.</summary>
    public static SourceTree Of(IEnumerable<GeneratedFile> files) =>
        Of(files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal));

    /// <summary>The tree of files that are in memory.</summary>
    public static SourceTree Of(IReadOnlyDictionary<string, byte[]> files) => new InMemory(files);

    /// <summary>The tree on disk; files are read on demand.</summary>
    public static SourceTree OnDisk(string root) => new OnDiskTree(Path.GetFullPath(root));

    /// <summary>Joins and normalises two paths; null if the result is outside of the tree.</summary>
    public static string? Combine(string folder, string relative)
    {
        var parts = new List<string>(folder.Length == 0 ? [] : folder.Split('/'));
        foreach (var part in relative.Split('/'))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part is not ("" or "."))
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }

    /// <summary>What source-controller leaves out of every artifact (fluxcd/pkg, sourceignore).</summary>
    private static bool IsExcluded(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return path.Split('/').Any(part => part is ".git" or ".github" or ".circleci")
            || name is ".gitignore" or ".gitmodules" or ".gitattributes" or ".travis.yml" or ".gitlab-ci.yml" or "appveyor.yml"
                or ".drone.yml" or "cloudbuild.yaml" or "codeship-services.yml" or "codeship-steps.yml"
                or ".goreleaser.yml" or ".sops.yaml" or ".flux.yaml";
    }

    private sealed class InMemory(IReadOnlyDictionary<string, byte[]> files) : SourceTree
    {
        private readonly string[] sorted = [.. files.Keys.Order(StringComparer.Ordinal)];

        public override byte[]? Read(string path) => IsExcluded(path) ? null : files.GetValueOrDefault(path);

        public override IEnumerable<string> FilesBelow(string folder)
        {
            var prefix = folder.Length == 0 ? "" : folder + "/";
            var start = Array.BinarySearch(sorted, prefix, StringComparer.Ordinal);
            return sorted.Skip(start < 0 ? ~start : start)
                .TakeWhile(path => path.StartsWith(prefix, StringComparison.Ordinal)).Where(path => !IsExcluded(path));
        }
    }

    private sealed class OnDiskTree(string root) : SourceTree
    {
        // Symbolic links are not part of an artifact.
        private static readonly EnumerationOptions NoLinks = new()
        {
            AttributesToSkip = FileAttributes.ReparsePoint,
            RecurseSubdirectories = true,
        };

        public override byte[]? Read(string path)
        {
            var file = new FileInfo(Path.Combine(root, path));
            return !file.Exists || file.LinkTarget is not null || IsExcluded(path) ? null

                // A pipe or a device has the length 0, and reading it would not end.
                : file.Length == 0 ? []
                : File.ReadAllBytes(file.FullName);
        }

        public override bool HasFolder(string folder) => Directory.Exists(Path.Combine(root, folder)) && Files(folder).Any();

        public override IEnumerable<string> FilesBelow(string folder) =>
            Directory.Exists(Path.Combine(root, folder)) ? Files(folder).Order(StringComparer.Ordinal) : [];

        private IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(Path.Combine(root, folder), "*", NoLinks)
            .Select(file => Path.GetRelativePath(root, file).Replace(Path.DirectorySeparatorChar, '/'))
            .Where(path => !IsExcluded(path));
    }
}
