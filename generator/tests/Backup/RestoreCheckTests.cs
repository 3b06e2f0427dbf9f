using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Tests.Backup;

public class RestoreCheckTests
{
    private const string Definition = """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: infra
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
            externalDns:
              instances:
                - { name: own, provider: rfc2136, domainFilters: [example.com], sources: [service, crd],
                    rfc2136: { host: 192.0.2.53, keyName: external-dns } }
                - { name: cloud, provider: cloudflare, domainFilters: [example.org] }
        """;

    private const string Zone = """
        one.example.com. 60 IN A 192.0.2.1
        a-one.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=infra"
        two.example.com. 60 IN CNAME target.example.net.
        cname-two.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=infra"
        other.example.com. 60 IN A 192.0.2.3
        a-other.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=apps"
        """;

    private static readonly Cluster Infra = Given.Defined(Definition).Clusters[0];

    private static readonly Manifest[] Objects = Given.Manifests("""
        apiVersion: v1
        kind: Service
        metadata:
          name: one
          namespace: default
          resourceVersion: "7"
          uid: 1-2
          managedFields: [{manager: kubectl}]
          annotations:
            external-dns.alpha.kubernetes.io/hostname: one.example.com
            kubectl.kubernetes.io/last-applied-configuration: "{}"
            note: "https://user:hunter2@example.com/"
        spec: { type: LoadBalancer, clusterIP: 10.245.0.77, clusterIPs: [10.245.0.77], healthCheckNodePort: 30000 }
        status: { loadBalancer: { ingress: [{ ip: 192.0.2.1 }] } }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: headless, namespace: default, annotations: { dns.aikernel.io/geo-hostname: geo } }
        spec: { clusterIP: None }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: quiet, namespace: default }
        spec: { clusterIP: 10.245.0.78 }
        ---
        apiVersion: v1
        kind: Service
        metadata: { name: kube-dns, namespace: kube-system, annotations: { dns.aikernel.io/health-check-enabled: "true" } }
        spec: { clusterIP: 10.245.0.10 }
        ---
        apiVersion: externaldns.k8s.io/v1alpha1
        kind: DNSEndpoint
        metadata: { name: two, namespace: default }
        spec: { endpoints: [{ dnsName: two.example.com, recordType: CNAME, targets: [target.example.net] }] }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: mine, namespace: kube-system }
        data: { example.zone: "@ SOA ns admin 1 2 3 4 5" }
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: { name: coredns, namespace: kube-system, labels: { app.kubernetes.io/managed-by: Helm } }
        data: { Corefile: ".:53 {}" }
        """);

    [Test]
    public void A_cluster_that_is_as_in_its_backup_has_no_finding()
    {
        var result = RestoreCheck.Compare(Written(Of(Live())), Live(), Infra, Definition);

        result.Findings.ShouldBeEmpty();
        (result.Objects, result.Records, result.Refused, result.Complete).ShouldBe((4, 2, false, true));
    }

    [Test]
    public void A_backup_holds_what_can_be_applied_again_and_no_secret()
    {
        var files = Of(Live()).Files().ToDictionary();

        files.Keys.ShouldBe(["backup.yaml", "platform.yaml", "namespaces.yaml", "objects/configmap.yaml", "objects/dnsendpoint.yaml",
            "objects/service.yaml", "zones/own/example.com.zone"], ignoreOrder: true);
        var services = files["objects/service.yaml"];
        services.ShouldNotContain("10.245.0.77");
        services.ShouldNotContain("resourceVersion");
        services.ShouldNotContain("managedFields");
        services.ShouldNotContain("last-applied");
        services.ShouldNotContain("quiet");
        services.ShouldNotContain("hunter2");
        services.ShouldContain("clusterIP: None");
        files["objects/configmap.yaml"].ShouldNotContain("name: coredns");
        services.ShouldNotContain("name: kube-dns");
        files["namespaces.yaml"].ShouldContain("name: default");
        files["zones/own/example.com.zone"].ShouldNotContain("other.example.com");
        files["backup.yaml"].ShouldContain("the provider cloudflare has no transfers");
    }

    [Test]
    public void Missing_objects_of_an_emptied_cluster_are_reported()
    {
        var empty = new LiveState(null, [], Zones(""));

        var result = RestoreCheck.Compare(Written(Of(Live())), empty, Infra, Definition + "\n");

        result.Findings.Select(finding => finding.Rule).ShouldBe(
        [
            RestoreCheck.Definition, RestoreCheck.Address, RestoreCheck.ObjectMissing, RestoreCheck.ObjectMissing,
            RestoreCheck.ObjectMissing, RestoreCheck.ObjectMissing, RestoreCheck.RecordMissing, RestoreCheck.RecordMissing,
        ], ignoreOrder: true);
        result.Findings.ShouldAllBe(finding => finding.Fix.Length > 0);
        (result.Refused, result.Complete).ShouldBe((false, false));
    }

