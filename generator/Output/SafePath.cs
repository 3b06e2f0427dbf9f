namespace PlatformGitOps.Generator.Output;

/// <summary>
/// Checks paths that the generator may own: relative, below one of its top-level folders, and valid and distinct on every operating system.
/// </summary>
public static class SafePath
{
    /// <summary>The only folders in which files are written or removed; a lock file that names others is invalid.</summary>
    public static readonly IReadOnlyList<string> Tops = [Layout.Root, "substrate"];

    // Names that Windows reserves in every folder and with every extension (Naming Files, Paths, and Namespaces).
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "con", "prn", "aux", "nul",
        "com0", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
        "lpt0", "lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9",
    };

    /// <summary>Why the path cannot be owned, or null when it can.</summary>
    public static string? Problem(string path)
    {
        var segments = path.Split('/');
        if (segments.Length < 2 || !Tops.Contains(segments[0]))
        {
            return $"it is not below {string.Join("/ or ", Tops)}/";
        }

        // Windows without long paths allows 260 characters, with the checkout's own folder.
        if (path.Length > 200)
        {
            return "it is longer than 200 characters";
        }

        return segments.Select(SegmentProblem).FirstOrDefault(problem => problem is not null);
    }

    /// <summary>One finding for each path that is unsafe or collides with another one on some file system.</summary>
    public static IEnumerable<Finding> Check(IReadOnlyList<GeneratedFile> files)
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

    /// <summary>All folders above a path, the nearest first.</summary>
    internal static IEnumerable<string> Folders(string path)
    {
        for (var slash = path.LastIndexOf('/'); slash > 0; slash = path.LastIndexOf('/', slash - 1))
        {
            yield return path[..slash];
        }
    }

    private static string? SegmentProblem(string segment) => segment switch
    {
        "" => "it has an empty part",
        "." or ".." => $"it has a part '{segment}'",
        _ when segment.Any(letter => !char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '-' or '_')) =>
            $"'{segment}' has a character other than letters, digits, '.', '-' and '_'",
        _ when segment[^1] == '.' => $"'{segment}' ends in a dot, which Windows drops",
        _ when Reserved.Contains(segment.Split('.')[0]) => $"'{segment}' is a device on Windows",
        _ when segment.Equals(".git", StringComparison.OrdinalIgnoreCase) => "it is in a .git folder",
        _ when LockFile.IsOwn(segment) => $"'{segment}' is a name of the generator's own files",
        _ => null,
    };
}
