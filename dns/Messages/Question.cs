namespace PlatformGitOps.Dns.Messages;

/// <summary>RFC 1035 section 4.1.2.</summary>
public sealed record Question(DnsName Name, RecordType Type, RecordClass Class = RecordClass.Internet);
