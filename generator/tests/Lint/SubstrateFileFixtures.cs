using System.Collections.Immutable;

namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Hand edits of the files of a substrate.</summary>
internal static class SubstrateFileFixtures
{
    private const string Folder = "substrate/main/dns";
    private const string Kubernetes = "substrate/main/kubernetes";
    private const string Knot = $"{Folder}/primary/knot.conf";
    private const string Named = $"{Folder}/primary/named.conf";

    public static readonly ImmutableArray<LintFixture> All =
    [
        new LintFixture("substrate-file-loopback", "a record at the loopback address") { Says = "A 127.0.0.1" }
            .Add($"{Folder}/zones/globular.internal.zone", "etcd.globular.internal. 300 IN A 192.168.10.11\n" +
                "minio.globular.internal. 300 IN A 127.0.0.1\n"),
        new LintFixture("substrate-file-loopback", "a record at the loopback address of IPv6") { Says = "AAAA ::1" }
            .Add($"{Folder}/zones/globular.internal.zone", "minio.globular.internal. 300 IN AAAA ::1\n"),
        Pair("substrate-file-loopback", "a server that listens to itself", "listens", Knot, "server:\n    listen: [\"127.0.0.1@53\"]\n"),
        new LintFixture("substrate-file-loopback", "an API server with the etcd of its own host") { Says = "--etcd-servers" }
            .Add("substrate/main/kubernetes/units/kube-apiserver.service",
                "ExecStart=/usr/local/bin/kube-apiserver \\\n  --etcd-servers=https://127.0.0.1:2379 \\\n"),
        Pair("substrate-file-transfer-open", "a rule of Knot without a key", "'transfer' without a key", Knot,
            "acl:\n  - id: transfer\n    key: transfer.globular.internal\n    action: transfer\n  - id: open\n    action: [transfer]\n\n" +
            "zone:\n"),
        Pair("substrate-file-transfer-open", "transfers of BIND for all", "any", Named, "zone \"x\" {\n    allow-transfer { any; };\n};\n"),
        Pair("substrate-file-update-open", "a rule of Knot for an address", "'update' without a key", Knot,
            "acl:\n  - id: update\n    address: 10.0.0.0/8\n    action: [update]\n    update-type: [A]\n"),
        Pair("substrate-file-update-open", "updates of BIND by address", "10.0.0.0/8", Named,
            "options {\n    allow-update { none; };\n};\nzone \"x\" {\n    allow-update { 10.0.0.0/8; };\n};\n"),
        Pair("substrate-file-key", "a TSIG key", "contains a key", Knot,
            $"key:\n  - id: external-dns\n    algorithm: hmac-sha256\n    secret: {new string('A', 43)}=\n"),
        new LintFixture("substrate-file-key", "the private key of a CA") { Says = "contains a key" }
            .Add($"{Folder}/ca.key", "-----BEGIN EC PRIVATE KEY-----\n"),
        Pair("substrate-file-query-log", "a channel of BIND without a size", "without a limit", Named,
            "logging {\n    channel queries {\n        file \"queries.log\" versions 9;\n    };\n    category queries { queries; };\n};\n"),
        Pair("substrate-file-query-log", "a file that Knot writes", "without a bound", Knot,
            "mod-dnstap:\n  - id: queries\n    sink: \"/var/lib/globular-dns/queries.dnstap\"\n"),
        Pair("substrate-file-query-log", "a socket at which nothing listens", "there is no substrate/main/dns/", Knot,
            "mod-dnstap:\n  - id: queries\n    sink: \"unix:/run/globular-dns-queries/socket\"\n"),
        new LintFixture("substrate-file-san", "a certificate script without the zone's name") { Says = "DNS:kubernetes.$zone_name" }
            .Add($"{Kubernetes}/scripts/k8s-generate-certs.sh", "names_here=\"DNS:$fqdn, IP:$address\"\n    san=\"DNS:kubernetes, " +
                "DNS:kubernetes.default, DNS:$short, DNS:$short.$domain, DNS:$fqdn, IP:$service_ip, IP:$address\"\n"),
        new LintFixture("substrate-file-san", "a certificate script without etcd's address") { Says = "The certificate of etcd" }
            .Add($"{Kubernetes}/scripts/k8s-generate-certs.sh", "names_here=\"DNS:$fqdn\"\nsan=\"DNS:kubernetes, DNS:kubernetes.default, " +
                "DNS:$short, DNS:$short.$domain, DNS:kubernetes.$zone_name, DNS:$fqdn, IP:$service_ip, IP:$address\"\n"),
        Installer("kubeadm/config.yaml", "apiServer:\n  certSANs:\n    - kubernetes.globular.internal\n", "cp-1.globular.internal"),
        Installer("kubeadm/config.yaml", "apiServer:\n  certSANs: [cp-1.globular.internal]\n", "kubernetes.globular.internal"),
        Installer("k3s/config.yaml", "disable: [coredns]\n", "cp-1.globular.internal"),
        new LintFixture("substrate-file-no-secondary", "a primary alone") { Says = "secondary" }.Add(Knot, "server:\n"),
    ];

    private static LintFixture Installer(string file, string text, string missing) =>
        new LintFixture("substrate-file-san", $"{file} without {missing}") { Says = $"does not have {missing}" }
            .Add($"{Kubernetes}/{file}", text)
            .Add($"{Kubernetes}/scripts/k8s-settings.sh", "zone_name='globular.internal'\ncontrol_planes='cp-1=192.168.10.21'\n");

    private static LintFixture Pair(string rule, string about, string says, string file, string text) =>
        new LintFixture(rule, about) { Says = says }.Add(file, text)
            .Add(file.Replace("/primary/", "/secondary/", StringComparison.Ordinal), "# The same host's other half.\n");
}
