using System.Globalization;

namespace PlatformGitOps.Dns.Server;

/// <summary>Parses one record, <c>owner TYPE data</c>, in the presentation form of RFC 1035 section 5 without TTL and class.</summary>
public static class RecordText
{
    /// <exception cref="FormatException">The text is not a record of a supported type.</exception>
    public static Zone Add(Zone zone, string text)
    {
        var fields = text.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields is not [var owner, var typeName, var data] || !Enum.TryParse<RecordType>(typeName, ignoreCase: true, out var type))
        {
            throw new FormatException($"'{text}' is not 'owner TYPE data'.");
        }

        return zone.With(owner, type, type switch
        {
            RecordType.A or RecordType.AAAA => new AddressData(IPAddress.Parse(data)),
            RecordType.CNAME or RecordType.NS or RecordType.PTR => new NameData(DnsName.Parse(data)),
            RecordType.TXT => new TextData([data.Trim('"')]),
            RecordType.MX when data.Split(' ') is [var preference, var exchange] =>
                new MailData(Number(preference), DnsName.Parse(exchange)),
            RecordType.SRV when data.Split(' ') is [var priority, var weight, var port, var target] =>
                new ServiceData(Number(priority), Number(weight), Number(port), DnsName.Parse(target)),
            _ => throw new FormatException($"'{text}' is not a record this server holds."),
        });
    }

    private static ushort Number(string text) => ushort.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
