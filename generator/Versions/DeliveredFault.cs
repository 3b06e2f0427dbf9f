namespace PlatformGitOps.Generator.Versions;

/// <summary>What a known fault means for what is delivered.</summary>
internal enum FaultState
{
    NotAffected,
    Accepted,

    /// <summary>Accepted until a day that is over.</summary>
    Expired,
    Affected,
}

/// <summary>A known fault of a version that is delivered.</summary>
/// <param name="Fault">The fault.</param>
/// <param name="In">What has it.</param>
/// <param name="State">What it means.</param>
/// <param name="Accepted">What the definition says of it; null for nothing.</param>
internal sealed record DeliveredFault(KnownFault Fault, DeliveredVersion In, FaultState State, AcceptedFault? Accepted)
{
    public bool IsOpen => State is FaultState.Affected or FaultState.Expired;

    /// <summary>The state as other programs read it.</summary>
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
    /// <param name="accepted">Ids of faults that are accepted beside those of the definition.</param>
    /// <param name="today">Decides whether the definition still accepts a fault.</param>
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
