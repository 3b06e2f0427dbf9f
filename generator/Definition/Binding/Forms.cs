namespace PlatformGitOps.Generator.Definition.Binding;

/// <summary>The text forms (syntax) of values in a definition.</summary>
public static partial class Forms
{
    /// <summary>Unspecified, link-local and multicast addresses.</summary>
    internal static readonly Cidr[] NotUnicast =
    [
        Cidr.Parse("0.0.0.0/8"), Cidr.Parse("169.254.0.0/16"), Cidr.Parse("224.0.0.0/4"),
        Cidr.Parse("::/128"), Cidr.Parse("fe80::/10"), Cidr.Parse("ff00::/8"),
    ];

    private static readonly Cidr[] NotForClusters = [.. NotUnicast, Cidr.Parse("127.0.0.0/8"), Cidr.Parse("::1/128")];

    private const string LabelPattern = "[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?";
    private const string AmountPattern = "[0-9]{1,12}(\\.[0-9]{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?";

    public static readonly TextShape<DnsLabel> Label = new("infra", $"^{LabelPattern}$", Plain<DnsLabel>(ReadLabel));

    /// <summary>A label that Flux substitutes unquoted: YAML would read a name such as 0042 as a number.</summary>
    public static readonly TextShape<DnsLabel> Substituted = Label with { Parser = Plain<DnsLabel>(ReadSubstituted) };

    /// <summary>The name of a cluster. Its length has a separate rule, which knows the names derived from it.</summary>
    public static readonly TextShape<DnsLabel> ClusterName = Label with { Parser = Plain<DnsLabel>(ReadClusterName) };

    public static readonly TextShape<Cidr> Range = new("10.244.0.0/16", "^[0-9a-fA-F.:]+/(0|[1-9][0-9]{0,2})$", Plain<Cidr>(ReadRange));

    public static readonly TextShape<SemVer> Version = Of<SemVer>(
        "1.38.0", "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$", SemVer.TryParse,
        DefinitionRules.VersionForm, "Write one exact version: three numbers, no range, no 'v'.");

    public static readonly TextShape<Duration> Interval =
        Of<Duration>("1m", "^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$", Duration.TryParse,
        DefinitionRules.DurationForm, "Write a number with its unit: h, m, s or ms.");

    public static readonly TextShape<string> Registry = Matching("registry.example.com/mirror",
        "^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._/-]+)?$", RegistryForm(), new Fault(DefinitionRules.RegistryForm,
            "is not a registry such as registry.example.com/mirror", "Write host and path, without scheme and tag."));

    public static readonly TextShape<string> LabelKey = Matching("example.com/team",
        "^([a-z0-9.-]+/)?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$", LabelKeyForm(), new Fault(DefinitionRules.LabelForm,
            "is not a key of labels", "Write up to 63 letters, digits, '.', '_' or '-', with a domain and '/' in front if you like."));

    public static readonly TextShape<string> LabelValue = Matching("platform", "^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$",
        LabelValueForm(), new Fault(DefinitionRules.LabelForm, "is not a value of labels",
            "Write up to 63 letters, digits, '.', '_' or '-', with a letter or a digit at both ends."));

    public static readonly TextShape<string> Line = new("text", "^.+$", Plain((string text, out Fault? fault) =>
    {
        fault = LineForm().IsMatch(text) ? null
            : new Fault(DefinitionRules.LabelForm, text.Length == 0 ? "is empty" : "is more than one line", "Write one line.");
        return text;
    }));

    /// <summary>A version of Kubernetes, with or without the patch number. A vendor's suffix (1.30.0-gke.5) is ignored.</summary>
    public static readonly TextShape<SemVer> KubernetesVersion = new("1.32", "^v?1\\.[0-9]+(\\.[0-9]+)?([-+][0-9A-Za-z.-]+)?$",
        Plain((string text, out Fault? fault) =>
        {
            var numbers = VendorForm().Replace(text.StartsWith('v') ? text[1..] : text, "");
            var whole = numbers.Count(c => c == '.') == 1 ? numbers + ".0" : numbers;
            fault = SemVer.TryParse(whole, out var version, out _) ? null : new Fault(DefinitionRules.VersionForm,
                "is not a version of Kubernetes such as 1.32", "Write two or three numbers, such as 1.32 or 1.32.4.");
            return version;
        }))
    { Numbers = true };

