namespace PlatformGitOps.Generator.Apps.CoreDns;

/// <summary>
/// Patterns of the arguments of CoreDNS plugins in the chart's data: kinds of words one after the other, such as <c>zone upstream+15</c>. A
/// kind is a name in this file, optionally with bounds (<c>int[0..3600]</c>), or its values (<c>a|b</c>). Then <c>?</c> means none or one,
/// <c>*</c> any number, <c>+</c> one or more and <c>+15</c> one to fifteen.
/// </summary>
internal static partial class ArgumentPattern
{
    private static readonly string[] UpstreamSchemes = ["tls://", "dns://"];

    /// <summary>What is wrong with the words; null if they match. A word with a variable always matches.</summary>
    public static string? Problem(string pattern, IReadOnlyList<string> words)
    {
        var next = 0;
        foreach (var part in pattern.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => Part().Match(text)))
        {
            var (least, most) = part.Groups["count"].Value switch
            {
                "" => (1, 1),
                "?" => (0, 1),
                "*" => (0, int.MaxValue),
                var count => (1, count.Length > 1 ? int.Parse(count.AsSpan(1), CultureInfo.InvariantCulture) : int.MaxValue),
            };
            var taken = 0;
            for (; taken < most && next < words.Count; taken++, next++)
            {
                if (Wrong(part, words[next]) is { } wrong)
                {
                    return wrong;
                }
            }

            if (taken < least)
            {
                return $"{Noun(part)} is missing";
            }

            if (taken == most && most > 1 && next < words.Count)
            {
                return $"it takes at most {most} of {Noun(part)}, and there are {words.Count - next + most}";
            }
        }

