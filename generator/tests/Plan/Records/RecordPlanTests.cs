using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Backup;
using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Tests.Plan.Records;

/// <summary>What a change of the definition does to the records of External-DNS, known from its settings alone or from a backup.</summary>
public sealed class RecordPlanTests
{
    private static readonly string[] All = ["api.example.com", "www.shop.example.com"];

    /// <summary>What loses every record, and what becomes of it.</summary>
    private static IEnumerable<TestCaseData> Everything()
    {
        TestCaseData Case(string name, RecordCause cause, RecordFate fate, Func<DnsInstance, DnsInstance> change, string says) =>
            new TestCaseData(cause, fate, change, says).SetArgDisplayNames(name);

        yield return Case("another owner", RecordCause.Owner, RecordFate.Left,
            instance => instance with { OwnerId = DnsLabel.Parse("later") }, "from 'infra' to 'later'");
        yield return Case("another TXT prefix", RecordCause.TxtPrefix, RecordFate.Left,
            instance => instance with { TxtPrefix = "edns-" }, "from '' to 'edns-'");
        yield return Case("another annotation prefix", RecordCause.AnnotationPrefix, RecordFate.Removed,
            instance => instance with { AnnotationPrefix = ExternalDnsNames.NewAnnotationPrefix }, "their records are deleted");
        yield return Case("another annotation prefix and no deletion", RecordCause.AnnotationPrefix, RecordFate.Unfollowed,
            instance => instance with { AnnotationPrefix = ExternalDnsNames.NewAnnotationPrefix, Policy = DnsPolicy.UpsertOnly },
            "follow no object");
        yield return Case("another domain", RecordCause.Domains, RecordFate.Left,
            instance => instance with { Domains = [DomainName.Parse("example.org")] }, "in its filters and zones");
        yield return Case("another zone of the server", RecordCause.Domains, RecordFate.Left,
            instance => instance with { Rfc2136 = instance.Rfc2136 with { Zones = [DomainName.Parse("example.org")] } }, "zones any more");
        yield return Case("another server", RecordCause.Place, RecordFate.Left,
            instance => instance with { Rfc2136 = instance.Rfc2136 with { Host = "192.0.2.54" } },
            "writes to rfc2136 192.0.2.54 53 and no longer to rfc2136 192.0.2.53 53");
        yield return Case("no transfers any more", RecordCause.Place, RecordFate.Left,
            instance => instance with { Policy = DnsPolicy.CreateOnly, Rfc2136 = instance.Rfc2136 with { Transfers = false } },
            "the instance no longer transfers its zones and sees no record: their records stay");
        yield return Case("no Services any more", RecordCause.Sources, RecordFate.Removed,
            instance => instance with { Sources = ["ingress"] }, "source service is not read");
        yield return Case("another instance with another owner", RecordCause.Owner, RecordFate.Left,
            instance => instance with { Name = DnsLabel.Parse("other"), OwnerId = DnsLabel.Parse("later") }, "'later'");
    }

