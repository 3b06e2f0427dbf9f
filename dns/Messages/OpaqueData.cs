using System.Collections.Immutable;

namespace PlatformGitOps.Dns.Messages;

/// <summary>The octets of a type this library does not read (RFC 3597).</summary>
public sealed record OpaqueData(ImmutableArray<byte> Octets) : RecordData
{
    public bool Equals(OpaqueData? other) => other is not null && Octets.SequenceEqual(other.Octets);

    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    public override string ToString() => $"\\# {Octets.Length} {Convert.ToHexString(Octets.AsSpan())}";
}
