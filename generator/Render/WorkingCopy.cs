using PlatformGitOps.Generator.Emission;

namespace PlatformGitOps.Generator.Render;

/// <summary>A copy of the tree that may be changed, as Flux changes the copy that it fetched; gone afterwards.</summary>
internal sealed class WorkingCopy : IDisposable
{
    private WorkingCopy(string root) => Root = root;

    public string Root { get; }

    /// <summary>Copies the tree of a repository, without following symbolic links.</summary>
    public static WorkingCopy Of(string repositoryRoot, CancellationToken cancellationToken)
    {
        var copy = new WorkingCopy(Directory.CreateTempSubdirectory("platform-gitops-render-").FullName);
        try
        {
            Copy(new DirectoryInfo(Path.Combine(repositoryRoot, Layout.Root)), Path.Combine(copy.Root, Layout.Root), cancellationToken);
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>A folder of the tree in the copy.</summary>
    /// <param name="path">As a Flux Kustomization names it, for example <c>./kubernetes/clusters/infra</c>.</param>
    public string Folder(string path)
    {
        var folder = Path.GetFullPath(Path.Combine(Root, path));
        return folder.StartsWith(Path.Combine(Root, Layout.Root), StringComparison.Ordinal) && Directory.Exists(folder)
            ? folder
            : throw new RenderException($"'{path}' is no folder below {Layout.Root}/.");
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static void Copy(DirectoryInfo from, string to, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(to);
        foreach (var entry in from.EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is null))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var target = Path.Combine(to, entry.Name);
            if (entry is DirectoryInfo folder)
            {
                Copy(folder, target, cancellationToken);
            }
            else
            {
                File.Copy(entry.FullName, target);
            }
        }
    }
}