        return next < words.Count ? $"'{words[next]}' is one argument too many" : null;
    }

    /// <summary>The syntax of the arguments, for messages.</summary>
    public static string Usage(string pattern) => string.Join(' ', pattern.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Select(text => Part().Match(text)).Select(part =>
        {
            var word = part.Groups["kind"].Value is var kind && kind.Contains('|') ? kind : kind.ToUpperInvariant();
            return part.Groups["count"].Value switch { "" => word, "?" => $"[{word}]", "*" => $"[{word} ...]", _ => $"{word} ..." };
        }));

    private static string? Wrong(Match part, string word)
    {
        var (kind, from, to) = (part.Groups["kind"].Value, part.Groups["from"].Value, part.Groups["to"].Value);
        var fits = word.Contains("${") || kind switch
        {
            "any" => true,
            "int" => Between(Whole(word), Whole(from), Whole(to)),
            "percent" => word.EndsWith('%') && Between(Whole(word[..^1]), Whole(from), Whole(to)),
            "duration" => Between(Nanoseconds(word), Nanoseconds(from), Nanoseconds(to)),
            "zone" => IsZone(word),
            "ttlOrZone" => Whole(word) is { } ttl ? ttl > 0 : IsZone(word),
            "upstream" => IsUpstream(word),
            "upstreamOrName" => IsUpstreamOrName(word),
            "address" => HostAndPort().IsMatch(word),
            "source" => !word.Contains('/') || IPNetwork.TryParse(word, out _),
            "regex" => GoRegex.Create(word) is not null,
            _ => kind.Split('|').Contains(word),
        };
        return fits ? null : $"'{word}' is not {Noun(part)}";
    }

    private static string Noun(Match part)
    {
        var bounds = (part.Groups["from"].Value, part.Groups["to"].Value) switch
        {
            ("", "") => "",
            (var from, "") => $" of at least {from}",
            ("", var to) => $" of at most {to}",
            var (from, to) => $" from {from} to {to}",
        };
        return part.Groups["kind"].Value switch
        {
            "any" => "an argument",
            "int" => "a whole number" + bounds,
            "percent" => $"a percentage{bounds}, with its sign",
            "duration" => $"a duration with a unit, such as 5s,{bounds}".TrimEnd(','),
            "zone" => "a zone",
            "ttlOrZone" => "a TTL in seconds above 0, or a zone",
            "upstream" => "an IP address with or without tls:// and a port, or the path of a file",
            "upstreamOrName" => "an IP address or a host name, with or without tls:// or https:// and a port, or the path of a file",
            "address" => "an address with a port, such as :8181",
            "source" => "a network",
            "regex" => "a regular expression",
            var values => $"one of {values.Replace("|", ", ")}",
        };
    }

    private static bool Between<T>(T? value, T? from, T? to) where T : struct, IComparable<T> =>
        value is { } number && (from is not { } low || number.CompareTo(low) >= 0) && (to is not { } high || number.CompareTo(high) <= 0);

    private static long? Whole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>As Go's time.ParseDuration.</summary>
    private static double? Nanoseconds(string text)
    {
        if (text.TrimStart('+', '-') == "0")
        {
            return 0;
        }

        if (!GoDuration().IsMatch(text))
        {
            return null;
        }

        var sum = DurationPart().Matches(text).Sum(part => double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture)
            * part.Groups[2].Value switch { "ns" => 1, "ms" => 1e6, "s" => 1e9, "m" => 60e9, "h" => 3600e9, _ => 1e3 });
        return text[0] == '-' ? -sum : sum;
    }

    private static bool IsZone(string word) => word == "."
        || (word.IndexOfAny(['{', '}']) < 0 && word.TrimEnd('.').Split('.').All(label => label.Length is > 0 and < 64));

    private static bool IsUpstream(string word)
    {
        var host = UpstreamSchemes.Any(scheme => word.StartsWith(scheme, StringComparison.Ordinal)) ? word[6..] : word;
        return host.StartsWith('/') || IsAddress(host.Split('%')[0])
            || (HostAndPort().Match(host) is { Success: true } match && IsAddress(match.Groups["host"].Value));
    }

    /// <summary>In CoreDNS 1.14.5 and later; 1.14.4 accepts names but not https://. An HTTPS server must not have a path.</summary>
    private static bool IsUpstreamOrName(string word)
    {
        const string Https = "https://";
        if (word.StartsWith(Https, StringComparison.Ordinal))
        {
            return !word[Https.Length..].Contains('/') && IsUpstreamOrName(word[Https.Length..]);
        }

        var host = UpstreamSchemes.Any(scheme => word.StartsWith(scheme, StringComparison.Ordinal)) ? word[6..] : word;
        return IsUpstream(word) || HostName().Match(host.Split('%')[0]) is { Success: true };
    }

    /// <summary>As Go's net.ParseIP; .NET also accepts 192 and 010.0.0.1.</summary>
    private static bool IsAddress(string text) => IpText.TryParse(text, out _, out _)
        || (text.StartsWith("::ffff:", StringComparison.OrdinalIgnoreCase) && IPAddress.TryParse(text, out _));

    [GeneratedRegex(@"^(?<kind>[^\[\]?*+]+)(?:\[(?<from>[^.]*)\.\.(?<to>[^\]]*)\])?(?<count>\?|\*|\+\d*)?$")]
    private static partial Regex Part();

    // Go's net.SplitHostPort; CoreDNS does not check the port's value.
    [GeneratedRegex(@"^(?:\[(?<host>[^\]]*)\]|(?<host>[^:\[\]]*)):[^:]*$")]
    private static partial Regex HostAndPort();

    // A name whose last label is a number is a wrong address, not a name.
    [GeneratedRegex(@"^(?:[A-Za-z0-9_-]+\.)*(?!\d+\.?(?::|$))[A-Za-z0-9_-]+\.?(?::\d+)?$")]
    private static partial Regex HostName();

    [GeneratedRegex(@"^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$")]
    private static partial Regex GoDuration();

    [GeneratedRegex(@"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)")]
    private static partial Regex DurationPart();
}
