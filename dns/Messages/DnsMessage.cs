namespace PlatformGitOps.Dns.Messages;

/// <summary>A DNS message (RFC 1035 section 4.1). The OPT record of its additional section is <see cref="Edns"/>.</summary>
public sealed record DnsMessage
{
    public ushort Id { get; init; }

    public bool IsResponse { get; init; }

    public OperationCode Operation { get; init; }

    public bool IsAuthoritative { get; init; }

    /// <summary>The TC bit: the answer did not fit. A client ignores its records and retries over TCP (RFC 2181 section 9).</summary>
    public bool IsTruncated { get; init; }

    public bool RecursionDesired { get; init; }

    public bool RecursionAvailable { get; init; }

    public bool AuthenticData { get; init; }

    public bool CheckingDisabled { get; init; }

    public ResponseCode ResponseCode { get; init; }

    public ImmutableArray<Question> Questions { get; init; } = [];

    public ImmutableArray<ResourceRecord> Answers { get; init; } = [];

    public ImmutableArray<ResourceRecord> Authorities { get; init; } = [];

    public ImmutableArray<ResourceRecord> Additionals { get; init; } = [];

    public Edns? Edns { get; init; }

    /// <summary>A recursive query of a client.</summary>
    public static DnsMessage Query(ushort id, Question question, Edns? edns = null) =>
        new() { Id = id, RecursionDesired = true, Questions = [question], Edns = edns };

    /// <summary>
    /// True if this is the answer to <paramref name="query"/>: same id and question (RFC 5452 section 9.1). A server that could not parse
    /// the question may omit it from its FORMERR.
    /// </summary>
    public bool IsAnswerTo(DnsMessage query) =>
        IsResponse && Id == query.Id
        && (Questions.SequenceEqual(query.Questions) || (Questions.IsEmpty && ResponseCode == ResponseCode.FormatError));
}

/// <summary>RFC 1035 section 4.1.2.</summary>
public sealed record Question(DnsName Name, RecordType Type, RecordClass Class = RecordClass.Internet);

/// <summary>
/// RFC 1035 section 4.1.3. <see cref="Ttl"/> is in whole seconds on the wire; one with its top bit set reads as 0 (RFC 2181 section 8).
/// </summary>
public sealed record ResourceRecord
{
    public required DnsName Name { get; init; }

    public required RecordType Type { get; init; }

    public RecordClass Class { get; init; } = RecordClass.Internet;

    public TimeSpan Ttl { get; init; }

    public required RecordData Data { get; init; }

    public override string ToString() => $"{Name} {(long)Ttl.TotalSeconds} {Class} {Type} {Data}";
}
