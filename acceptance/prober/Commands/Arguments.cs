using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using PlatformGitOps.Dns.Client;
using PlatformGitOps.Dns.Messages;

namespace PlatformGitOps.Prober.Commands;

/// <summary>Options of several commands.</summary>
internal static class Arguments
{
    private const int DnsPort = 53;

    public static Option<IPEndPoint?> Server() => new("--server")
    {
        Description = "Address of the DNS server, with a port if it is not 53. Default: the first nameserver of /etc/resolv.conf.",
        CustomParser = result => EndPoint(result, result.Tokens[0].Value),
    };

    public static Option<TimeSpan> Milliseconds(string name, int standard, string description) => new(name)
    {
        Description = $"{description}, in milliseconds.",
        DefaultValueFactory = _ => TimeSpan.FromMilliseconds(standard),
        CustomParser = result => int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var ms) && ms > 0
            ? TimeSpan.FromMilliseconds(ms)
            : Refuse<TimeSpan>(result, $"{name} takes a number of milliseconds above 0."),
    };

    /// <summary>This process's resolv.conf; empty without the file.</summary>
    public static ResolvConf ResolvConf() =>
        File.Exists("/etc/resolv.conf") ? Dns.Client.ResolvConf.Parse(File.ReadAllText("/etc/resolv.conf")) : new ResolvConf();

    public static IPEndPoint ServerOrDefault(IPEndPoint? given) =>
        given ?? (ResolvConf().Nameservers is [var first, ..]
            ? new IPEndPoint(first, DnsPort)
            : throw new InvalidOperationException("No --server, and /etc/resolv.conf names none."));

    /// <summary>Reads <c>name</c> or <c>name/TYPE</c>.</summary>
    public static (string Name, RecordType Type) NameAndType(string text) =>
        text.LastIndexOf('/') is var slash and > 0 && Enum.TryParse<RecordType>(text.AsSpan(slash + 1), ignoreCase: true, out var type)
            ? (text[..slash], type)
            : (text, RecordType.A);

    public static IPEndPoint? EndPoint(ArgumentResult result, string text) =>
        IPEndPoint.TryParse(text, out var endPoint)
            ? new IPEndPoint(endPoint.Address, endPoint.Port == 0 ? DnsPort : endPoint.Port)
            : Refuse<IPEndPoint?>(result, $"'{text}' is not an IP address with an optional port.");

    public static T? Refuse<T>(ArgumentResult result, string message)
    {
        result.AddError(message);
        return default;
    }
}
