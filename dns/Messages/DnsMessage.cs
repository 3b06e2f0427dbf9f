using System.Collections.Immutable;

namespace PlatformGitOps.Dns.Messages;

/// <summary>One DNS message (RFC 1035 section 4.1), with its OPT record taken out of the additional section into <see cref="Edns"/>.</summary>
public sealed record DnsMessage
{
    public ushort Id { get; init; }

    public bool IsResponse { get; init; }

    public OperationCode Operation { get; init; }

    public bool IsAuthoritative { get; init; }

    /// <summary>The TC bit: the answer did not fit; ask again over TCP.</summary>
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

    /// <summary>A recursive question of a client.</summary>
    public static DnsMessage Query(ushort id, Question question, Edns? edns = null) =>
        new() { Id = id, RecursionDesired = true, Questions = [question], Edns = edns };

    /// <summary>
    /// True when this is the answer to <paramref name="query"/>: the same id and the same question (RFC 5452 section 9.1).
    /// A server that could not read the question may leave it out of its FORMERR (RFC 1035 section 4.1.1 allows no more than the header).
    /// </summary>
    public bool IsAnswerTo(DnsMessage query) =>
        IsResponse && Id == query.Id
        && (Questions.SequenceEqual(query.Questions) || (Questions.IsEmpty && ResponseCode == ResponseCode.FormatError));
}
