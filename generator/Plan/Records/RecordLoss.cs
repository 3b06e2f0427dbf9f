namespace PlatformGitOps.Generator.Plan.Records;

/// <summary>What becomes of a record that an External-DNS no longer keeps in step with its objects.</summary>
public enum RecordFate
{
    /// <summary>External-DNS deletes it, or its zone goes.</summary>
    Removed,

    /// <summary>It stays, and no External-DNS changes or deletes it.</summary>
    Left,

    /// <summary>It stays and is still owned, and does not follow its object any more.</summary>
    Unfollowed,
}

/// <summary>Why records leave.</summary>
public enum RecordCause
{
    /// <summary>No External-DNS is left that writes there.</summary>
    Instance,

    /// <summary>The instance writes to another place.</summary>
    Place,

    /// <summary>The provider's ids of the zones.</summary>
    Zones,

    /// <summary>Filters of domains, or the zones of a server.</summary>
    Domains,

    /// <summary>The server, a substrate, no longer has the zone.</summary>
    Substrate,

    TxtPrefix,

    Owner,

    /// <summary>The owner whose records were taken over is not named any more.</summary>
    FormerOwner,

    AnnotationPrefix,

    Sources,

    /// <summary>Arguments whose effect is not known, such as those of a patch.</summary>
    Arguments,

    /// <summary>The instance of another cluster, which sees other objects, takes the records over.</summary>
    Cluster,

    /// <summary>It deletes now, and did not before.</summary>
    Deletion,

    /// <summary>No object asks for the name any more.</summary>
    Objects,
}

/// <summary>Names that leave an instance of External-DNS for one reason.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Instance">The instance's name.</param>
/// <param name="Cause">Why.</param>
/// <param name="Fate">What becomes of their records.</param>
public sealed record RecordLoss(string Cluster, string Instance, RecordCause Cause, RecordFate Fate)
{
    /// <summary>Which names, in words.</summary>
    public required string Which { get; init; }

    /// <summary>Why, and what follows; without a dot at its end.</summary>
    public required string Why { get; init; }

    /// <summary>What to do.</summary>
    public required string Fix { get; init; }

    /// <summary>Those that are known, sorted.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>False where there may be names that neither the tree nor a backup has.</summary>
    public bool IsCounted { get; init; } = true;

    /// <summary>False where a backup would not show more names.</summary>
    public bool IsCountable { get; init; } = true;
}
