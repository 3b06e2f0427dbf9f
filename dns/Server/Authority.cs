namespace PlatformGitOps.Dns.Server;

/// <summary>
/// The algorithm of RFC 1034 section 4.3.2 for a few zones, as a pure function: exact names, empty non-terminals, wildcards (RFC 4592),
/// CNAMEs within the zones, SOA in negative answers, REFUSED for other zones. No delegations and no DNSSEC.
/// </summary>
public sealed class Authority(ImmutableArray<Zone> zones)
{
    /// <summary>A chain longer than this is a loop in the zone.</summary>
    private const int LongestChain = 8;

    public DnsMessage Answer(DnsMessage query)
    {
        var reply = new DnsMessage
        {
            Id = query.Id,
            IsResponse = true,
            Operation = query.Operation,
            RecursionDesired = query.RecursionDesired,
            Questions = query.Questions,
            Edns = query.Edns is null ? null : Echo(query.Edns),
        };
        return query switch
        {
            { Edns.Version: > 0 } => reply with { ResponseCode = ResponseCode.BadVersion },
            { Operation: not OperationCode.Query } => reply with { ResponseCode = ResponseCode.NotImplemented },
            { Questions.Length: not 1 } => reply with { ResponseCode = ResponseCode.FormatError },
            { Edns: { ClientSubnet: null } edns } when edns.Options.Any(o => o.Code == EdnsOptionCode.ClientSubnet) =>
                reply with { ResponseCode = ResponseCode.FormatError },
            _ when ZoneOf(query.Questions[0].Name) is { } zone && query.Questions[0].Class == RecordClass.Internet =>
                Look(zone, query.Questions[0], reply with { IsAuthoritative = true }),
            _ => reply with { ResponseCode = ResponseCode.Refused },
        };
    }

    private DnsMessage Look(Zone zone, Question question, DnsMessage reply)
    {
        var (name, answers) = (question.Name, ImmutableArray.CreateBuilder<ResourceRecord>());
        for (var step = 0; step < LongestChain; step++)
        {
            var here = At(zone, name);
            var matching = here.Where(r => r.Type == question.Type || question.Type == RecordType.ANY).ToArray();
            answers.AddRange(matching);
            if (matching.Length > 0)
            {
                return reply with { Answers = answers.ToImmutable() };
            }

            if (here.FirstOrDefault(r => r.Type == RecordType.CNAME) is not { Data: NameData alias } link)
            {
                // RFC 2308 section 3: the TTL of a negative answer is the smaller of the SOA's TTL and its minimum.
                var ttl = zone.Authority.Minimum < zone.Ttl ? zone.Authority.Minimum : zone.Ttl;
                var code = here.Length > 0 || Exists(zone, name) ? ResponseCode.NoError : ResponseCode.NameError;
                return reply with { ResponseCode = code, Answers = answers.ToImmutable(), Authorities = [zone.AuthorityRecord(ttl)] };
            }

            answers.Add(link);
            if (ZoneOf(alias.Target) is not { } next)
            {
                // The rest of the chain is in another server's zone.
                return reply with { Answers = answers.ToImmutable() };
            }

            (zone, name) = (next, alias.Target);
        }

        return reply with { ResponseCode = ResponseCode.ServerFailure };
    }

    /// <summary>Answers are the same for every network: scope 0 (RFC 7871 section 7.2.1).</summary>
    private static Edns Echo(Edns asked) =>
        asked.ClientSubnet is { } subnet
            ? new Edns().With(new ClientSubnet(subnet.Address, subnet.SourcePrefix).ToOption())
            : new Edns();

    private Zone? ZoneOf(DnsName name) => zones.Where(z => name.IsAtOrBelow(z.Origin)).MaxBy(z => z.Origin.Labels.Length);

    private static ImmutableArray<ResourceRecord> At(Zone zone, DnsName name)
    {
        if (name.Equals(zone.Origin))
        {
            return [zone.AuthorityRecord(zone.Ttl), .. zone.Records.Where(r => r.Name.Equals(name))];
        }

        ImmutableArray<ResourceRecord> exact = [.. zone.Records.Where(r => r.Name.Equals(name))];
        if (exact.Length > 0 || Exists(zone, name))
        {
            return exact;
        }

        var encloser = name.Parent;
        while (!Exists(zone, encloser))
        {
            encloser = encloser.Parent;
        }

        var wildcard = encloser.Prepend("*");
        return [.. zone.Records.Where(r => r.Name.Equals(wildcard)).Select(r => r with { Name = name })];
    }

    /// <summary>A name exists if it, or a name below it, has a record (RFC 4592 section 2.2.2).</summary>
    private static bool Exists(Zone zone, DnsName name) => name.Equals(zone.Origin) || zone.Records.Any(r => r.Name.IsAtOrBelow(name));
}
