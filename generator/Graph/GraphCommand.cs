using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Lint;

namespace PlatformGitOps.Generator.Graph;

/// <summary>The command <c>graph</c>.</summary>
public static class GraphCommand
{
    /// <returns>0, or 2 if there is no tree.</returns>
    public static int Run(string repositoryRoot, LintOptions options, TextWriter output, TextWriter error)
    {
        var tree = SourceTree.OnDisk(repositoryRoot);
        if (!tree.HasFolder(Layout.Root))
        {
            error.WriteLine($"{Layout.Root}/ does not exist here. Run the generator first.");
            return 2;
        }

        output.Write(KustomizationGraph.Mermaid(tree));
        return 0;
    }
}
