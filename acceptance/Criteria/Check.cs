using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Rendering;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>A class with the checks of one criterion: of the story (AC1 and so on), or of this suite.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CriterionAttribute(string id, string text) : Attribute
{
    public string Id { get; } = id;
    public string Text { get; } = text;

    /// <summary>Whether the checks are about a tree in which the DNS health controller is switched on.</summary>
    public bool NeedsHealthController { get; init; }
}

/// <summary>One line of the validation matrix. It is answered by a static check, a live check, or both.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class CheckAttribute(string id, string title, string expected) : Attribute
{
    /// <summary>Such as AC2.3.</summary>
    public string Id { get; } = id;

    public string Title { get; } = title;

    /// <summary>What a person expects to see. <c>{NAME}</c> stands for a setting of the cluster.</summary>
    public string Expected { get; } = expected;

    /// <summary>What a person types to see it. <c>{context}</c> stands for the kubectl context.</summary>
    public string? Command { get; init; }
}

/// <summary>A method that answers a line of the matrix from the rendered tree. It takes a <see cref="RenderedCluster"/>.</summary>
/// <param name="reads">What the check reads.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StaticCheckAttribute(string id, string reads) : Attribute
{
    public string Id { get; } = id;
    public string Reads { get; } = reads;
}

/// <summary>A method that answers a line of the matrix from a running cluster. It takes a <see cref="LiveCluster"/> and a token.</summary>
/// <param name="reads">What the check reads.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LiveCheckAttribute(string id, string reads) : Attribute
{
    public string Id { get; } = id;
    public string Reads { get; } = reads;

    /// <summary>Whether the check takes DNS down or changes it. Such a check runs only where that is allowed.</summary>
    public bool Disruptive { get; init; }

    /// <summary>Whether it measures a planned change during which no query may fail.</summary>
    public bool ZeroLoss { get; init; }
}

/// <summary>Where a check looks: at the rendered tree or at a running cluster.</summary>
public enum CheckMode
{
    Static,
    Live,
}

/// <summary>A line of the matrix with the checks that answer it.</summary>
public sealed record Check
{
    public required CriterionAttribute Criterion { get; init; }
    public required CheckAttribute Line { get; init; }
    public StaticCheckAttribute? Static { get; init; }
    public LiveCheckAttribute? Live { get; init; }
    public Action<RenderedCluster>? StaticMethod { get; init; }
    public Func<LiveCluster, CancellationToken, Task>? LiveMethod { get; init; }

    public string Id => Line.Id;
    public string Title => Line.Title;
    public bool Disruptive => Live?.Disruptive == true;

    public string? Reads(CheckMode mode) => mode == CheckMode.Live ? Live?.Reads : Static?.Reads;

    public void RunStatic(RenderedCluster tree) => StaticMethod!(tree);

    /// <summary>Runs the live check, or skips it where the cluster must not be disrupted.</summary>
    public Task RunLive(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(!Disruptive || cluster.MayDisrupt, "this check disrupts DNS; the setting may-disrupt allows it");
        return LiveMethod!(cluster, cancellationToken);
    }

    public override string ToString() => $"{Id} {Title}";
}
