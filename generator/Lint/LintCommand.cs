using PlatformGitOps.Generator.Kustomize;

namespace PlatformGitOps.Generator.Lint;

/// <summary>The verb <c>lint</c>.</summary>
public static class LintCommand
{
    /// <summary>Writes a line for each finding and one that counts them.</summary>
    /// <returns>0 for a clean tree, 1 for findings, 2 where there is no tree.</returns>
    public static int Run(string repositoryRoot, LintOptions options, TextWriter output, TextWriter error)
    {
        var tree = SourceTree.OnDisk(repositoryRoot);
        if (!tree.FilesBelow(Emission.Layout.Root).Any())
        {
            error.WriteLine($"There is no {Emission.Layout.Root}/ here. Run the generator first.");
            return 2;
        }

        var findings = Linter.Check(tree, options);
        foreach (var finding in findings)
        {
            output.WriteLine(finding);
        }

        output.WriteLine(findings.Length switch
        {
            0 => $"No findings under {LintRules.About.Count} rules.",
            1 => "1 finding.",
            var count => $"{count} findings.",
        });
        return findings.IsEmpty ? 0 : 1;
    }
}
