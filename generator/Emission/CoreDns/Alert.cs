namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary>One alerting rule.</summary>
internal sealed record Alert
{
    public required string Name { get; init; }

    /// <summary>PromQL on metric names that the program really exports.</summary>
    public required string Expression { get; init; }

    /// <summary>How long the expression must hold.</summary>
    public required string For { get; init; }

    public required string Severity { get; init; }

    public required string Summary { get; init; }

    public required string Description { get; init; }
}