    [Test]
    public void A_zone_that_its_provider_exported_is_kept_and_has_to_be_exported_again()
    {
        var zone = new OwnedZone(ZoneRecord.Read("""
            example.org. 900 IN SOA a. b. 1 2 3 4 5
            shop.example.org. 900 IN NS ns.example.net.
            three.example.org. 60 IN A 192.0.2.1
            a-three.example.org. 0 IN TXT "heritage=external-dns,external-dns/owner=infra"
            """), null);
        var live = Live() with { Zones = Live().Zones.Add(("cloud", "example.org"), zone) };
        var files = Of(live).Files().ToDictionary();
        files["zones/cloud/example.org.zone"].ShouldContain("three.example.org. 60 IN A 192.0.2.1");
        files["backup.yaml"].ShouldNotContain("has no transfers");
        var backup = Written(Of(live));
        backup.ZoneRecords.Single(one => one.Instance == "cloud").Delegations.ShouldBe(["shop.example.org"]);

        RestoreCheck.Compare(backup, live, Infra, Definition).Findings.ShouldBeEmpty();
        var result = RestoreCheck.Compare(backup, Live(), Infra, Definition);
        var finding = result.Findings.ShouldHaveSingleItem();
        finding.Rule.ShouldBe(RestoreCheck.ZoneUnread);
        finding.Fix.ShouldBe($"Export it again: --zone-file cloud=FILE ({Docs.Page("backup.md")}).");
        (result.Refused, result.Complete).ShouldBe((false, true));
    }

    [TestCase("policy: sync, ", "'own' has the policy sync and no dryRun: External-DNS deletes the records of ")]
    [TestCase("policy: sync, dryRun: true, ", null)]
    [TestCase("policy: upsert-only, ", null)]
    public void An_instance_that_would_delete_the_records_of_missing_objects_is_named(string keys, string? message)
    {
        var definition = Definition.Replace("provider: rfc2136, ", $"provider: rfc2136, {keys}");
        var cluster = Given.Defined(definition).Clusters[0];

        var findings = RestoreCheck.Compare(Of(Live()), Live() with { Published = [] }, cluster, Definition).Findings
            .Where(finding => finding.Rule == RestoreCheck.Sync).Select(finding => finding.Message).ToArray();

        findings.Length.ShouldBe(message is null ? 0 : 1);
        if (message is not null)
        {
            findings[0].ShouldContain(message);
            // Without those that only the health controller and CoreDNS read.
            findings[0].ShouldEndWith("Service default/one, DNSEndpoint default/two.");
        }

        RestoreCheck.Compare(Of(Live()), Live(), cluster, Definition).Findings.ShouldBeEmpty();
    }

    [TestCase("one.example.com. 60 IN A 192.0.2.9", RestoreCheck.Foreign, true)]
    [TestCase("""
        one.example.com. 60 IN A 192.0.2.1
        a-one.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=apps"
        """, RestoreCheck.OtherOwner, true)]
    [TestCase("""
        one.example.com. 60 IN A 192.0.2.9
        a-one.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=infra"
        """, RestoreCheck.RecordDiffers, false)]
    [TestCase("", RestoreCheck.RecordMissing, false)]
    public void A_record_in_other_hands_is_refused_and_another_address_is_not(string one, string rule, bool refused)
    {
        var rest = string.Join('\n', Zone.Split('\n').Skip(2));
        var live = Live() with { Zones = Zones(one + "\n" + rest) };

        var result = RestoreCheck.Compare(Of(Live()), live, Infra, Definition);

        result.Findings.Select(finding => finding.Rule).ShouldBe([rule]);
        result.Refused.ShouldBe(refused);
    }

    [Test]
    public void Another_hostname_and_another_address_of_the_clusters_DNS_are_findings()
    {
        var live = Live();
        var changed = new Manifest(
            Objects[0].Body.SetAt(["metadata", "annotations", "external-dns.alpha.kubernetes.io/hostname"], "else.example.com"!), "");
        live = live with
        {
            DnsAddress = "10.245.0.11",
            Published = PublishedObjects.Of([changed, .. Objects[1..]], Infra),
        };

        RestoreCheck.Compare(Of(Live()), live, Infra, Definition).Findings.Select(finding => finding.Rule)
            .ShouldBe([RestoreCheck.Address, RestoreCheck.ObjectDiffers]);
    }

    [TestCase("external-dns.kubernetes.io/hostname: a.example.com", "external-dns.kubernetes.io/hostname")]
    [TestCase("external-dns.kubernetes.io/ttl: \"30\", external-dns.alpha.kubernetes.io/hostname: a.example.com",
        "external-dns.kubernetes.io/ttl")]
    [TestCase("external-dns.kubernetes.io/hostname: a.example.com, external-dns.alpha.kubernetes.io/hostname: a.example.com", null)]
    [TestCase("example.com/hostname: a.example.com", null)]
    public void An_annotation_that_External_DNS_does_not_read_is_a_warning(string annotations, string? named)
    {
        var team = Given.Manifests($$"""
            apiVersion: v1
            kind: Service
            metadata: { name: team, namespace: shop, annotations: { {{annotations}} } }
            spec: {}
            """);
        var live = Live() with { Unread = PublishedObjects.Unread([.. Objects, .. team], Infra) };

        var result = RestoreCheck.Compare(Of(Live()), live, Infra, Definition);

        result.Findings.Select(finding => (finding.Rule, finding.Message.Contains(
            $"Service shop/team has the annotation {named},"))).ShouldBe(named is null ? [] : [(RestoreCheck.Prefix, true)]);
        result.Complete.ShouldBeTrue();
    }

