namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// How long a DNS pod stays on a node that is lost. Of a pod's tolerations Kubernetes takes the first that is for a taint
/// (component-helpers, GetMatchingTolerations), so that one of a definition takes the place of the tree's.
/// </summary>
internal static class LostNodes
{
    private const int Usual = 30;

    // Disruption.3 of the acceptance suite.
    private const int Most = 60;

    private static readonly string[] Taints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    /// <summary>The usual ones, and those of a definition.</summary>
    public static Sequence Tolerations(params ImmutableArray<Toleration> own) => Sequence.Of([
        new Mapping { { "key", "CriticalAddonsOnly" }, { "operator", "Exists" } },
        new Mapping { { "key", "node-role.kubernetes.io/control-plane" }, { "operator", "Exists" }, { "effect", "NoSchedule" } },
        .. Taints.Select(taint => Leave(taint, Deciding(own, taint)?.Seconds ?? Usual)),
        .. own.Where(toleration => !IsOfTaint(toleration)).Select(toleration => toleration.ToNode()),
    ]);

    /// <summary>Why a toleration keeps a DNS pod on a lost node for too long, and what to do; null where it does not.</summary>
    /// <param name="toleration">One of a definition.</param>
    /// <param name="own">All of that definition.</param>
    public static (string Problem, string Fix)? Problem(Toleration toleration, ImmutableArray<Toleration> own)
    {
        if (toleration.Seconds <= Most || !Taints.Any(taint => ReferenceEquals(Deciding(own, taint), toleration)))
        {
            return null;
        }

        var seconds = toleration.Seconds;
        var what = toleration.Key is { } key ? $"The toleration of {key}" : "A toleration of every taint";
        return (
            $"{what} keeps a DNS pod on a lost node {(seconds is null ? "until somebody deletes the pod" : $"for {seconds} seconds")}: "
                + $"another node gets its pod within {Most} seconds (Disruption.3, {Docs.Page("criteria.md")}).",
            $"Write {(toleration.Effect is null ? "'effect: NoExecute' and " : "")}'tolerationSeconds:' of at most {Most}, or delete the "
                + $"entry: the tree's own has {Usual}."
                + (seconds is null ? " To let pods onto such nodes, write 'effect: NoSchedule'." : ""));
    }

    /// <summary>
    /// The toleration of a definition that says how long a pod stays: the one of the taint's key, else the first of every taint. Where that
    /// one has no seconds, it is about the taints of the nodes that pods may run on, and the tree's seconds hold.
    /// </summary>
    private static Toleration? Deciding(ImmutableArray<Toleration> own, string taint) =>
        own.FirstOrDefault(toleration => toleration.Key == taint && IsOfLostNodes(toleration))
            ?? (own.FirstOrDefault(toleration => toleration.Key is null && IsOfLostNodes(toleration)) is { Seconds: not null } all
                ? all : null);

    /// <summary>The tree's has its seconds.</summary>
    private static bool IsOfTaint(Toleration toleration) =>
        Taints.Contains(toleration.Key) && toleration.Effect == Toleration.NoExecute && IsOfLostNodes(toleration);

    /// <summary>These taints have no value.</summary>
    private static bool IsOfLostNodes(Toleration toleration) =>
        toleration is { Effect: null or Toleration.NoExecute, Value: null or "" };

    private static Mapping Leave(string taint, int seconds) => new()
    {
        { "key", taint },
        { "operator", Toleration.Exists },
        { "effect", Toleration.NoExecute },
        { "tolerationSeconds", seconds },
    };
}
