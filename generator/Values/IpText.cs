using System.Buffers;
using System.Net.Sockets;

namespace PlatformGitOps.Generator.Values;

/// <summary>
/// Parses addresses strictly. <see cref="IPAddress"/> itself also accepts "1", "0x7f.1", "010.0.0.1" (octal), "[::1]:53" and zone ids.
/// </summary>
public static class IpText
{
    private static readonly SearchValues<char> SixCharacters = SearchValues.Create("0123456789abcdefABCDEF:.");

    private const string Form = "is not an address such as 10.245.0.10";

    public static bool TryParse(string text, out IPAddress value, out string problem) => TryParse(text.AsSpan(), out value, out problem);

    public static bool TryParse(ReadOnlySpan<char> text, out IPAddress value, out string problem)
    {
        value = IPAddress.None;
        problem = text.Contains(':') ? SixProblem(text) : FourProblem(text);
        if (problem.Length > 0)
        {
            return false;
        }

        value = IPAddress.Parse(text);
        return true;
    }

    /// <summary>
    /// The address for an unquoted place in YAML: a text that ends in ':' would be a key, so <c>2001:db8::</c> becomes <c>2001:db8::0</c>.
    /// </summary>
    public static string Unquoted(IPAddress address) => address.ToString() is var text && text.EndsWith(':') ? text + "0" : text;

    /// <summary>The range of one address: <c>10.245.0.10/32</c>.</summary>
    public static string Range(IPAddress address) => $"{address}/{(address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128)}";

    private static string FourProblem(ReadOnlySpan<char> text)
    {
        var (parts, hasLeadingZero) = (0, false);
        foreach (var range in text.Split('.'))
        {
            var part = text[range];
            if (part.Length is 0 or > 3 || part.ContainsAnyExceptInRange('0', '9'))
            {
                return Form;
            }

            parts++;
            hasLeadingZero |= part.Length > 1 && part[0] == '0';
        }

        return parts != 4 ? Form
            : hasLeadingZero ? "has a leading zero, which some programs read as octal"
            : IPAddress.TryParse(text, out _) ? "" : Form;
    }

    private static string SixProblem(ReadOnlySpan<char> text)
    {
        if (text.ContainsAnyExcept(SixCharacters) || !IPAddress.TryParse(text, out var address))
        {
            return "is not an address such as fd00:10:245::a";
        }

        return address.IsIPv4MappedToIPv6 ? $"is an IPv4 address written as IPv6; write {address.MapToIPv4()}" : "";
    }
}