    /// <summary>A patch of kustomize, whose directives begin with the character $.</summary>
    public static readonly TextShape<string> Patch = new("{kind: Deployment, metadata: {name: coredns}}", "^[\\s\\S]*$",
        (string text, out Fault? fault) =>
        {
            var read = Yaml.YamlReader.Read("", text, Yaml.YamlOptions.Tree);
            fault = DollarFault.OfVariable(text) is { } dollar ? dollar
                : read is { Findings.IsEmpty: true, Documents: [Yaml.Mapping or Yaml.Sequence] } ? null : new Fault(
                DefinitionRules.PatchForm, "is not one YAML mapping or list",
                "Write a part of the object with its kind and name, or a list of JSON patch operations with 'kind:' beside it.");
            return text;
        });

    public static readonly TextShape<Duration?> IntervalOrNone =
        new("1h", "^(none|([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?)$", ReadIntervalOrNone);

    /// <summary>Lines of a Corefile.</summary>
    public static readonly TextShape<string> Corefile =
        new("forward . 10.9.0.1", "^[\\s\\S]*$", (string text, out Fault? fault) =>
        {
            fault = DollarFault.OfVariable(text) is { } dollar ? dollar : Apps.CoreDns.PluginText.Problem(text) is { } problem
                ? new Fault(DefinitionRules.CorefileForm, problem, "Write each plugin in a line of its own, its block in braces.")
                : null;
            return text;
        });

    /// <summary>A zone file. Its <c>$TTL</c> and <c>$ORIGIN</c> are not variables of Flux, which have braces.</summary>
    public static readonly TextShape<string> Zone = new("@ 60 IN SOA ns admin 1 7200 1800 86400 60", "^[\\s\\S]*$", ReadZone);

    public static readonly TextShape<Quantity> Amount = new("128Mi", $"^{AmountPattern}$", Plain<Quantity>(ReadAmount)) { Numbers = true };

    public static readonly TextShape<Quantity?> AmountOrNone =
        new("200m", $"^({AmountPattern}|none)$", Plain<Quantity?>(ReadAmountOrNone)) { Numbers = true };

    public static readonly TextShape<string> Url =
        new("https://example.com/platform.git", "^(https?|ssh|oci)://[^\\s]+$", Plain<string>(ReadUrl));

    public static readonly TextShape<string> Digest =
        Matching("sha256:" + new string('0', 64), "^sha256:[0-9a-f]{64}$", DigestForm(), new Fault(
        DefinitionRules.DigestForm,
        "is not sha256: and 64 hex digits",
        "Write the digest of the OCI manifest, as 'crane digest' or 'flux pull artifact' prints it."));

    public static readonly TextShape<string> Ref = Matching("main", "^[A-Za-z0-9_]([A-Za-z0-9._/-]*[A-Za-z0-9_])?$", RefForm(), new Fault(
        DefinitionRules.RefForm,
        "is not a branch or a tag",
        "Write a name of letters, digits, '.', '_', '-' and single '/'."));

    public static readonly TextShape<string> Image = Matching(
        "registry.example.com/dns-health-controller:1.0.0",
        "^[a-z0-9][a-z0-9._:/-]*:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?$",
        ImageForm(),
        new Fault(DefinitionRules.ImageForm, "is not an image with a fixed tag",
            "Write registry, repository and tag, and a digest if you like; 'latest' is not allowed."));

    /// <summary>A regular expression: its <c>$</c> is not a variable of Flux.</summary>
    public static readonly TextShape<string> Expression =
        new("^https://token\\.actions\\.githubusercontent\\.com$", "^\\^.+\\$$", ReadExpression);

    /// <summary>True for the fixed tag of an image, with or without a digest.</summary>
    public static bool IsTag(string text) => ImageForm().IsMatch($"image:{text}");

    private static DnsLabel ReadLabel(string text, out Fault? fault)
    {
        var isLabel = DnsLabel.TryParse(text, out var label, out var problem);
        var isPath = text.Contains('/') || text.Contains('\\')
            || text.Contains("..");
        fault = isPath ? new Fault(DefinitionRules.NamePath, "is a path, and files are named after it",
            "Write a plain name of a-z, 0-9 and '-'.")
            : isLabel ? null
            : new Fault(DefinitionRules.NameLabel, problem, NearestLabel(text) is { } near
                ? $"Write {near}, or another name of a-z, 0-9 and '-'."
                : "Write up to 63 of a-z, 0-9 and '-', with a letter or a digit at both ends.");
        return label;
    }

