using System.Net.Sockets;

namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>named.conf (BIND 9.18).</summary>
internal static class BindConfiguration
{
    public static string Primary(SubstrateSettings substrate, IEnumerable<SubstrateZone> zones) => $$"""
        {{Server(substrate, substrate.Primary, [substrate.TransferKey, .. substrate.Children.Select(child => child.Key.Text)])}}

        {{string.Join("\n\n", zones.Select(zone => Primary(substrate, zone)))}}

        """;

    public static string Secondary(SubstrateSettings substrate, IEnumerable<SubstrateZone> zones) => $$"""
        {{Server(substrate, substrate.Secondary, [substrate.TransferKey])}}

        {{string.Join("\n\n", zones.Select(zone => $$"""
            zone "{{zone.Name}}" {
                type secondary;
                file "zones/{{zone.Name}}.zone";
                masterfile-format text;
                primaries { {{Keyed(substrate, substrate.Primary)}} };
                allow-notify { key "{{substrate.TransferKey}}"; };
                allow-transfer { key "{{substrate.TransferKey}}"; };
            };
            """))}}

        """;

    private static string Server(SubstrateSettings substrate, SubstrateHost host, IReadOnlyList<string> keys)
    {
        var paths = SubstratePaths.Of(substrate);
        return $$"""
            {{string.Join('\n', keys.Select(key => $"include \"{paths.Etc}/keys/{key}.conf\";"))}}

            acl "allowed" { {{string.Concat(SubstratePaths.Allowed(substrate).Select(range => $"{range}; "))}}};

            options {
                directory "{{paths.State}}";
                pid-file "{{paths.Run}}/globular-dns.pid";
                session-keyfile "{{paths.Run}}/globular-dns.session.key";
                listen-on port {{SubstratePaths.Number(SubstratePaths.Port)}} { {{Addresses(host, AddressFamily.InterNetwork)}} };
                listen-on-v6 port {{SubstratePaths.Number(SubstratePaths.Port)}} { {{Addresses(host, AddressFamily.InterNetworkV6)}} };
                {{Source(host, AddressFamily.InterNetwork, "")}}{{Source(host, AddressFamily.InterNetworkV6, "-v6")}}version none;
                recursion no;
                minimal-responses yes;
                notify no;
                dnssec-validation no;
                empty-zones-enable no;
                allow-query { allowed; };
                allow-transfer { none; };
                allow-update { none; };
                {{Limit(substrate)}}
            };

            controls { };

            logging {
                channel journal { stderr; severity info; };
                category default { journal; };{{Queries(substrate)}}
            };
            """;
    }

    // Ten files; the newest one is written.
    private static string Queries(SubstrateSettings substrate) => substrate.QueryLog == 0 ? "" : $$"""

            channel queries {
                file "{{SubstratePaths.Of(substrate).State}}/queries/queries.log" versions 9 size {{Piece(substrate)}}k;
                severity info;
                print-time iso8601;
            };
            category queries { queries; };
        """;

    private static string Piece(SubstrateSettings substrate) => SubstratePaths.Number(substrate.QueryLog * 1024 / 10);

    // 1000 is BIND's maximum.
    private static string Limit(SubstrateSettings substrate) => substrate.RateLimit == 0 ? ""
        : $$"""rate-limit { responses-per-second {{SubstratePaths.Number(Math.Min(substrate.RateLimit, 1000))}}; slip 1; };""";

    private static string Primary(SubstrateSettings substrate, SubstrateZone zone) => $$"""
        zone "{{zone.Name}}" {
            type primary;
            file "{{(zone.Child is null ? "written" : "zones")}}/{{zone.Name}}.zone";
            notify explicit;
            also-notify { {{Keyed(substrate, substrate.Secondary)}} };
            {{(zone.Child is { } child
                ? $$"""
                    allow-transfer { key "{{substrate.TransferKey}}"; key "{{child.Key}}"; };
                        update-policy { grant "{{child.Key}}" zonesub A AAAA CNAME TXT SRV MX PTR; };
                    """
                : Written(substrate, zone))}}
        };
        """;

    private static string Written(SubstrateSettings substrate, SubstrateZone zone)
    {
        var transfer = $$"""allow-transfer { key "{{substrate.TransferKey}}"; };""";
        return substrate.Dnssec && zone.Name == substrate.Zone.Text
            ? $$"""
                {{transfer}}
                    dnssec-policy default;
                    inline-signing yes;
                """
            : $$"""
                {{transfer}}
                    ixfr-from-differences yes;
                """;
    }

    private static string Keyed(SubstrateSettings substrate, SubstrateHost host) => string.Concat(host.Addresses.Select(address =>
        $"{address} port {SubstratePaths.Number(SubstratePaths.Port)} key \"{substrate.TransferKey}\"; "));

    /// <summary>A host with more addresses would send from one that the other host does not know.</summary>
    private static string Source(SubstrateHost host, AddressFamily family, string ending) =>
        host.Addresses.FirstOrDefault(address => address.AddressFamily == family) is not { } own ? ""
            : $"notify-source{ending} {own};\n    transfer-source{ending} {own};\n    ";

    private static string Addresses(SubstrateHost host, AddressFamily family)
    {
        var addresses = host.Addresses.Where(address => address.AddressFamily == family).ToArray();
        return addresses.Length == 0 ? "none;" : string.Join(' ', addresses.Select(address => $"{address};"));
    }
}