    [TestCaseSource(nameof(Everything))]
    public void Is_refused_until_the_names_are_counted_and_allowed(
        RecordCause cause, RecordFate fate, Func<DnsInstance, DnsInstance> change, string says)
    {
        var unknown = Published.To(change);
        unknown.Records.Losses.ShouldContain(loss => loss.Cause == cause && loss.Fate == fate && !loss.IsCounted);
        unknown.ExitCode.ShouldBe(3);
        Planned.Text(unknown).ShouldContain(says);
        (unknown with { AllowPrune = true }).ExitCode.ShouldBe(3, "that is for the cluster's own DNS");
        (unknown with { Records = unknown.Records with { Most = 1000 } }).ExitCode.ShouldBe(3, "how many there are is not known");
        (unknown with { Records = unknown.Records with { Most = null } }).ExitCode.ShouldBe(0);

        var counted = Published.To(change, Published.Backup());
        var loss = counted.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate, loss.IsCounted).ShouldBe((cause, fate, true));
        loss.Names.ShouldBe(All);
        (counted.Records.Vanishing, counted.ExitCode).ShouldBe((2, 3));
        (counted with { Records = counted.Records with { Most = 1 } }).ExitCode.ShouldBe(3);
        (counted with { Records = counted.Records with { Most = 2 } }).ExitCode.ShouldBe(0);
    }

    private static IEnumerable<TestCaseData> Nothing()
    {
        TestCaseData Case(string name, Func<DnsInstance, DnsInstance> change) => new TestCaseData(change).SetArgDisplayNames(name);

        yield return Case("nothing changes", instance => instance);
        yield return Case("another name of the instance", instance => instance with { Name = DnsLabel.Parse("other") });
        yield return Case("another owner that takes over", instance => instance with
        {
            OwnerId = DnsLabel.Parse("later"),
            MigrateFromOwner = DnsLabel.Parse("infra"),
        });
        yield return Case("one domain more", instance => instance with { Domains = instance.Domains.Add(DomainName.Parse("example.org")) });
        yield return Case("the zone's own name, as by default", instance => instance with
        {
            Rfc2136 = instance.Rfc2136 with { Zones = instance.Domains },
        });
        yield return Case("no deletion any more", instance => instance with { Policy = DnsPolicy.UpsertOnly });
        yield return Case("a dry run", instance => instance with { DryRun = true });
        yield return Case("one source more", instance => instance with { Sources = instance.Sources.Add("crd") });
    }

    [TestCaseSource(nameof(Nothing))]
    public void Loses_nothing(Func<DnsInstance, DnsInstance> change)
    {
        foreach (var backup in new DnsBackup?[] { null, Published.Backup() })
        {
            var result = Published.To(change, backup);
            result.Records.Losses.ShouldBeEmpty();
            result.ExitCode.ShouldBe(0);
        }
    }

    [Test]
    public void A_narrower_filter_leaves_the_names_outside_of_it()
    {
        static DnsInstance Narrow(DnsInstance instance) => instance with
        {
            Domains = [DomainName.Parse("shop.example.com")],
            Rfc2136 = instance.Rfc2136 with { Zones = instance.Domains },
        };
        Published.To(Narrow).Records.Losses.ShouldHaveSingleItem().Which
            .ShouldBe("names below example.com, but not below shop.example.com");
        Published.To(Narrow, Published.Backup()).Records.Losses.ShouldHaveSingleItem().Names.ShouldBe(["api.example.com"]);

        static DnsInstance Excluding(DnsInstance instance) => instance with { ExcludeDomains = [DomainName.Parse("shop.example.com")] };
        Published.To(Excluding).Records.Losses.ShouldHaveSingleItem().Which.ShouldBe("names below shop.example.com");
        Published.To(Excluding, Published.Backup()).Records.Losses.ShouldHaveSingleItem().Names.ShouldBe(["www.shop.example.com"]);
    }

    [Test]
    public void Two_instances_for_the_one_that_had_all_leave_nothing()
    {
        static IEnumerable<DnsInstance> Split(DnsInstance instance) =>
        [
            instance with { ExcludeDomains = [DomainName.Parse("shop.example.com")] },
            instance with
            {
                Name = DnsLabel.Parse("shop"),
                Domains = [DomainName.Parse("shop.example.com")],
                Rfc2136 = instance.Rfc2136 with { Zones = instance.Domains },
            },
        ];
        Published.ToAll(Split).Records.Losses.ShouldBeEmpty();
        Published.ToAll(Split, Published.Backup()).Records.Losses.ShouldBeEmpty();
        Published.ToAll(instance => Split(instance).Take(1), Published.Backup()).Records.Losses.ShouldHaveSingleItem().Names
            .ShouldBe(["www.shop.example.com"]);
    }

    [Test]
    public void An_instance_that_goes_leaves_its_records_to_nobody()
    {
        var result = Published.ToAll(_ => [], Published.Backup());
        var loss = result.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate).ShouldBe((RecordCause.Instance, RecordFate.Left));
        loss.Names.ShouldBe(All);
        result.ExitCode.ShouldBe(3);
    }

    [Test]
    public void With_sync_what_no_object_asks_for_is_deleted_and_only_a_zone_shows_it()
    {
        static DnsInstance Upsert(DnsInstance instance) => instance with { Policy = DnsPolicy.UpsertOnly };
        static DnsInstance Sync(DnsInstance instance) => instance with { Policy = DnsPolicy.Sync };
        var before = Published.Tree(instance => [Upsert(instance)]);
        Published.Compare(before, Published.Tree(instance => [Sync(instance)])).Records.Losses.ShouldHaveSingleItem().IsCounted
            .ShouldBeFalse();

        var loss = Published.Compare(before, Published.Tree(instance => [Sync(instance)]), Published.Backup(Published.Stale))
            .Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate).ShouldBe((RecordCause.Deletion, RecordFate.Removed));
        loss.Names.ShouldBe(["old.example.com"], "those that objects ask for, and those of another owner or of nobody, stay");
        Published.Compare(before, Published.Tree(instance => [Sync(instance)]), Published.Backup()).Records.Losses.ShouldBeEmpty();
        Published.Compare(before, Published.Tree(instance => [Sync(instance) with { DryRun = true }]), Published.Backup(Published.Stale))
            .Records.Losses.ShouldBeEmpty();
        Published.Compare(
                Published.Tree(instance => [Sync(instance) with { DryRun = true }]), Published.Tree(instance => [Sync(instance)]),
                Published.Backup(Published.Stale))
            .Records.Losses.ShouldHaveSingleItem().Why.ShouldStartWith("dryRun ends");
    }

    [Test]
    public void Objects_with_both_annotations_keep_their_names_and_hosts_need_none()
    {
        static DnsInstance Changed(DnsInstance instance) => instance with { AnnotationPrefix = ExternalDnsNames.NewAnnotationPrefix };
        const string Old = ExternalDnsNames.AnnotationPrefix + "hostname";
        const string New = ExternalDnsNames.NewAnnotationPrefix + "hostname";
        Published.To(Changed, Published.Backup(objects:
            [
                Published.Service("api", (Old, "api.example.com"), (New, "api.example.com")),
                Published.Ingress("www", "www.shop.example.com"),
            ])).Records.Losses.ShouldBeEmpty();
        Published.To(Changed, Published.Backup(objects:
            [
                Published.Service("api", (Old, "api.example.com, www.shop.example.com"), (New, "www.shop.example.com")),
            ])).Records.Losses.ShouldHaveSingleItem().Names.ShouldBe(["api.example.com"]);
    }

    [Test]
    public void The_instance_of_another_cluster_deletes_what_it_sees_no_object_for()
    {
        var result = Published.Moved(DnsLabel.Parse("infra"), Published.Backup());
        var loss = result.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate).ShouldBe((RecordCause.Cluster, RecordFate.Removed));
        loss.Names.ShouldBe(All);
        loss.Why.ShouldContain("cluster apps");

        Published.Moved(null, Published.Backup()).Records.Losses.ShouldHaveSingleItem().Fate.ShouldBe(RecordFate.Left);
    }

    [Test]
    public void Former_owners_are_never_counted_because_no_backup_has_their_texts()
    {
        var before = Published.Tree(instance => [instance with { MigrateFromOwner = DnsLabel.Parse("older") }]);
        var result = Published.Compare(before, Published.Tree(instance => [instance]), Published.Backup());
        var loss = result.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.IsCounted).ShouldBe((RecordCause.FormerOwner, false));
        result.ExitCode.ShouldBe(3);
        foreach (var text in new[] { Planned.Text(result), Planned.Text(Published.Compare(before, Published.Tree(it => [it]))) })
        {
            text.ShouldContain("Refused: an unknown number of names leaves External-DNS, and --max-vanishing allows 0.");
            text.ShouldContain("No backup counts them: delete the former owner's TXT records "
                + $"({Docs.Page("external-dns.md")}), then add "
                + "--max-vanishing any.");
            text.ShouldNotContain("--backup");
        }
    }

    [Test]
    public void What_the_backup_does_not_have_is_asked_of_a_new_one()
    {
        static DnsInstance Upsert(DnsInstance instance) => instance with { Policy = DnsPolicy.UpsertOnly };
        static DnsInstance Cloud(DnsInstance instance) => instance with { Provider = DnsProvider.Aws };
        var (before, after) = (Published.Tree(instance => [Upsert(instance)]), Published.Tree(instance => [instance]));
        Planned.Text(Published.Compare(before, after)).ShouldContain("Count them with --backup FOLDER");
        Planned.Text(Published.Compare(
                Published.Tree(instance => [Upsert(Cloud(instance))]), Published.Tree(instance => [Cloud(instance)]), Published.Backup()))
            .ShouldContain("make a new one with each zone as the provider exports it (--zone-file).");
    }

    /// <summary>Two servers may have a zone of the same name, with other records.</summary>
    [Test]
    public void An_instance_has_the_records_of_its_own_zones()
    {
        var backup = Published.Backup(objects: []) with { ZoneRecords = [.. Published.Backup().ZoneRecords, Published.SecondZone] };
        var before = Published.Tree(Both);
        var later = DnsLabel.Parse("later");

        Lost(instance => instance.Name.Text == "second").ShouldBe(["only.example.com"]);
        Lost(instance => instance.Name.Text == "shared").ShouldBe(All);

        static IEnumerable<DnsInstance> Both(DnsInstance instance) =>
        [
            instance with { Policy = DnsPolicy.UpsertOnly },
            instance with
            {
                Policy = DnsPolicy.UpsertOnly,
                Name = DnsLabel.Parse("second"),
                Rfc2136 = instance.Rfc2136 with { Host = "192.0.2.54" },
            },
        ];

        IEnumerable<string> Lost(Func<DnsInstance, bool> changes) => Published.Compare(
                before,
                Published.Tree(it => Both(it).Select(instance => changes(instance) ? instance with { OwnerId = later } : instance)),
                backup)
            .Records.Losses.ShouldHaveSingleItem().Names;
    }

    [Test]
    public void Zones_of_an_instance_that_was_renamed_since_the_backup_count()
    {
        var other = DnsLabel.Parse("other");
        var before = Published.Tree(instance => [instance with { Name = other, Policy = DnsPolicy.UpsertOnly }]);
        var after = Published.Tree(instance =>
            [instance with { Name = other, Policy = DnsPolicy.UpsertOnly, OwnerId = DnsLabel.Parse("later") }]);
        Published.Compare(before, after, Published.Backup(objects: [])).Records.Losses.ShouldHaveSingleItem().Names.ShouldBe(All);
    }

    [TestCase("registry.example.com:5000/team/webhook:1.0", "registry.example.com:5000/other/webhook:1.0", true)]
    [TestCase("registry.example.com:5000/team/webhook:1.0", "registry.example.com:5000/team/webhook:1.1", false)]
    public void Another_webhook_writes_to_another_place(string from, string to, bool loses)
    {
        static DnsInstance Of(DnsInstance instance, string image) => instance with
        {
            Provider = DnsProvider.Webhook,
            Webhook = instance.Webhook with { Image = image },
        };
        Published.Compare(Published.Tree(instance => [Of(instance, from)]), Published.Tree(instance => [Of(instance, to)]))
            .Records.Losses.Any(loss => loss.Cause == RecordCause.Place).ShouldBe(loses);
    }

    [TestCase("fd00::1", "FD00:0::1", false)]
    [TestCase("fd00::1", "fd00::2", true)]
    public void A_server_is_the_same_in_another_spelling(string from, string to, bool loses)
    {
        static DnsInstance Of(DnsInstance instance, string host) => instance with { Rfc2136 = instance.Rfc2136 with { Host = host } };
        Published.Compare(Published.Tree(instance => [Of(instance, from)]), Published.Tree(instance => [Of(instance, to)]))
            .Records.Losses.Any(loss => loss.Cause == RecordCause.Place).ShouldBe(loses);
    }

    [Test]
    public void An_object_that_leaves_the_tree_takes_its_name_with_it_where_the_policy_is_sync()
    {
        var with = Published.Tree(instance => [instance], "api.example.com");
        var result = Published.Compare(with, Published.Tree(instance => [instance]));
        var loss = result.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate, loss.IsCounted).ShouldBe((RecordCause.Objects, RecordFate.Removed, true));
        loss.Names.ShouldBe(["api.example.com"]);
        Planned.Text(result).ShouldContain("Refused: 1 name leaves External-DNS, and --max-vanishing allows 0.");

        static DnsInstance Upsert(DnsInstance instance) => instance with { Policy = DnsPolicy.UpsertOnly };
        Published.Compare(Published.Tree(instance => [Upsert(instance)], "api.example.com"), Published.Tree(instance => [Upsert(instance)]))
            .Records.Losses.ShouldBeEmpty();
        Published.Compare(Published.Tree(instance => [instance], "api.example.com", prune: false), Published.Tree(instance => [instance]))
            .Records.Losses.ShouldBeEmpty("Flux keeps the Service");
        Published.Compare(Published.Tree(instance => [instance], "api.example.org"), Published.Tree(instance => [instance]))
            .Records.Losses.ShouldBeEmpty("the filter never held it");
    }

    [Test]
    public void Names_of_the_tree_are_listed_without_a_backup_too()
    {
        static DnsInstance Changed(DnsInstance instance) => instance with { OwnerId = DnsLabel.Parse("later") };
        var loss = Published.Compare(
                Published.Tree(instance => [instance], "api.example.com"),
                Published.Tree(instance => [Changed(instance)], "api.example.com"))
            .Records.Losses.ShouldHaveSingleItem();
        loss.Names.ShouldBe(["api.example.com"]);
        loss.IsCounted.ShouldBeFalse();
    }

    [TestCase("any", "public", true)]
    [TestCase("public", "any", false)]
    [TestCase("private", "public", true)]
    public void Zones_of_the_other_kind_are_left(string from, string to, bool loses)
    {
        static DnsInstance Of(DnsInstance instance, string kind) => instance with
        {
            Provider = DnsProvider.Aws,
            Aws = instance.Aws with { ZoneType = kind },
        };
        var result = Published.Compare(
            Published.Tree(instance => [Of(instance, from)]), Published.Tree(instance => [Of(instance, to)]));
        result.Records.Losses.Any(loss => loss.Cause == RecordCause.Place).ShouldBe(loses);
        if (loses)
        {
            Planned.Text(result).ShouldContain($"the instance now writes to {to} zones of aws only: their records stay");
        }
    }

    [TestCase("", "Z1", true)]
    [TestCase("Z1 Z2", "Z1", true)]
    [TestCase("Z1", "Z1 Z2", false)]
    [TestCase("Z1", "", false)]
    public void Zone_ids_that_are_left_out_may_hold_names(string from, string to, bool loses)
    {
        static DnsInstance Of(DnsInstance instance, string ids) => instance with
        {
            Provider = DnsProvider.Aws,
            ZoneIds = [.. ids.Split(' ', StringSplitOptions.RemoveEmptyEntries)],
        };
        var result = Published.Compare(
            Published.Tree(instance => [Of(instance, from)]), Published.Tree(instance => [Of(instance, to)]));
        result.Records.Losses.Any(loss => loss.Cause == RecordCause.Zones).ShouldBe(loses);
    }
}
