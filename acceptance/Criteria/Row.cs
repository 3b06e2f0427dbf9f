using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>A row of the matrix with the halves that it has.</summary>
public sealed record Row
{
    /// <summary>Such as AC2.3.</summary>
    public required string Id { get; init; }

    public required string Title { get; init; }

    /// <summary>Such as AC2.</summary>
    public required string Criterion { get; init; }

    public required string CriterionText { get; init; }

    public string? StaticSees { get; init; }
    public string? LiveSees { get; init; }
    public Action<RenderedCluster>? Static { get; init; }
    public Func<LiveCluster, CancellationToken, Task>? Live { get; init; }

    /// <summary>Whether the live half takes DNS down or changes it.</summary>
    public bool Disturbs { get; init; }

    /// <summary>The live half, where it may be run.</summary>
    public Task Look(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(!Disturbs || cluster.MayDisrupt, "this row disturbs DNS; the setting may-disrupt allows it");
        return Live!(cluster, cancellationToken);
    }

    public override string ToString() => $"{Id} {Title}";
}