    [TestCase("a.example.com", 1)]
    [TestCase("a.example.net", 0)]
    [TestCase("a.lab.example.com", 0)]
    public void An_instance_deletes_no_records_outside_of_its_domains(string host, int findings)
    {
        var definition = Definition.Replace("provider: rfc2136, domainFilters: [example.com], sources: [service, crd],",
            "provider: rfc2136, policy: sync, domainFilters: [example.com], excludeDomains: [lab.example.com], sources: [ingress],");
        var cluster = Given.Defined(definition).Clusters[0];
        var backup = Of(Live() with { Published = PublishedObjects.Of(Ingress(host, host), cluster) });

        RestoreCheck.Compare(backup, Live() with { Published = [] }, cluster, Definition).Findings
            .Count(finding => finding.Rule == RestoreCheck.Sync).ShouldBe(findings);
    }

    [TestCase("a.example.com", "u.example.com", RestoreCheck.ObjectDiffers)]
    [TestCase("a.example.com", "t.example.com")]
    [TestCase("t.example.com", "a.example.com", Description = "the same names, the other way round")]
    public void Hosts_of_an_Ingress_are_those_of_its_certificates_too(string host, string certified, params string[] rules)
    {
        var before = Live() with { Published = PublishedObjects.Of(Ingress("a.example.com"), Infra) };
        var after = Live() with { Published = PublishedObjects.Of(Ingress(host, certified), Infra) };

        RestoreCheck.Compare(Of(before), after, Infra, Definition).Findings.Select(finding => finding.Rule).ShouldBe(rules);
    }

    [Test]
    public void An_object_that_is_listed_twice_is_one()
    {
        var live = Live();

        RestoreCheck.Compare(Of(live), live with { Published = [.. live.Published, .. live.Published] }, Infra, Definition).Findings
            .ShouldBeEmpty();
    }

    [TestCase("objects/service.yaml", null, "the backup is not whole")]
    [TestCase("objects/service.yaml", "- a\n- b\n", "the backup is not whole")]
    [TestCase("objects/service.yaml", "text\n", "the backup is not whole")]
    [TestCase("objects/service.yaml", "kind: {a: b}\nmetadata: {name: a}\n", "the backup is not whole")]
    [TestCase("backup.yaml", "format: 1\ncluster: infra\nzones: foo\n", "'zones' in backup.yaml is not a list")]
    public void A_damaged_backup_is_refused(string file, string? text, string message)
    {
        var files = Of(Live()).Files().ToDictionary();
        files.Remove(file);
        if (text is not null)
        {
            files[file] = text;
        }

        Should.Throw<BackupException>(() => DnsBackup.Read(files)).Message.ShouldContain(message);
    }

    [Test]
    public void A_backup_that_does_not_count_its_objects_is_read_too()
    {
        var files = Of(Live()).Files().ToDictionary();
        files["backup.yaml"] = string.Join('\n', files["backup.yaml"].Split('\n')
            .Where(line => !line.StartsWith("objects:", StringComparison.Ordinal)));

        DnsBackup.Read(files).Published.Length.ShouldBe(4);
    }

    [Test]
    public void A_backup_with_a_record_less_than_it_counts_is_not_whole()
    {
        var files = Of(Live()).Files().ToDictionary();
        files["zones/own/example.com.zone"] = "";

        Should.Throw<BackupException>(() => DnsBackup.Read(files)).Message.ShouldContain("the backup is not whole");
    }

    private static Manifest[] Ingress(string host, string certified = "t.example.com") => Given.Manifests($$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: shop, namespace: default }
        spec: { rules: [{ host: {{host}} }], tls: [{ hosts: [{{certified}}] }] }
        """);

    private static LiveState Live() => new(PublishedObjects.DnsAddress(Objects), PublishedObjects.Of(Objects, Infra), Zones(Zone));

    private static ImmutableDictionary<(string, string), OwnedZone> Zones(string text) =>
        ImmutableDictionary<(string, string), OwnedZone>.Empty.Add(("own", "example.com"), new OwnedZone(ZoneRecord.Read(text), null));

    private static DnsBackup Of(LiveState live) => DnsBackup.Of(Infra, live, new string('a', 40), Definition);

    private static DnsBackup Written(DnsBackup backup) => DnsBackup.Read(backup.Files().ToDictionary());
}
