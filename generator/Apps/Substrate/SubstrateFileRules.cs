namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>Checks hand edits of files below substrate/, which the definition's rules cannot see. They belong to no cluster.</summary>
internal static partial class SubstrateFileRules
{
    public const string Name = "substrate";
    private const string Folder = "substrate";
    private const string Loopback = "substrate-file-loopback";
    private const string Transfer = "substrate-file-transfer-open";
    private const string Update = "substrate-file-update-open";
    private const string Key = "substrate-file-key";
    private const string Secondary = "substrate-file-no-secondary";
    private const string QueryLog = "substrate-file-query-log";

    public static readonly ImmutableSortedDictionary<string, string> Ids = new (string Id, string About)[]
    {
        (Loopback, "A zone file, a server or an etcd endpoint of a substrate has a loopback address."),
        (Transfer, "A server of a substrate transfers zones without a key."),
        (Update, "A server of a substrate takes updates without a key."),
        (Key, "A file of a substrate contains a key."),
        (Secondary, "A substrate has a primary, but nothing for a secondary."),
        (QueryLog, "A query log of a substrate grows without a bound, or nothing keeps it."),
        (SubstrateCertificates.Id, "A certificate of a substrate's API server or etcd lacks a name or address by which it is reached."),
    }.ToImmutableSortedDictionary(pair => pair.Id, pair => pair.About, StringComparer.Ordinal);

    public static IEnumerable<Finding> Check(SourceTree tree)
    {
        var files = tree.FilesBelow(Folder).ToArray();
        foreach (var file in files)
        {
            var text = Encoding.UTF8.GetString(tree.Read(file)!);
            var ofKind = Path.GetExtension(file) switch
            {
                ".zone" => Each(file, text, LoopbackRecord(), Loopback, "The record names the client's own machine",
                    "Write an address that pods and other hosts reach."),
                ".conf" => Configuration(file, text).Concat(Queries(file, text, files)),
                ".service" or ".yaml" => Each(file, text, LoopbackEtcd(), Loopback, "Etcd at this address is another one on each host",
                    "Write the address of each member."),
                _ => Enumerable.Empty<Finding>(),
            };
            foreach (var finding in Keys(file, text).Concat(SubstrateCertificates.Check(tree, file, text)).Concat(ofKind))
            {
                yield return finding;
            }

            if (file.EndsWith(".conf", StringComparison.Ordinal) && file.Contains("/primary/")
                && !files.Contains(file.Replace("/primary/", "/secondary/")))
            {
                yield return At(file, new Position(1, 1), Secondary, "The secondary has no such file.",
                    "Run the generator, which writes both hosts.");
            }
        }
    }

    private static IEnumerable<Finding> Keys(string file, string text) => SecretText.In(text)
        .Concat(Places(text, TsigSecret()).Select(place => place.Position)).Distinct()
        .Select(position => At(file, position, Key, "The file contains a key; everyone who can read the repository can read it.",
            "Take it out, and make a new key on the host: remove keys/NAME.conf there and run install.sh."));

    private static IEnumerable<Finding> Configuration(string file, string text) =>
    [
        .. Each(file, text, LoopbackListen(), Loopback, "The server listens where no other machine reaches it",
            "Write the host's own address."),
        .. Each(file, text, OpenTransfer(), Transfer, "Everybody may transfer", "Allow it to the transfer key alone."),
        .. Each(file, text, OpenUpdate(), Update, "Updates need no key", "Allow them to the key of one child alone."),
        .. Rules(file, text),
    ];

    /// <summary>Checks the acl section of knot.conf: a rule without a key applies to everyone at its addresses.</summary>
    private static IEnumerable<Finding> Rules(string file, string text) =>
        from section in AclSection().Matches(text).Cast<Match>()
        from rule in AclRule().Matches(section.Value).Cast<Match>()
        where !AclKey().IsMatch(rule.Value)
        from action in AclAction().Matches(rule.Value).Cast<Match>()
        from right in new[] { (Word: "transfer", Id: Transfer), (Word: "update", Id: Update) }
        where Regex.IsMatch(action.Groups[1].Value, $@"\b{right.Word}\b")
        select At(file, PositionOf(text, section.Index + rule.Index + action.Index), right.Id,
            $"A rule allows '{right.Word}' without a key.", "Add 'key:' with the key that may.");

