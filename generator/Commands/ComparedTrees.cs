using System.CommandLine;
using PlatformGitOps.Generator.Git;
using PlatformGitOps.Generator.Lint;
using PlatformGitOps.Generator.Plan;

namespace PlatformGitOps.Generator.Commands;

/// <summary>The options of <c>plan</c> and <c>diff</c>: which two trees are compared.</summary>
internal sealed class ComparedTrees
{
    private readonly Option<string> _against = new("--against")
    {
        Description = "The commit that the clusters run.",
        DefaultValueFactory = _ => "HEAD",
        HelpName = "commit",
    };

    private readonly Option<bool> _disk = new("--disk")
    {
        Description = "Compare with the files as they are on disk, not as they are after generate.",
    };

    private readonly Option<string?> _to = new("--to")
    {
        Description = "Compare with another commit: what Flux changes from --against to this one.",
        HelpName = "commit",
    };

    public ComparedTrees(Command command)
    {
        command.Add(_against);
        command.Add(_disk);
        command.Add(_to);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_disk) && result.GetValue(_to) is not null)
            {
                result.AddError("--disk and --to cannot be combined: --disk compares with the files, --to with a commit.");
            }
        });
    }

    /// <summary>The trees that a command line selects.</summary>
    public TreeSelection Selection(ParseResult result) => new(result.GetValue(_against)!, result.GetValue(_disk), result.GetValue(_to));
}

/// <summary>The two trees to compare.</summary>
/// <param name="Against">The commit of the old tree.</param>
/// <param name="Disk">True if the new tree is the files on disk, not what generate would write.</param>
/// <param name="To">The commit of the new tree; null if it is on disk.</param>
internal sealed record TreeSelection(string Against, bool Disk, string? To)
{
    /// <summary>The new tree, and where the files on disk differ from the definition.</summary>
    /// <exception cref="GitException">The commit cannot be read.</exception>
    public async Task<(SourceTree After, TreeDrift Drift)> AfterAsync(
        CommandContext context, Platform platform, CancellationToken cancellationToken)
    {
        if (To is not null)
        {
            return (await GitTree.ReadAsync(context.Root, To, cancellationToken), new TreeDrift());
        }

        var request = context.Request(platform);
        var drift = DriftCheck.Run(request, cancellationToken);
        var after = Disk ? SourceTree.OnDisk(context.Root) : TargetTree.Keeping(context.Root, request.Files, drift.Files);
        return (after, TreeDrift.Of(
            drift, Disk, () => TargetTree.Of(context.Root, request.Files), after, IsStrict(platform), cancellationToken));
    }

    /// <summary>True for a cluster in which an undefined variable fails a Flux Kustomization.</summary>
    public static Func<string, bool> IsStrict(Platform platform)
    {
        var options = LintOptions.Of(platform);
        return cluster => options.In(cluster).StrictSubstitution;
    }
}
