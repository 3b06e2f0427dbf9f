using System.Collections.Immutable;

namespace PlatformGitOps.Dns.Messages;

/// <summary>TXT (RFC 1035 section 3.3.14): strings of up to 255 octets, one Latin-1 character for each octet.</summary>
public sealed record TextData(ImmutableArray<string> Strings) : RecordData
{
    public bool Equals(TextData? other) => other is not null && Strings.SequenceEqual(other.Strings, StringComparer.Ordinal);

    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    public override string ToString() => string.Join(' ', Strings.Select(s => $"\"{s.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
}
