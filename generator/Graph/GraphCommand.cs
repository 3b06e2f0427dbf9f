using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Kustomize;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Graph;

/// <summary>The verb <c>graph</c>.</summary>
public static class GraphCommand
{
    /// <returns>0, or 2 where there is no tree.</returns>
    public static int Run(string repositoryRoot, LintOptions options, TextWriter output, TextWriter error)
    {
        var tree = SourceTree.OnDisk(repositoryRoot);
        if (!tree.FilesBelow(Layout.Root).Any())
        {
            error.WriteLine($"There is no {Layout.Root}/ here. Run the generator first.");
            return 2;
        }

        output.Write(KustomizationGraph.Mermaid(tree, options));
        return 0;
    }
}
