namespace PlatformGitOps.Dns.Messages;

/// <summary>RFC 1035 section 3.2.4. CHAOS carries the server's own facts, such as <c>id.server</c> (RFC 4892).</summary>
public enum RecordClass : ushort
{
    None = 0,
    Internet = 1,
    Chaos = 3,
    Any = 255,
}
