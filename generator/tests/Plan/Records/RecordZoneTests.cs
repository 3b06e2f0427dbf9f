using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Tests.Plan.Records;

/// <summary>Which instance has which zones before and after a change.</summary>
[TestFixture]
public sealed class RecordZoneTests
{
    private static readonly string[] All = ["api.example.com", "www.shop.example.com"];

    [TestCase("public private", 0)]
    [TestCase("private any", 0)]
    [TestCase("public public", 1)]
    [TestCase("private", 1)]
    public void Several_instances_may_have_all_kinds_of_zones(string kinds, int losses) =>
        Published.Compare(Published.Tree(instance => [Of(instance, "any")]), Published.Tree(instance => kinds.Split(' ').Select(
                (kind, number) => Of(instance, kind) with { Name = DnsLabel.Parse(number == 0 ? "shared" : $"shared-{number}") })))
            .Records.Losses.Length.ShouldBe(losses);

    [TestCase("Z1,Z2", 0)]
    [TestCase("Z1 Z2", 0)]
    [TestCase("Z1,Z3 Z2", 0)]
    [TestCase("Z1 Z3", 1)]
    public void Several_instances_may_have_all_zone_ids(string ids, int losses) =>
        Published.Compare(Published.Tree(instance => [In(instance, "Z1,Z2")]), Published.Tree(instance => ids.Split(' ').Select(
                (some, number) => In(instance, some) with { Name = DnsLabel.Parse(number == 0 ? "shared" : $"shared-{number}") })))
            .Records.Losses.Count(loss => loss.Cause == RecordCause.Zones).ShouldBe(losses);

    [Test]
    public void An_instance_for_one_kind_of_zones_with_another_owner_loses_those()
    {
        var result = Published.Compare(Published.Tree(instance => [Of(instance, "any")]), Published.Tree(instance =>
        [
            Of(instance, "public"),
            Of(instance, "private") with { Name = DnsLabel.Parse("private"), OwnerId = DnsLabel.Parse("later") },
        ]));
        var loss = result.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.IsCounted).ShouldBe((RecordCause.Owner, false));
    }

    /// <summary>A server answers for the zone com and not for its example.com.</summary>
    [TestCase("com", false)]
    [TestCase("com", true)]
    [TestCase("shop.example.com", false)]
    [TestCase("shop.example.com", true)]
    public void A_zone_above_or_below_is_another_zone(string zone, bool byFilter)
    {
        var result = Published.To(instance => byFilter ? instance with { Domains = [DomainName.Parse(zone)] }
            : instance with { Rfc2136 = instance.Rfc2136 with { Zones = [DomainName.Parse(zone)] } }, Published.Backup());
        var loss = result.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate, loss.IsCounted).ShouldBe((RecordCause.Domains, RecordFate.Left, true));
        loss.Names.ShouldBe(All);
        result.ExitCode.ShouldBe(3);
    }

    [Test]
    public void Two_instances_for_two_zones_of_a_server_leave_nothing()
    {
        DomainName[] zones = [DomainName.Parse("example.com"), DomainName.Parse("example.org")];
        static DnsInstance Has(DnsInstance instance, params DomainName[] zones) => instance with { Domains = [.. zones] };
        var before = Published.Tree(instance => [Has(instance, zones)]);
        Published.Compare(before, Published.Tree(instance =>
            [Has(instance, zones[0]), Has(instance, zones[1]) with { Name = DnsLabel.Parse("other") }])).Records.Losses.ShouldBeEmpty();
        Published.Compare(before, Published.Tree(instance => [Has(instance, zones[0])])).Records.Losses.ShouldHaveSingleItem().Which
            .ShouldBe("names below example.org");
    }

    [Test]
    public void A_zone_below_another_one_has_its_own_names()
    {
        static DnsInstance Has(DnsInstance instance, params string[] zones) =>
            instance with { Rfc2136 = instance.Rfc2136 with { Zones = [.. zones.Select(DomainName.Parse)] } };
        var before = Published.Tree(instance => [Has(instance, "example.com", "shop.example.com")]);
        Published.Compare(before, Published.Tree(instance => [Has(instance, "shop.example.com")]), Published.Backup())
            .Records.Losses.ShouldHaveSingleItem().Names.ShouldBe(["api.example.com"]);
        Published.Compare(before, Published.Tree(instance => [Has(instance, "example.com")]), Published.Backup())
            .Records.Losses.ShouldHaveSingleItem().Names.ShouldBe(["www.shop.example.com"]);
    }

    [TestCase("MX", 0)]
    [TestCase("TXT", 0)]
    [TestCase("A", 1)]
    [TestCase("CNAME", 1)]
    public void Only_records_of_managed_types_are_deleted(string type, int losses)
    {
        static DnsInstance Reading(DnsInstance instance) => instance with { Sources = ["crd", "service"] };
        const string Folder = "kubernetes/infrastructure/external-dns/infra";
        var without = Published.Tree(instance => [Reading(instance)]);
        var with = without.Edit($"{Folder}/kustomization.yaml", "resources:\n", "resources:\n  - mail.yaml\n")
            .With($"{Folder}/mail.yaml", $$"""
                apiVersion: externaldns.k8s.io/v1alpha1
                kind: DNSEndpoint
                metadata: { name: mail, namespace: shop }
                spec: { endpoints: [{ dnsName: mail.example.com, recordType: {{type}}, targets: [x] }] }
                """);
        Published.Compare(with, without).Records.Losses.Length.ShouldBe(losses);
    }

    private static DnsInstance Of(DnsInstance instance, string kind) =>
        instance with { Provider = DnsProvider.Aws, Aws = instance.Aws with { ZoneType = kind } };

    private static DnsInstance In(DnsInstance instance, string ids) =>
        instance with { Provider = DnsProvider.Aws, ZoneIds = [.. ids.Split(',')] };
}
