using System.Globalization;

namespace PlatformGitOps.Dns.Client;

/// <summary>The parts of resolv.conf(5) that a pod's dnsPolicy and dnsConfig can set.</summary>
public sealed record ResolvConf
{
    public ImmutableArray<IPAddress> Nameservers { get; init; } = [];

    public ImmutableArray<string> Search { get; init; } = [];

    public int Ndots { get; init; } = 1;

    public StubOptions Stub { get; init; } = new();

    public static ResolvConf Parse(string text)
    {
        var conf = new ResolvConf();
        foreach (var line in text.Split('\n'))
        {
            conf = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries) switch
            {
                ["nameserver", var server, ..] when IPAddress.TryParse(server, out var address) =>
                    conf with { Nameservers = conf.Nameservers.Add(address) },
                // The last of several search (or domain) lines is used.
                ["search", .. var domains] => conf with { Search = [.. domains] },
                ["domain", var domain, ..] => conf with { Search = [domain] },
                ["options", .. var options] => options.Aggregate(conf, WithOption),
                _ => conf,
            };
        }

        return conf;
    }

    /// <summary>
    /// The absolute names that a resolver tries for <paramref name="name"/>, in order: a name with a trailing dot only unchanged; a name
    /// with at least <see cref="Ndots"/> dots first unchanged, others last unchanged.
    /// </summary>
    public ImmutableArray<string> Candidates(string name)
    {
        if (name.EndsWith('.'))
        {
            return [name];
        }

        var searched = Search.Select(domain => $"{name}.{domain.TrimEnd('.')}.");
        return name.Count(c => c == '.') >= Ndots ? [$"{name}.", .. searched] : [.. searched, $"{name}."];
    }

    private static ResolvConf WithOption(ResolvConf conf, string option) => option.Split(':') switch
    {
        ["ndots", var n] when Number(n) is { } dots => conf with { Ndots = Math.Min(dots, 15) },
        ["timeout", var n] when Number(n) is { } seconds =>
            conf with { Stub = conf.Stub with { Timeout = TimeSpan.FromSeconds(Math.Clamp(seconds, 1, 30)) } },
        ["attempts", var n] when Number(n) is { } attempts => conf with { Stub = conf.Stub with { Attempts = Math.Clamp(attempts, 1, 5) } },
        _ => conf,
    };

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n) ? n : null;
}
