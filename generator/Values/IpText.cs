using System.Net;

namespace PlatformGitOps.Generator.Values;

/// <summary>
/// Addresses as people write them. <see cref="IPAddress"/> itself also reads "1", "0x7f.1", "010.0.0.1" (octal), "[::1]:53" and zone ids.
/// </summary>
public static class IpText
{
    private const string Form = "is not an address such as 10.245.0.10";

    public static bool TryParse(string text, out IPAddress value, out string problem)
    {
        value = IPAddress.None;
        problem = text.Contains(':', StringComparison.Ordinal) ? SixProblem(text) : FourProblem(text);
        if (problem.Length > 0)
        {
            return false;
        }

        value = IPAddress.Parse(text);
        return true;
    }

    private static string FourProblem(string text)
    {
        var parts = text.Split('.');
        if (parts.Length != 4 || !parts.All(part => part.Length is > 0 and < 4 && part.All(char.IsAsciiDigit)))
        {
            return Form;
        }

        return parts.Any(part => part.Length > 1 && part[0] == '0') ? "has a leading zero, which some programs read as octal"
            : IPAddress.TryParse(text, out _) ? "" : Form;
    }

    private static string SixProblem(string text)
    {
        if (!text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.') || !IPAddress.TryParse(text, out var address))
        {
            return "is not an address such as fd00:10:245::a";
        }

        return address.IsIPv4MappedToIPv6 ? $"is an IPv4 address written as IPv6; write {address.MapToIPv4()}" : "";
    }
}
