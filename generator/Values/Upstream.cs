namespace PlatformGitOps.Generator.Values;

/// <summary>A DNS server that CoreDNS forwards to.</summary>
/// <param name="Address">Its IP address: a name could not be resolved before DNS works.</param>
/// <param name="Port">Its port, by default 53, over TLS 853.</param>
/// <param name="Tls">True for DNS over TLS (RFC 7858).</param>
public sealed record Upstream(IPAddress Address, int Port = 53, bool Tls = false)
{
    private const string Scheme = "tls://";

    private const string Form =
        "is not an address with or without a port, such as 1.1.1.1, 1.1.1.1:5353, [2606:4700:4700::1111]:5353 or tls://1.1.1.1";

    public static bool TryParse(string text, out Upstream value, out string problem)
    {
        value = null!;
        var tls = text.StartsWith(Scheme, StringComparison.Ordinal);
        text = tls ? text[Scheme.Length..] : text;
        if (text.Contains('/'))
        {
            problem = Form;
            return false;
        }

        var (address, port) = Split(text);
        if (port is not null && (!int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            || number is 0 or > 65535 || port[0] == '0'))
        {
            problem = "has no port from 1 to 65535 behind its colon";
            return false;
        }

        if (!IpText.TryParse(address, out var parsed, out problem))
        {
            problem = address.Any(c => char.IsAsciiLetter(c) && !char.IsAsciiHexDigit(c)) ? Form : problem;
            return false;
        }

        value = new Upstream(parsed, port is null ? DefaultPort(tls) : int.Parse(port, CultureInfo.InvariantCulture), tls);
        return true;
    }

    private static (string Address, string? Port) Split(string text)
    {
        var colon = text.LastIndexOf(':');
        if (text.StartsWith('[') && text.IndexOf(']', StringComparison.Ordinal) is > 0 and var end)
        {
            return end == text.Length - 1 ? (text[1..end], null) : colon == end + 1 ? (text[1..end], text[(colon + 1)..]) : (text, null);
        }

        return colon >= 0 && colon == text.IndexOf(':', StringComparison.Ordinal) ? (text[..colon], text[(colon + 1)..]) : (text, null);
    }

    /// <summary>The format of the forward plugin: the port only if it is not the default.</summary>
    public override string ToString() =>
        (Tls ? Scheme : "") + (Port == DefaultPort(Tls) ? IpText.Unquoted(Address) : new IPEndPoint(Address, Port).ToString());

    private static int DefaultPort(bool tls) => tls ? 853 : 53;
}
