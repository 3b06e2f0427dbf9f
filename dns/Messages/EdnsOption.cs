using System.Collections.Immutable;

namespace PlatformGitOps.Dns.Messages;

/// <summary>One option of the OPT record (RFC 6891 section 6.1.2).</summary>
public sealed record EdnsOption(EdnsOptionCode Code, ImmutableArray<byte> Octets)
{
    public bool Equals(EdnsOption? other) => other is not null && Code == other.Code && Octets.SequenceEqual(other.Octets);

    public override int GetHashCode() => HashCode.Combine(Code, Octets.Length);
}
