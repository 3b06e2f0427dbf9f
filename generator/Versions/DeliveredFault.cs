namespace PlatformGitOps.Generator.Versions;

/// <summary>The effect of a known fault on a delivery.</summary>
internal enum FaultState
{
    NotAffected,
    Accepted,

    /// <summary>Accepted until a date that has passed.</summary>
    Expired,
    Affected,
}

/// <summary>A known fault of a delivered version.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="In">The version with the fault.</param>
/// <param name="State">Its effect.</param>
/// <param name="Accepted">The definition's acceptance; null if absent.</param>
internal sealed record DeliveredFault(KnownFault Fault, DeliveredVersion In, FaultState State, AcceptedFault? Accepted)
{
    public bool IsOpen => State is FaultState.Affected or FaultState.Expired;

    /// <summary>The state for other programs.</summary>
    public string Word => State switch
    {
        FaultState.NotAffected => "not-affected",
        FaultState.Accepted => "accepted",
        FaultState.Expired => "expired",
        _ => "affected",
    };

    /// <summary>The known faults of one version.</summary>
    /// <param name="row">The version.</param>
    /// <param name="platform">The definition that delivers it.</param>
    /// <param name="accepted">Ids of faults that are accepted in addition to the definition's.</param>
    /// <param name="today">The date for expired acceptances.</param>
    public static IEnumerable<DeliveredFault> Of(DeliveredVersion row, Platform platform, string[] accepted, DateOnly today)
    {
        if (row is not { Version: { } version, Product: { } product })
        {
            yield break;
        }

        foreach (var fault in KnownVersions.Instance.Faults.Where(fault => fault.Product == product.Name ? fault.IsIn(version)
            : fault.Product == KnownFault.CoreDns && product.CoreDnsIn(version) is { } inside && fault.IsIn(inside)))
        {
            var own = platform.Accepted.FirstOrDefault(one => one.Id == fault.Id);
            yield return new DeliveredFault(fault, row, !fault.Affects(row.Used) ? FaultState.NotAffected
                : accepted.Contains(fault.Id) ? FaultState.Accepted
                : own is null ? FaultState.Affected
                : own.Until < today ? FaultState.Expired : FaultState.Accepted, own);
        }
    }
}