    private static IEnumerable<Finding> Queries(string file, string text, string[] files)
    {
        foreach (Match category in QueryCategory().Matches(text))
        {
            foreach (var name in category.Groups[1].Value.Split(';', StringSplitOptions.TrimEntries).Where(name => name.Length > 0))
            {
                var channel = Regex.Match(text, $@"\bchannel\s+""?{Regex.Escape(name.Trim('"'))}""?\s*\{{[^}}]*\}}");
                if (channel.Value.Contains("file") && !BoundedFile().IsMatch(channel.Value))
                {
                    yield return At(file, PositionOf(text, channel.Index), QueryLog,
                        $"The channel '{name}' keeps every query without a limit: a full disk also stops updates.",
                        "Write 'versions' and 'size' with numbers, or set queryLog in the definition.");
                }
            }
        }

        foreach (Match sink in DnstapSink().Matches(text))
        {
            var service = $"{string.Join('/', file.Split('/')[..^2])}/{SubstratePaths.Service}-queries.service";
            if (!sink.Groups[1].Value.StartsWith("unix:", StringComparison.Ordinal))
            {
                yield return At(file, PositionOf(text, sink.Groups[1].Index), QueryLog,
                    $"Knot writes queries to {Printable.Of(sink.Groups[1].Value)} itself, without a bound.",
                    "Set queryLog in the definition, and run the generator.");
            }
            else if (!files.Contains(service))
            {
                yield return At(file, PositionOf(text, sink.Groups[1].Index), QueryLog,
                    $"Nothing listens at {Printable.Of(sink.Groups[1].Value)}: {service} does not exist.",
                    "Set queryLog in the definition, and run the generator.");
            }
        }
    }

    private static IEnumerable<Finding> Each(string file, string text, Regex pattern, string rule, string message, string fix) =>
        Places(text, pattern).Select(place =>
            At(file, place.Position, rule, $"{message}: {Printable.Of(place.Text.Trim())}.", fix));

    private static IEnumerable<(Position Position, string Text)> Places(string text, Regex pattern) =>
        pattern.Matches(text).Select(match => (PositionOf(text, match.Index), match.Value));

    internal static Position PositionOf(string text, int index) =>
        new(text.AsSpan(0, index).Count('\n') + 1, index - text.LastIndexOf('\n', Math.Max(index - 1, 0)));

    internal static Finding At(string file, Position position, string rule, string message, string fix) =>
        new() { Rule = rule, File = file, Position = position, Message = message, Fix = fix };

    [GeneratedRegex(@"^[^;\n]*\s(A\s+127\.[0-9.]+|AAAA\s+(0*:)*:?0*1)\s*$", RegexOptions.Multiline)]
    private static partial Regex LoopbackRecord();

    [GeneratedRegex(@"^\s*listen:[^\n]*[""\[ ](127\.|::1@)[^\n]*|^\s*listen-on[^{\n]*\{[^}\n]*[ {](127\.|::1\b)[^}\n]*\}",
        RegexOptions.Multiline)]
    private static partial Regex LoopbackListen();

    [GeneratedRegex(@"(--etcd-servers=|datastore-endpoint: *|endpoints: *\[?)\S*https?://(127\.|localhost|\[::1\])\S*")]
    private static partial Regex LoopbackEtcd();

    [GeneratedRegex(@"\ballow-transfer\s*\{[^}]*\bany\s*;[^}]*\}")]
    private static partial Regex OpenTransfer();

    [GeneratedRegex(@"\ballow-update\s*\{(?!\s*none\s*;)(?![^}]*\bkey\b)[^}]*\}|\ballow-update\s*\{[^}]*\bany\s*;[^}]*\}")]
    private static partial Regex OpenUpdate();

    [GeneratedRegex(@"\bcategory\s+""?queries""?\s*\{([^}]*)\}")]
    private static partial Regex QueryCategory();

    [GeneratedRegex(@"\bversions\s+\d.*\bsize\s+\d|\bsize\s+\d.*\bversions\s+\d", RegexOptions.Singleline)]
    private static partial Regex BoundedFile();

    [GeneratedRegex(@"^\s+(?:- )?sink: *""?([^""\n]+)", RegexOptions.Multiline)]
    private static partial Regex DnstapSink();

    // The syntaxes of knot.conf and named.conf.
    [GeneratedRegex(@"\bsecret:?\s+""?[A-Za-z0-9+/]{20,}={0,2}""?")]
    private static partial Regex TsigSecret();

    [GeneratedRegex(@"^acl:\n(?:[ #].*\n|\n)*", RegexOptions.Multiline)]
    private static partial Regex AclSection();

    [GeneratedRegex(@"^ +- id:.*\n(?:(?! +- ).*\n)*", RegexOptions.Multiline)]
    private static partial Regex AclRule();

    [GeneratedRegex(@"^ +key:", RegexOptions.Multiline)]
    private static partial Regex AclKey();

    [GeneratedRegex(@"^ +action:(.*)$", RegexOptions.Multiline)]
    private static partial Regex AclAction();
}
