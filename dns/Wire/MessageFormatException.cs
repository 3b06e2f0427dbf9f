namespace PlatformGitOps.Dns.Wire;

/// <summary>Octets that are not a DNS message: where reading stopped, and why.</summary>
public sealed class MessageFormatException : FormatException
{
    public MessageFormatException(int offset, string problem)
        : base($"Not a DNS message at octet {offset}: {problem}") => Offset = offset;

    public MessageFormatException(int offset, Exception inner)
        : base($"Not a DNS message at octet {offset}: {inner.Message}", inner) => Offset = offset;

    public int Offset { get; }
}
