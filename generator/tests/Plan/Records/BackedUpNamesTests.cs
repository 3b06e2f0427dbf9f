using PlatformGitOps.Generator.Apps.ExternalDns;

namespace PlatformGitOps.Generator.Tests.Plan.Records;

/// <summary>Names that a backup did not look for stay unknown.</summary>
[TestFixture]
public sealed class BackedUpNamesTests
{
    private const string Instances = """
            externalDns:
              instances:
                - name: shared
                  provider: rfc2136
                  policy: sync
                  domainFilters: [example.com]
                  rfc2136: { host: 192.0.2.53, keyName: external-dns }

        """;

    private static IEnumerable<TestCaseData> Unread()
    {
        static TestCaseData Case(
            string name, Func<DnsInstance, DnsInstance> running, Func<string, string>? definition = null, bool hasZones = true) =>
            new TestCaseData(running, definition ?? (text => text), hasZones).SetArgDisplayNames(name);

        static DnsInstance Same(DnsInstance instance) => instance;
        static DnsInstance Cloud(DnsInstance instance) => instance with { Provider = DnsProvider.Aws };
        static string Without(string text) => With(Instances, "")(text);
        static Func<string, string> With(string old, string now) => text =>
        {
            text.ShouldContain(old);
            return text.Replace(old, now);
        };

        yield return Case("an instance of rfc2136 that was not there", Same, Without);
        yield return Case("an instance of a cloud that was not there", Cloud, Without, hasZones: false);
        yield return Case("a definition that is not read", Cloud, _ => "clusters: [");
        yield return Case("a zone that was not read", Same, hasZones: false);
        yield return Case("another zone", instance => instance with
        {
            Rfc2136 = instance.Rfc2136 with { Zones = [.. instance.Domains, DomainName.Parse("shop.example.com")] },
        });
        yield return Case("a source", Cloud, With("policy: sync", "policy: sync\n          sources: [service]"));
        yield return Case("an annotation", Cloud, With("policy: sync", "policy: sync\n          annotationPrefix: dns.example.com/"));
        yield return Case("another server", Same, With("192.0.2.53", "192.0.2.54"));
        yield return Case("another owner", Same, With("policy: sync", "policy: sync\n          ownerId: former"));
        yield return Case("another TXT prefix", Same, With("policy: sync", "policy: sync\n          txtPrefix: edns-"));
        yield return Case("records of a former owner", instance => instance with { MigrateFromOwner = DnsLabel.Parse("older") });
    }

    [TestCaseSource(nameof(Unread))]
    public void What_a_backup_did_not_read_is_not_counted(
        Func<DnsInstance, DnsInstance> running, Func<string, string> definition, bool hasZones)
    {
        var whole = Published.Backup();
        var backup = whole with
        {
            DefinitionText = definition(whole.DefinitionText),
            ZoneRecords = hasZones ? whole.ZoneRecords : [],
        };
        var before = Published.Tree(instance => [running(instance)]);
        var after = Published.Tree(instance => [running(instance) with { OwnerId = DnsLabel.Parse("later") }]);
        var result = Published.Compare(before, after, backup);
        result.Records.Losses.ShouldContain(loss => !loss.IsCounted);
        result.ExitCode.ShouldBe(3);
        (result with { Records = result.Records with { Most = 1000 } }).ExitCode.ShouldBe(3);
    }

    [Test]
    public void A_new_backup_is_asked_for()
    {
        var result = Published.To(
            instance => instance with { OwnerId = DnsLabel.Parse("later") }, Published.Backup() with { ZoneRecords = [] });
        Planned.Text(result).ShouldContain("Add 'migrateFromOwner: infra'. The backup did not read all of them: make a new one.");
        Planned.Text(result).ShouldContain("Count them with --backup FOLDER");
    }

    [TestCase(true, "", 1, TestName = "A zone that the provider exported is counted")]
    [TestCase(false, "", 0, TestName = "Without its export it is not known what a cloud's zone has")]
    [TestCase(true, "shop.example.com", 1, TestName = "With a delegated zone that was not exported not all is known")]
    public void What_a_change_to_sync_deletes_at_a_cloud(bool exported, string delegated, int names)
    {
        static DnsInstance Cloud(DnsInstance instance) => instance with { Provider = DnsProvider.Aws };
        var whole = Published.Backup(Published.Stale);
        var backup = whole with
        {
            DefinitionText = whole.DefinitionText.Replace("provider: rfc2136", "provider: aws")
                .Replace("          rfc2136: { host: 192.0.2.53, keyName: external-dns }\n", ""),
            ZoneRecords = exported
                ? [whole.ZoneRecords[0] with { Delegations = delegated.Length == 0 ? [] : [delegated] }] : [],
        };
        var loss = Published.Compare(
                Published.Tree(instance => [Cloud(instance) with { Policy = DnsPolicy.UpsertOnly }]),
                Published.Tree(instance => [Cloud(instance)]),
                backup)
            .Records.Losses.ShouldHaveSingleItem();
        (loss.IsCounted, loss.Names.Length).ShouldBe((exported && delegated.Length == 0, names));
        loss.Fix.Contains("with each zone as the provider exports it (--zone-file)").ShouldBe(!loss.IsCounted);
    }

    [Test]
    public void A_backup_of_a_cloud_counts_the_names_of_its_objects()
    {
        static DnsInstance Cloud(DnsInstance instance) => instance with { Provider = DnsProvider.Aws };
        var loss = Published.Compare(
                Published.Tree(instance => [Cloud(instance)]),
                Published.Tree(instance => [Cloud(instance) with { OwnerId = DnsLabel.Parse("later") }]),
                Published.Backup())
            .Records.Losses.ShouldHaveSingleItem();
        (loss.IsCounted, loss.Names.Length).ShouldBe((true, 2));
    }
}
