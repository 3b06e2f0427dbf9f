namespace PlatformGitOps.Dns.Wire;

/// <summary>The second 16 bits of the header (RFC 1035 section 4.1.1, RFC 4035 section 3).</summary>
internal static class Flags
{
    public const int Response = 1 << 15;
    public const int OperationShift = 11;
    public const int Authoritative = 1 << 10;
    public const int Truncated = 1 << 9;
    public const int RecursionDesired = 1 << 8;
    public const int RecursionAvailable = 1 << 7;
    public const int AuthenticData = 1 << 5;
    public const int CheckingDisabled = 1 << 4;
}
