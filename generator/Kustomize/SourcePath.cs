namespace PlatformGitOps.Generator.Kustomize;

/// <summary>Paths of a tree, put together without asking a disk.</summary>
public static class SourcePath
{
    /// <summary>Joins and straightens; null where the result would lie outside the tree.</summary>
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
}