    /// <summary>The nearest label to a text with other characters; null if too little of the text remains.</summary>
    private static string? NearestLabel(string text)
    {
        var near = NoLabelForm().Replace(text.ToLowerInvariant(), "-").Trim('-');
        return near.Length > 1 && text.All(char.IsAscii) && DnsLabel.TryParse(near, out _, out _) ? near : null;
    }

    private static DnsLabel ReadSubstituted(string text, out Fault? fault)
    {
        var label = ReadLabel(text, out fault);
        fault ??= Yaml.PlainScalars.IsText(text) ? null : new Fault(
            DefinitionRules.NameText,
            $"becomes {Yaml.PlainScalars.Canonical(text)} in the cluster: it goes through a variable of Flux, after which YAML reads it "
                + "without quotes",
            $"Write a name that is not a number, a boolean or null, for example n-{text}.");
        return label;
    }

    private static DnsLabel ReadClusterName(string text, out Fault? fault)
    {
        const int Longest = 63;
        var isLong = text.Length > Longest && text[^1] != '-' && DnsLabel.TryParse(text[..Longest].TrimEnd('-'), out _, out _)
            && NoLabelForm().Match(text) is { Success: false };
        return ReadSubstituted(isLong ? text[..Longest].TrimEnd('-') : text, out fault);
    }

    private static Cidr ReadRange(string text, out Fault? fault)
    {
        if (!Cidr.TryParse(text, out var range, out var problem))
        {
            fault = Cidr.Meant(text) is { } meant
                ? new Fault(DefinitionRules.CidrHostBits, problem, $"Write {meant}.")
                : new Fault(DefinitionRules.CidrForm, problem, text.Contains(',')
                    ? "Write one range. A cluster's range of the other family belongs under network.second."
                    : IpText.TryParse(text, out var one, out _)
                    ? $"Write a slash and the number of leading bits behind it; {IpText.Range(one)} is this address alone."
                    : "Write an address, a slash and the number of leading bits.");
            return range;
        }

        fault = NotForClusters.Any(range.Overlaps)
            ? new Fault(
                DefinitionRules.CidrReserved,
                "contains loopback, link-local, multicast or reserved addresses, which hosts cannot have",
                "Use a private range (RFC 1918, RFC 6598 or RFC 4193).")
            : null;
        return range;
    }

    private static Quantity ReadAmount(string text, out Fault? fault)
    {
        fault = !Quantity.TryParse(text, out var quantity, out var problem)
            ? new Fault(DefinitionRules.QuantityForm, problem, WithoutByte(text) is { } meant ? $"Write {meant}."
                : "Write a number, followed by m, k, M, G, T, Ki, Mi, Gi, Ti or nothing.")
            : quantity.Amount == 0 ? new Fault(DefinitionRules.QuantityZero, "is zero", "Write what one pod needs.") : null;
        return quantity;
    }

    /// <summary>256Mi for 256MB, 256mb or 256 Mi; null if the text is not an amount of bytes.</summary>
    private static string? WithoutByte(string text) => text.Replace(" ", "") is var together
        && together != text && Quantity.TryParse(together, out _, out _) ? together
        : BytesForm().Match(together) is { Success: true } bytes
            ? $"{bytes.Groups["number"].Value}{bytes.Groups["unit"].Value.ToUpperInvariant()}i" : null;

    private static Quantity? ReadAmountOrNone(string text, out Fault? fault)
    {
        fault = null;
        return text == "none" ? null : ReadAmount(text, out fault);
    }

    private static Duration? ReadIntervalOrNone(string text, out Fault? fault)
    {
        fault = null;
        Duration? value = text == "none" ? null : Interval.Parser(text, out fault);
        fault = fault is { Rule: DefinitionRules.DurationForm }
            ? fault with { Fix = "Write a number with its unit (h, m, s or ms), or none." } : fault;
        return value;
    }

    private static string ReadZone(string text, out Fault? fault)
    {
        fault = DollarFault.OfVariable(text) is { } dollar ? dollar
            : Apps.CoreDns.ZoneSyntax.Problem(text) is var (problem, fix) ? new Fault(DefinitionRules.ZoneFileForm, problem, fix) : null;
        return text;
    }

