using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Generator.Lint;

/// <summary>The command <c>lint</c>.</summary>
public static class LintCommand
{
    /// <summary>Writes a line for each finding and one with their number.</summary>
    /// <returns>0 without findings, 1 with findings, 2 if there is no tree, 4 after an internal error.</returns>
    public static int Run(string repositoryRoot, LintOptions options, TextWriter output, TextWriter error)
    {
        var tree = SourceTree.OnDisk(repositoryRoot);
        if (!tree.HasFolder(Emission.Layout.Root))
        {
            error.WriteLine($"{Emission.Layout.Root}/ does not exist here. Run the generator first.");
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
        return findings.IsEmpty ? 0 : findings.Any(finding => finding.Rule == Linter.RuleInternalError) ? 4 : 1;
    }
}
