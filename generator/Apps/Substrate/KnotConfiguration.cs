namespace PlatformGitOps.Generator.Apps.Substrate;

/// <summary>
/// knot.conf (Knot DNS 3.2). Zones of the generator are loaded by difference, whatever their serial, with their whole history in the
/// journal, so that the secondary gets each change. Zones that programs change must not be: a restart would revert their updates.
/// </summary>
internal static class KnotConfiguration
{
    public static string Primary(SubstrateSettings substrate, IEnumerable<SubstrateZone> zones) => $"""
        {Server(substrate, substrate.Primary)}
        {string.Join('\n', substrate.Children.Select(child => $"include: keys/{child.Key}.conf"))}

        remote:
          - id: secondary
            address: [{Endpoints(substrate.Secondary)}]
            via: [{Sources(substrate.Primary)}]
            key: {substrate.TransferKey}

        acl:
          - id: transfer
            key: {substrate.TransferKey}
            action: transfer
        {string.Join('\n', substrate.Children.Select(Acl))}

        {Modules(substrate)}

        template:
          - id: default
            global-module: [{ModuleNames(substrate)}]
            semantic-checks: on
            serial-policy: unixtime
            notify: secondary
          - id: written
            storage: {SubstratePaths.Of(substrate).Etc}/zones
            file: "%s.zone"
            semantic-checks: on
            serial-policy: unixtime
            notify: secondary
            acl: transfer
            zonefile-sync: -1
            zonefile-load: difference-no-serial
            journal-content: all

        zone:
        {string.Join('\n', zones.Select(zone => Zone(substrate, zone)))}

        """;

    public static string Secondary(SubstrateSettings substrate, IEnumerable<SubstrateZone> zones) => $"""
        {Server(substrate, substrate.Secondary)}

        remote:
          - id: primary
            address: [{Endpoints(substrate.Primary)}]
            via: [{Sources(substrate.Secondary)}]
            key: {substrate.TransferKey}

        acl:
          - id: notify
            key: {substrate.TransferKey}
            action: notify
          - id: transfer
            key: {substrate.TransferKey}
            action: transfer

        {Modules(substrate)}

        template:
          - id: default
            global-module: [{ModuleNames(substrate)}]
            storage: {SubstratePaths.Of(substrate).State}/zones
            file: "%s.zone"
            master: primary
            acl: [notify, transfer]

        zone:
        {string.Join('\n', zones.Select(zone => $"  - domain: {zone.Name}"))}

        """;

    private static string Server(SubstrateSettings substrate, SubstrateHost host) => $"""
        server:
            version: ""
            rundir: {SubstratePaths.Of(substrate).Run}
            automatic-acl: off
            listen: [{Endpoints(host)}]

        log:
          - target: stderr
            any: info

        database:
            storage: {SubstratePaths.Of(substrate).State}

        include: keys/{substrate.TransferKey}.conf
        """;

    private static string Endpoints(SubstrateHost host) =>
        string.Join(", ", host.Addresses.Select(address => $"\"{address}@{SubstratePaths.Number(SubstratePaths.Port)}\""));

    /// <summary>A host with more addresses would send from one that the other host does not know.</summary>
    private static string Sources(SubstrateHost host) => string.Join(", ", host.Addresses.Select(address => $"\"{address}\""));

    /// <summary>The key may also read its child zone by transfer: a program that cannot would delete nothing.</summary>
    private static string Acl(SubstrateChild child) => $"""
          - id: update-{child.Name}
            key: {child.Key}
            action: [update, transfer]
            update-type: [A, AAAA, CNAME, TXT, SRV, MX, PTR]
        """;

    private static string Modules(SubstrateSettings substrate)
    {
        var allowed = $"""
            mod-queryacl:
              - id: allowed
                address: [{string.Join(", ", SubstratePaths.Allowed(substrate).Select(range => $"\"{range}\""))}]
            """;
        var limit = $"""
            mod-rrl:
              - id: limit
                rate-limit: {SubstratePaths.Number(substrate.RateLimit)}
                slip: 1
            """;
        var queries = $"""
            mod-dnstap:
              - id: queries
                sink: "unix:{SubstratePaths.Of(substrate).Run}-queries/socket"
                log-responses: off
            """;
        return string.Join("\n\n",
            new[] { allowed, substrate.RateLimit == 0 ? null : limit, substrate.QueryLog == 0 ? null : queries }.OfType<string>());
    }

    // First, so that refused queries are logged too.
    private static string ModuleNames(SubstrateSettings substrate) => (substrate.QueryLog == 0 ? "" : "mod-dnstap/queries, ")
        + "mod-queryacl/allowed" + (substrate.RateLimit == 0 ? "" : ", mod-rrl/limit");

    private static string Zone(SubstrateSettings substrate, SubstrateZone zone) => zone.Child is { } child
        ? $"""
              - domain: {zone.Name}
                storage: {SubstratePaths.Of(substrate).State}/zones
                file: "%s.zone"
                acl: [transfer, update-{child.Name}]
                zonefile-sync: 60
            """
        : $"""
              - domain: {zone.Name}
                template: written
            """ + (substrate.Dnssec && zone.Name == substrate.Zone.Text ? "\n    dnssec-signing: on" : "");
}
