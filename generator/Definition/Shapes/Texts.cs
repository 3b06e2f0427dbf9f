using System.Text.RegularExpressions;
using PlatformGitOps.Generator.Definition.Rules;
using PlatformGitOps.Generator.Values;

namespace PlatformGitOps.Generator.Definition.Shapes;

/// <summary>The forms of text that the definition knows.</summary>
internal static partial class Texts
{
    private static readonly Cidr[] NotForHosts =
    [
        Cidr.Parse("0.0.0.0/8"), Cidr.Parse("127.0.0.0/8"), Cidr.Parse("169.254.0.0/16"), Cidr.Parse("224.0.0.0/3"),
        Cidr.Parse("::/127"), Cidr.Parse("fe80::/10"), Cidr.Parse("ff00::/8"),
    ];

    public static readonly TextShape Label = new("infra", CheckLabel) { Pattern = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$" };

    public static readonly TextShape Name = new("cluster.local", text => DnsName.TryParse(text, out _, out var problem)
        ? null
        : new Fault(DefinitionRules.DnsName, problem, "Write a name such as cluster.local: a-z, 0-9 and '-', parted by dots, no dot at the end."))
    { Pattern = "^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)*$" };

    public static readonly TextShape Range = new("10.244.0.0/16", CheckRange) { Pattern = "^[0-9a-fA-F.:]+/(0|[1-9][0-9]{0,2})$" };

    public static readonly TextShape Address = new("10.245.0.10", text => IpText.TryParse(text, out _, out var problem)
        ? null
        : new Fault(DefinitionRules.AddressForm, problem, "Write an IPv4 or an IPv6 address."))
    { Pattern = "^[0-9a-fA-F.:]+$" };

    public static readonly TextShape Server = new("1.1.1.1", text => Upstream.TryParse(text, out _, out var problem)
        ? null
        : new Fault(DefinitionRules.UpstreamForm, problem, "Write the server's address; a name would need DNS before there is any, and DNS over TLS is not forwarded to."))
    { Pattern = "^(\\[[0-9a-fA-F.:]+\\]|[0-9a-fA-F.:]+)(:[1-9][0-9]{0,4})?$" };

    public static readonly TextShape Version = new("1.38.0", text => SemVer.TryParse(text, out _, out var problem)
        ? null
        : new Fault(DefinitionRules.VersionForm, problem, "Write one exact version: three numbers, no range, no 'v'."))
    { Pattern = "^(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)\\.(0|[1-9][0-9]*)(-[0-9A-Za-z.-]+)?$" };

    public static readonly TextShape Interval = new("1m", text => Duration.TryParse(text, out _, out var problem)
        ? null
        : new Fault(DefinitionRules.DurationForm, problem, "Write a number with its unit: h, m, s or ms."))
    { Pattern = "^([0-9]+h)?([0-9]+m)?([0-9]+s)?([0-9]+ms)?$" };

    public static readonly TextShape Amount = new("128Mi", CheckAmount) { Pattern = "^[0-9]{1,12}(\\.[0-9]{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$", Numbers = true };

    public static readonly TextShape AmountOrNone = new("200m", text => text == "none" ? null : CheckAmount(text))
    { Pattern = "^([0-9]{1,12}(\\.[0-9]{1,3})?(m|k|M|G|T|Ki|Mi|Gi|Ti)?|none)$", Numbers = true };

    public static readonly TextShape Url = new("https://example.com/platform.git", CheckUrl) { Pattern = "^(https?|ssh|oci)://[^\\s]+$" };

    public static readonly TextShape Digest = new("sha256:" + new string('0', 64), text => DigestForm().IsMatch(text)
        ? null
        : new Fault(DefinitionRules.DigestForm, "is not sha256: and 64 hex digits", "Write the digest of the OCI manifest, as 'crane digest' or 'flux pull artifact' prints it."))
    { Pattern = "^sha256:[0-9a-f]{64}$" };

    public static readonly TextShape Ref = new("main", text => RefForm().IsMatch(text) && !text.Contains("..", StringComparison.Ordinal)
        ? null
        : new Fault(DefinitionRules.RefForm, "is not a branch or a tag", "Write a name of letters, digits, '.', '_', '-' and single '/'."))
    { Pattern = "^[A-Za-z0-9_]([A-Za-z0-9._/-]*[A-Za-z0-9_])?$" };

    public static readonly TextShape Image = new("registry.example.com/dns-health-controller:1.0.0", text => ImageForm().IsMatch(text)
        ? null
        : new Fault(DefinitionRules.ImageForm, "is no image with a tag that stays", "Write registry, repository and tag, and a digest if you like; 'latest' moves."))
    { Pattern = "^[a-z0-9][a-z0-9._:/-]*:[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?$" };

    public static readonly TextShape Expression = new("^https://token\\.actions\\.githubusercontent\\.com$", CheckExpression) { Pattern = "^\\^.+\\$$", Dollar = true };

    private static Fault? CheckLabel(string text)
    {
        if (text.Contains('/', StringComparison.Ordinal) || text.Contains('\\', StringComparison.Ordinal) || text.Contains("..", StringComparison.Ordinal))
        {
            return new Fault(DefinitionRules.NamePath, "is a path, and files are named after it", "Write a plain name of a-z, 0-9 and '-'.");
        }

        return DnsLabel.TryParse(text, out _, out var problem) ? null : new Fault(DefinitionRules.NameLabel, problem, "Write up to 63 of a-z, 0-9 and '-', with a letter or a digit at both ends.");
    }

    private static Fault? CheckRange(string text)
    {
        if (!Cidr.TryParse(text, out var range, out var problem))
        {
            return Cidr.Meant(text) is { } meant
                ? new Fault(DefinitionRules.CidrHostBits, problem, $"Write {meant}.")
                : new Fault(DefinitionRules.CidrForm, problem, "Write an address, a slash and the number of leading bits.");
        }

        return NotForHosts.Any(range.Overlaps)
            ? new Fault(DefinitionRules.CidrReserved, "holds loopback, link-local, multicast or reserved addresses, which hosts cannot have", "Use a private range (RFC 1918, RFC 6598 or RFC 4193).")
            : null;
    }

    private static Fault? CheckAmount(string text)
    {
        if (!Quantity.TryParse(text, out var quantity, out var problem))
        {
            return new Fault(DefinitionRules.QuantityForm, problem, "Write a number with one of m, k, M, G, T, Ki, Mi, Gi, Ti or nothing behind it.");
        }

        return quantity.Amount == 0 ? new Fault(DefinitionRules.QuantityZero, "is zero", "Write what one CoreDNS pod needs.") : null;
    }

    private static Fault? CheckUrl(string text)
    {
        var form = new Fault(DefinitionRules.UrlForm, "is not a URL such as https://example.com/platform.git", "Write scheme, host and path; a Git address git@host:path is ssh://git@host/path.");
        return UrlText().IsMatch(text) && Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Host.Length > 0 && url.Query.Length == 0 && url.Fragment.Length == 0 ? null : form;
    }

    private static Fault? CheckExpression(string text)
    {
        try
        {
            // Without backtracking, .NET knows what Go's RE2 knows: no look-around, no back references.
            _ = new Regex(text, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            return new Fault(DefinitionRules.RegexForm, "is not a regular expression (RE2)", "Check its brackets; escape dots as \\.");
        }

        return text.StartsWith('^') && text.EndsWith('$') && !text.EndsWith("\\$", StringComparison.Ordinal)
            ? null
            : new Fault(DefinitionRules.RegexAnchors, "also matches longer identities, because Flux searches for it anywhere", "Put ^ in front and $ at the end.");
    }

    [GeneratedRegex(@"^sha256:[0-9a-f]{64}\z", RegexOptions.CultureInvariant)]
    private static partial Regex DigestForm();

    // What git check-ref-format and the OCI distribution specification both take.
    [GeneratedRegex(@"^[A-Za-z0-9_]([A-Za-z0-9._-]|/(?=[A-Za-z0-9_])){0,126}(?<=[A-Za-z0-9_])\z", RegexOptions.CultureInvariant)]
    private static partial Regex RefForm();

    // The grammar of distribution/reference, with the tag that it leaves optional, and without the tag that everybody moves.
    [GeneratedRegex(@"^[a-z0-9]+([.-][a-z0-9]+)*(:[0-9]{1,5}(?=/))?(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*:(?!latest(@|\z))[A-Za-z0-9_][A-Za-z0-9._-]{0,127}(@sha256:[0-9a-f]{64})?\z", RegexOptions.CultureInvariant)]
    private static partial Regex ImageForm();

    [GeneratedRegex(@"^[a-z][a-z0-9+.-]*://[A-Za-z0-9@\[][^\s\\'""<>{}|^`]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex UrlText();
}
