using PlatformGitOps.Acceptance.Sabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// The DNS of the hosts. The tree shows what CoreDNS forwards; real servers on this machine show what the hosts answer.
/// </summary>
[Criterion("Substrate", "DNS on the hosts exists before the clusters and outlives them, and clusters resolve its names")]
[Check(ServersAwayId, "CoreDNS forwards the substrate's names to its servers",
    "the primary first, then the secondary: each answer in less than 1 s, or 3 s until a silent primary is found out; what is kept for a "
        + "time while both are away; recovery alone; 0 failed look-ups of the cluster's names",
    Command = "kubectl --context {context} run dns-test --rm -it --image=busybox --restart=Never -- nslookup <host>.<substrate's zone>",
    Needs = Feature.Substrate)]
[Check("Substrate.2", "A loop is seen in every server that forwards", "the loop plugin in each", Needs = Feature.Substrate)]
[Check("Substrate.3", "The files are sound for the tools of the servers and of systemd",
    "installed without a message; systemd-analyze security at most 2.0", Needs = Feature.Substrate)]
[Check("Substrate.4", "Every record of the definition is answered, to those alone who may ask", "each name and type, by UDP and TCP",
    Needs = Feature.Substrate)]
[Check("Substrate.5", "A child's key changes its child, and nothing else", "round trip; wrong key, wrong child, no key refused",
    Needs = Feature.Substrate)]
[Check("Substrate.6", "No zone is transferred without a key", "refused", Needs = Feature.Substrate)]
[Check("Substrate.7", "What programs wrote survives a restart and SIGKILL", "the same records, answered within 5 s",
    Needs = Feature.Substrate)]
[Check("Substrate.8", "The secondary serves while the primary is away, and has its contents afterwards", "each record, 0 differences",
    Needs = Feature.Substrate)]
[Check("Substrate.9", "Keys are made on the host, and nobody else reads them", "mode 0600, none in the tree", Needs = Feature.Substrate)]
[Check("Substrate.10", "Installing again changes nothing, and a failed installation leaves the host as it was", "the same files",
    Needs = Feature.Substrate)]
[Check("Substrate.11", "A snapshot brings an emptied primary back, with its keys and what programs wrote", "the same records and keys",
    Needs = Feature.Substrate)]
[Check("Substrate.21", "A name moves between substrate and Kubernetes, and not to a name without an address", "0 failed look-ups",
    Needs = Feature.Substrate)]
[Check("Substrate.22", "It moves for pods, which do not follow aliases themselves", "0 failed look-ups", Needs = Feature.Substrate)]
[Check("Substrate.23", "A running CoreDNS learns the zone, and the delivered one takes over", "0 failed look-ups",
    Needs = Feature.Substrate)]
[Check("Substrate.24", "Zones and records are shown over TLS, to who has the token", "each record; 401, 404 and 405 for the rest",
    Needs = Feature.Substrate)]
[Check("Substrate.25", "What the servers are asked is kept, and no more of it than the definition allows", "one name; at most 1 MB",
    Needs = Feature.Substrate)]
