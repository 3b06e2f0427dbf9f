using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Findings;

namespace PlatformGitOps.Generator.Disk;

/// <summary>What makes a set of files impossible on some file system, before anything is written.</summary>
public static class RequestCheck
{
    /// <summary>One finding for each path that is unsafe or collides with another one.</summary>
    public static IEnumerable<Finding> Findings(IReadOnlyList<GeneratedFile> files)
    {
        var seen = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var folders = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var path in files.Select(file => file.Path))
        {
            if (SafePath.Problem(path) is { } problem)
            {
                yield return Refusal.Of(path, "path-unsafe", $"cannot be written: {problem}.", "Choose another name in the definition.");
            }
            else if (!seen.TryAdd(path, path))
            {
                yield return seen[path] == path
                    ? Refusal.Of(path, "path-twice", "is generated twice.", "Choose another name in the definition.")
                    : Refusal.Case(path, seen[path]);
            }

            foreach (var folder in Folders(path))
            {
                if (!folders.TryAdd(folder, folder) && folders[folder] != folder)
                {
                    yield return Refusal.Case(path, folders[folder]);
                }
            }
        }

        foreach (var path in seen.Values.Where(folders.ContainsKey))
        {
            yield return Refusal.FolderInTheWay(path);
        }
    }

    /// <summary>Every folder above a path, the nearest first.</summary>
    internal static IEnumerable<string> Folders(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }
}