    private static string ReadUrl(string text, out Fault? fault)
    {
        var isUrl = UrlText().IsMatch(text)
            && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Host.Length > 0 && url.Query.Length == 0
                && url.Fragment.Length == 0;
        fault = isUrl ? null : new Fault(
            DefinitionRules.UrlForm,
            "is not a URL such as https://example.com/platform.git",
            "Write scheme, host and path; a Git address git@host:path is ssh://git@host/path.");
        return text;
    }

    private static string ReadExpression(string text, out Fault? fault)
    {
        fault = DollarFault.OfVariable(text) is { } dollar ? dollar
            : !IsRegex(text) ? new Fault(DefinitionRules.RegexForm, "is not a regular expression (RE2)",
                "Check its brackets; escape dots as \\.")
            : text.StartsWith('^') && text.EndsWith('$') && !text.EndsWith("\\$", StringComparison.Ordinal) ? null
            : new Fault(
                DefinitionRules.RegexAnchors,
                "also matches longer identities, because Flux searches for it anywhere",
                "Put ^ in front and $ at the end.");
        return text;
    }

    private static bool IsRegex(string text)
    {
        try
        {
            // NonBacktracking supports what Go's RE2 supports: no look-around, no back references. Building such an automaton takes
            // milliseconds, half of a run for the defaults alone, so only texts with a sign of these are checked that way.
            var signs = text.Contains("(?")
                || text.Zip(text.Skip(1)).Any(pair => pair is ('\\', (>= '0' and <= '9') or 'k' or 'G'));
            _ = new Regex(text, RegexOptions.CultureInvariant | (signs ? RegexOptions.NonBacktracking : RegexOptions.None));
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>Refuses <c>$</c> before it parses the text.</summary>
    private static FormParser<T> Plain<T>(FormParser<T> parser) => (string text, out Fault? fault) =>
    {
        var value = parser(text, out var problem);
        fault = DollarFault.Of(text) ?? problem;
        return value;
    };

    private static TextShape<T> Of<T>(string example, string pattern, Parser<T> parser, string rule, string fix) =>
        new(example, pattern, Plain((string text, out Fault? fault) =>
        {
            fault = parser(text, out var value, out var problem) ? null : new Fault(rule, problem, fix);
            return value;
        }));

    /// <summary>A text form that editors can check too: of what ECMAScript lacks, the expression may only use <c>\z</c>.</summary>
    internal static TextShape<string> Matching(string example, Regex form, Fault otherwise) =>
        Matching(example, form.ToString().Replace("\\z", "$"), form, otherwise);

    private static TextShape<string> Matching(string example, string pattern, Regex form, Fault otherwise) =>
        new(example, pattern, Plain((string text, out Fault? fault) =>
        {
            fault = form.IsMatch(text) ? null : otherwise;
            return text;
        }));

    /// <summary>The signature of all TryParse methods in Values.</summary>
    private delegate bool Parser<T>(string text, out T value, out string problem);

    [GeneratedRegex("[^a-z0-9-]+")]
    private static partial Regex NoLabelForm();

    [GeneratedRegex("^(?<number>[0-9]+)(?<unit>[KMGTkmgt])[Ii]?[Bb]?$")]
    private static partial Regex BytesForm();

    [GeneratedRegex(@"^[a-z0-9]+([.-][a-z0-9]+)*(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex RegistryForm();

    [GeneratedRegex(@"^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex LabelKeyForm();

    [GeneratedRegex(@"^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex LabelValueForm();

    [GeneratedRegex(@"^[^\r\n]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex LineForm();

    [GeneratedRegex(@"(?<=^1\.[0-9]+\.[0-9]+)[-+][0-9A-Za-z.+-]+\z", RegexOptions.CultureInvariant)]
    private static partial Regex VendorForm();

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestForm();

    // The names that git check-ref-format and the OCI distribution specification both accept.
    [GeneratedRegex(@"^(?!.*\.\.)[A-Za-z0-9_]([A-Za-z0-9._-]|/(?=[A-Za-z0-9_])){0,126}(?<=[A-Za-z0-9_])\z", RegexOptions.CultureInvariant)]
    private static partial Regex RefForm();

    // The grammar of distribution/reference, but the tag is required and must not be 'latest'.
    [GeneratedRegex("""
        ^[a-z0-9]+([.-][a-z0-9]+)*(:[0-9]{1,5}(?=/))?(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*
        :(?!latest(@|\z))[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?\z
        """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex ImageForm();

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*://[A-Za-z0-9@\[][^\s\\'""<>{}|^`]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex UrlText();
}