[Check("Substrate.26", "A query log that stopped is seen, and one that the disk cannot hold is refused",
    "the time of the last query; exit 2", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    [StaticCheck("Substrate.1", "the server of the zone in the release's values: the forward plugin and its addresses")]
    public static void Forwards(RenderedCluster tree)
    {
        var substrate = tree.Definition.Substrate!;
        var server = Server(tree);
        var forward = server.SingleOrDefault(plugin => plugin.Name == "forward");
        forward.ShouldNotBeNull($"nothing forwards {substrate.Zone}");
        forward.Arguments.Skip(1).ShouldBe(
            substrate.Hosts.SelectMany(host => host.Addresses).Where(address => address.AddressFamily == tree.Definition.Services.Family)
                .Select(address => address.ToString()),
            "pods reach the substrate at its hosts' own addresses, the primary first");
        forward.Option("policy").ShouldBe(["sequential"], "the secondary is asked where the primary does not answer");
        forward.Option("health_check").ShouldBe(["2s"]);
        forward.Option("max_concurrent").ShouldBe(["1000"], "a server that is away must not hold the memory of CoreDNS");
        server.ShouldContain(plugin => plugin.Name == "cache", "each query would go to the hosts");
        server.ShouldNotContain(plugin => plugin.Name == "health" || plugin.Name == "ready", "one server alone answers for the process");
    }

    [StaticCheck("Substrate.2", "every server of the release's values")]
    public static void SeesLoops(RenderedCluster tree)
    {
        foreach (var (index, server) in Servers(tree).Index())
        {
            var plugins = CorefilePlugin.OfServer(server);
            plugins.ShouldContain(plugin => plugin.Name == "loop" || plugins.All(other => other.Name != "forward"),
                $"a loop of servers[{index}] goes unseen: the plugin watches its own server alone");
        }
    }

    private static IReadOnlyList<Resources.Resource> Servers(RenderedCluster tree) => tree.Values.Parts("servers");

    private static IReadOnlyList<CorefilePlugin> Server(RenderedCluster tree) =>
        Servers(tree).FirstOrDefault(server => server.Parts("zones").Any(zone => zone.Text("zone") == tree.Definition.Substrate!.Zone.Text))
            is { } found ? CorefilePlugin.OfServer(found) : [];

    internal static IReadOnlyList<StaticSabotage> StaticSabotages =>
    [
        new("the substrate at the pod's loopback", "Substrate.1", "its hosts' own addresses",
            tree => tree.Setting("SUBSTRATE_SERVERS", "127.0.0.1")),
        new("the secondary first", "Substrate.1", "its hosts' own addresses", tree => tree.Setting("SUBSTRATE_SERVERS",
            string.Join(' ', tree.Settings.Map("data")["SUBSTRATE_SERVERS"].Split(' ').Reverse()))),
        new("another zone", "Substrate.1", "nothing forwards", tree => tree.Value("servers[1].zones[0].zone", "example.internal")),
        new("no loop detection for the substrate", "Substrate.2", "servers[1] goes unseen",
            tree => tree.Release.At("spec.values.servers[1].plugins")!.AsArray().RemoveAll(plugin => (string?)plugin!["name"] == "loop")),
        .. new[] { "health", "ready" }.Select(name => new StaticSabotage(
            $"'{name}' in the zone's server", "Substrate.1", "one server alone answers for the process",
            tree => tree.Release.At("spec.values.servers[1].plugins")!.AsArray().Add(new JsonObject { ["name"] = name }))),
        new("aliases left to the pods", "Substrate.22", "pods do not ask again", tree =>
            tree.Release.At("spec.values.servers[1].plugins")!.AsArray().RemoveAll(plugin => (string?)plugin!["name"] == "rewrite")),
    ];

    internal static IReadOnlyList<HostSabotage> KnotSabotages =>
    [
        Of("a record that is not one", "Substrate.3", "zone globular.internal is refused", "zones/globular.internal.zone", " A ",
            " A x"),
        Of("a service as root with all of the machine", "Substrate.3", "exposed", "globular-dns.service", "ProtectSystem=strict\n",
            "User=root\nCapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
        Of("a view with every system call, namespace and device", "Substrate.3", "globular-dns-view.service is exposed",
            "globular-dns-view.service", "ProtectSystem=strict\n",
            "CapabilityBoundingSet=~\nNoNewPrivileges=no\nPrivateDevices=no\nSystemCallFilter=\n"),
        Of("a record left out", "Substrate.4", "etcd.globular.internal", "zones/globular.internal.zone",
            "etcd.globular.internal. 300 IN A ",
            "other.globular.internal. 300 IN A "),
        Of("queries from everywhere", "Substrate.4", "who may not", "primary/knot.conf", "mod-queryacl/allowed, ", ""),
        Knot("updates without a key", "Substrate.5", "without a key", "update", "[transfer, update-apps]", "[transfer, update-apps, open]"),
        Of("a key for more than its child", "Substrate.5", "outside of its child", "primary/knot.conf", "    acl: transfer\n",
            "    acl: [transfer, update-apps]\n"),
        Knot("transfers open to all", "Substrate.6", "without a key", "transfer", "acl: transfer\n", "acl: [transfer, open]\n"),
        Of("a child loaded by its difference", "Substrate.7", "myapp.apps.globular.internal", "primary/knot.conf",
            "    zonefile-sync: 60\n", "    zonefile-sync: -1\n    zonefile-load: difference-no-serial\n    journal-content: all\n"),
        Of("a secondary that hears nothing", "Substrate.8", "newer.globular.internal", "secondary/knot.conf",
            "    acl: [notify, transfer]\n", "    acl: [transfer]\n"),
        Of("keys that others read", "Substrate.9", "0600", "scripts/install.sh",
            "\"$etc/keys/${key%%:*}.conf\" 600", "\"$etc/keys/${key%%:*}.conf\" 644"),
        Of("no way back", "Substrate.10", "as it was", "scripts/install.sh", "trap rollback EXIT\n", "\n"),
        Of("a snapshot in plain text", "Substrate.11", "reads the keys", "scripts/common.sh",
            "crypt() { openssl enc", "crypt() { cat; return; openssl enc"),
        Of("a snapshot without what programs wrote", "Substrate.11", "records differ", "scripts/backup.sh",
            "cp \"$state/backup/zonefiles/$zone.zone\"", "cp \"$here/../zones/$zone.zone\""),
        Of("a damaged snapshot restored", "Substrate.11", "damaged", "scripts/backup.sh",
            "if ! (cd \"$snap\" && sha256sum --quiet -c sums) >/dev/null 2>&1; then",
            "if false; then"),
        Of("a snapshot that others read", "Substrate.11", "0600", "scripts/backup.sh", "mv \"$backups/.new\" \"$file\"",
            "chmod 644 \"$backups/.new\" && mv \"$backups/.new\" \"$file\""),
        Of("a key file that others read", "Substrate.11", "others can read", "scripts/common.sh",
            "*) usage \"others can read", "*) : \"others can read"),
        Of("an alias of nothing", "Substrate.21", "moved to nothing", "scripts/install.sh", "answered \"${primary",
            ": || answered \"${primary"),
        Of("an alias of what has gone that nobody sees", "Substrate.21", "goes unseen", "scripts/verify.sh", "answered \"$main\"",
            ": || answered \"$main\""),
        Of("a wildcard that counts for nothing", "Substrate.21", "what a wildcard answers", "scripts/lib.sh",
            "(closest == target[i] ? closest : \"*.\" closest)", "target[i]"),
        Of("a restart for each record", "Substrate.21", "failed look-ups", "scripts/install.sh", "|| needs=reload", "|| needs=restart"),
        Of("a view for everybody", "Substrate.24", "without the token", "scripts/view.sh",
            "refuse \"401 Unauthorized\" \"the token in keys/view.token is needed\"", ":"),
        Of("no query is ever deleted", "Substrate.25", "more than the definition allows", "scripts/queries.sh",
            "else rm -f \"$pieces/$name\"; fi", "fi"),
        Of("a query log whose end nobody sees", "Substrate.26", "stopped looks as one that is written", "scripts/verify.sh",
            "gauge query_log_timestamp_seconds \"$(kept_at)\"", "gauge query_log_timestamp_seconds \"$now\""),
        Of("a query log larger than the disk", "Substrate.26", "larger than the disk is not refused", "scripts/install.sh",
            "[ \"$free\" -gt \"$settings_query_log\" ] ||", ": ||"),
        new("the zone at the pod's loopback", "Substrate.23", "learns the zone", files =>
            files["coredns.server"] = files["coredns.server"].Replace("192.168.10.1", "127.0.0.1", StringComparison.Ordinal)),
        Of("answers for the servers' own hosts alone", OutsideId, "the client sees what is registered", "primary/knot.conf",
            "address: [\"192.168.10.0/24\"]", "address: [\"192.168.10.11\", \"192.168.10.12\"]"),
        Of("a child that the primary alone has", OutsideId, "is at both servers", "secondary/knot.conf",
            "  - domain: apps.globular.internal\n", ""),
        Of("nothing is shown once it has expired", PartitionId, "a look-up fails though its answer was kept", SubstratePair.Delivered,
            "        serve_stale 1h immediate\n", ""),
        Of("failures that are kept", PartitionId, "a look-up fails though its answer was kept", SubstratePair.Delivered,
            "        servfail 0s\n", ""),
        Of("old answers without an end", PartitionId, "what was kept ends", SubstratePair.Delivered, "serve_stale 1h", "serve_stale 24h"),
        Of("errors that nobody writes", PartitionId, "does not write which name", SubstratePair.Delivered, "    errors \n", ""),
        .. ServersAwaySabotages,
        .. AwaySabotages,
        .. CorrectedSabotages,
        .. ExternalDnsSabotages,
        .. ReverseSabotages,
        .. RepairSabotages,
        .. KnotDnssecSabotages,
        .. KnotLimitSabotages,
        Of("no snapshot is deleted", "Substrate.11", "kept", "scripts/common.sh", "[ -n \"$stays\" ] || rm -f \"$file\"", ":"),
    ];

    /// <summary>One more rule of access at the primary, without a key.</summary>
    private static HostSabotage Knot(string name, string check, string expected, string action, string rules, string more) =>
        new(name, check, expected, files =>
        {
            var text = files["primary/knot.conf"];
            Fits(name, "primary/knot.conf", text, rules);
            files["primary/knot.conf"] = text.Replace("\nacl:\n", $"\nacl:\n  - id: open\n    action: {action}\n", StringComparison.Ordinal)
                .Replace(rules, more, StringComparison.Ordinal);
        });

    internal static IReadOnlyList<HostSabotage> BindSabotages =>
    [
        .. ExternalDnsSabotagesOfBind,
        Of("updates without a key", "Substrate.5", "without a key", "primary/named.conf",
            "update-policy { grant \"external-dns\" zonesub A AAAA CNAME TXT SRV MX PTR; };", "allow-update { any; };"),
        Of("a record of the file left out", "Substrate.4", "printer.edge.internal", "zones/edge.internal.zone", "printer.edge.internal. 60",
            "printers.edge.internal. 60"),
        Of("transfers open to all", "Substrate.6", "without a key", "primary/named.conf",
            "allow-transfer { key \"transfer.edge.internal\"; };", "allow-transfer { any; };"),
        .. BindDnssecSabotages,
        .. BindLimitSabotages,
    ];
}
