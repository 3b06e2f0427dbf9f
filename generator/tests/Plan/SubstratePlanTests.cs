using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>What changes of a substrate's definition do to its hosts.</summary>
[TestFixture]
public sealed class SubstratePlanTests
{
    private static readonly Platform Story = Read();
    private static readonly SubstrateSettings Main = Story.Substrates[0];

    [Test]
    public void The_same_substrate_has_no_change()
    {
        var result = To(Main);
        result.Substrates.ShouldHaveSingleItem().Changes.ShouldBeEmpty();
        result.ExitCode.ShouldBe(0);
    }

    [Test]
    public void A_record_that_vanishes_is_refused_and_named_with_what_it_was()
    {
        var gone = Main.Records[0];
        var result = To(Main with { Records = Main.Records.RemoveAt(0) });

        var changes = result.Substrates[0].Changes.Where(change => change.EndangersDns).ToArray();
        changes.Select(change => change.What).ShouldBe(
            [$"record _{gone.Service}._tcp.{Main.Zone} SRV", $"record {gone.Name}.{Main.Zone} A"], ignoreOrder: true);
        changes.ShouldAllBe(change => change.Kind == ChangeKind.Prune);
        changes.ShouldContain(change => change.Reason == $"was {gone.Addresses[0]}");
        result.ExitCode.ShouldBe(3);
        (result with { AllowPrune = true }).ExitCode.ShouldBe(0);
        Planned.Text(result).ShouldContain($"- PRUNE    record {gone.Name}.{Main.Zone} A: was {gone.Addresses[0]} [DNS]");
        PlanReport.Dangers(result).Count().ShouldBe(2);
    }

    [Test]
    public void A_record_with_another_address_and_a_new_record_are_changes()
    {
        var (first, second) = (Main.Records[0], Main.Records[1]);
        var moved = second with { Name = DomainName.Parse("more"), Service = DnsLabel.Parse("more") };
        var result = To(Main with
        {
            Records = Main.Records.SetItem(0, first with { Addresses = [IPAddress.Parse("192.168.10.99")] }).Add(moved),
        });

        result.Substrates[0].Changes.ShouldContain(change => change.Kind == ChangeKind.Change
            && change.What == $"record {first.Name}.{Main.Zone} A" && change.Reason == $"{first.Addresses[0]} -> 192.168.10.99");
        result.Substrates[0].Changes.ShouldContain(change =>
            change.Kind == ChangeKind.Create && change.What == $"record more.{Main.Zone} A");
        result.ExitCode.ShouldBe(0);
    }

    [Test]
    public void An_alias_moves_and_its_former_target_has_to_stay_for_a_while()
    {
        SubstrateSettings With(string target) =>
            Main with { Aliases = [new SubstrateAlias(DomainName.Parse("shop"), DomainName.Parse(target))] };
        var from = Main.Records[0].Name;
        var moved = Tree(With(from.Text)).To(Tree(With("shop.apps")));
        var change = moved.Substrates[0].Changes.Single(change => change.What == $"alias shop.{Main.Zone}");
        change.Kind.ShouldBe(ChangeKind.Change);
        change.Reason.ShouldBe($"{from}.{Main.Zone}. -> shop.apps.{Main.Zone}.: clients follow within 60 s. Keep {from}.{Main.Zone}. "
            + "for that long.");
        moved.ExitCode.ShouldBe(0);

        var early = Tree(With(from.Text)).To(Tree(With("shop.apps") with { Records = Main.Records.RemoveAt(0) }));
        early.Substrates[0].Changes.Single(change => change.What == $"record {from}.{Main.Zone} A").Reason.ShouldNotBeNull()
            .ShouldContain($"the target of shop.{Main.Zone}");
        early.ExitCode.ShouldBe(3);
    }

    [Test]
    public void A_record_that_becomes_an_alias_and_back_does_not_vanish()
    {
        var record = Main.Records[0] with { Port = null };
        var before = Main with { Records = [record, .. Main.Records.Skip(1)] };
        var after = Main with
        {
            Records = [.. Main.Records.Skip(1)],
            Aliases = [new SubstrateAlias(record.Name, DomainName.Parse("x.apps"))],
        };
        Tree(before).To(Tree(after)).ExitCode.ShouldBe(0);
        Tree(after).To(Tree(before)).ExitCode.ShouldBe(0);
    }

    [Test]
    public void A_user_s_own_copy_of_a_zone_is_not_a_zone_of_the_servers()
    {
        var copied = Tree(Main).With($"substrate/{Main.Name}/old/{Main.Zone}.zone", "");

        copied.To(Tree(Main)).ExitCode.ShouldBe(0);
        copied.To(copied).Substrates.ShouldAllBe(substrate => substrate.Changes.IsEmpty);
    }

    [Test]
    public void A_manual_edit_that_lists_a_child_twice_is_compared_by_its_first_entry()
    {
        var (file, child) = ($"substrate/{Main.Name}/dns/scripts/settings.sh", Main.Children[0]);
        var edited = Tree(Main).Edit(file, "child_zones='", $"child_zones='{child.Name}.{Main.Zone} ")
            .Edit(file, "child_keys='", $"child_keys='{child.Key}:{child.Algorithm} ");

        edited.To(Tree(Main)).Substrates.ShouldHaveSingleItem().Changes
            .ShouldHaveSingleItem().What.ShouldBe("file dns/scripts/settings.sh");
    }

    [Test]
    public void A_manual_edit_that_lists_a_child_without_its_key_has_no_change_of_the_key()
    {
        var child = Main.Children[0];
        var edited = Tree(Main).Edit($"substrate/{Main.Name}/dns/scripts/settings.sh",
            $"child_keys='{child.Key}:{child.Algorithm}", "child_keys='");

        edited.To(Tree(Main)).Substrates.ShouldHaveSingleItem().Changes
            .ShouldHaveSingleItem().What.ShouldBe("file dns/scripts/settings.sh");
    }

    [Test]
    public void Another_zone_name_takes_every_name_of_the_old_one()
    {
        var result = To(Main with { Zone = DomainName.Parse("other.internal") });

        var dangers = result.Substrates[0].Changes.Where(change => change.EndangersDns).Select(change => change.What).ToArray();
        dangers.ShouldContain($"zone {Main.Zone}");
        dangers.ShouldContain($"zone apps.{Main.Zone}");
        result.Substrates[0].Changes.ShouldContain(change => change.Kind == ChangeKind.Create && change.What == "zone other.internal");
        result.ExitCode.ShouldBe(3);
    }

    [Test]
    public void Another_key_stops_the_updates_of_its_program_and_another_algorithm_does_not_come_by_itself()
    {
        var child = Main.Children[0];
        var renamed = To(Main with { Children = [child with { Key = DomainName.Parse("another") }] });
        renamed.Substrates[0].Changes.ShouldContain(change =>
            change.Kind == ChangeKind.Replace && change.What == $"key of apps.{Main.Zone}" && change.EndangersDns);
        renamed.ExitCode.ShouldBe(3);

        var stronger = To(Main with { Children = [child with { Algorithm = "hmac-sha512" }] });
        stronger.Substrates[0].Changes.Single(change => change.What == $"key of apps.{Main.Zone}").Reason.ShouldNotBeNull()
            .ShouldContain("stays as it is");
        stronger.ExitCode.ShouldBe(0);
    }

    [Test]
    public void Another_server_or_primary_leaves_what_programs_wrote_behind()
    {
        To(Main with { Server = SubstrateServer.Bind }).ExitCode.ShouldBe(3);
        To(Main with { Primary = Main.Primary with { Addresses = [IPAddress.Parse("192.168.10.13")] } }).ExitCode.ShouldBe(3);
        To(Main with { Secondary = Main.Secondary with { Name = DnsLabel.Parse("dns-3") } }).Substrates[0].Changes
            .ShouldContain(change => change.What == $"record dns-2.{Main.Zone} A" && change.EndangersDns);
    }

    [Test]
    public void A_substrate_that_comes_or_goes_is_a_note()
    {
        var without = EditedTree.Of(Story with
        {
            Substrates = [],
            Clusters = [.. Story.Clusters.Select(cluster => cluster with { Substrate = null, SubstrateName = null })],
        });
        without.To(Tree(Main)).Substrates.ShouldHaveSingleItem().Note.ShouldBe("is new.");
        var result = Tree(Main).To(without);
        result.Substrates.ShouldHaveSingleItem().Note.ShouldNotBeNull().ShouldContain("remove.sh");
        Planned.Text(result).ShouldContain("substrate main no longer has a folder");
    }

    private static PlanResult To(SubstrateSettings changed) => Tree(Main).To(Tree(changed));

    private static EditedTree Tree(SubstrateSettings substrate) => EditedTree.Of(Story with
    {
        Substrates = [substrate],
        Clusters = [.. Story.Clusters.Select(cluster => cluster with { Substrate = substrate })],
    });

    private static Platform Read() => Given.Defined("""
        repository: { url: https://github.com/example/platform.git }
        substrates:
          - name: main
            primary: { addresses: [192.168.10.11] }
            secondary: { addresses: [192.168.10.12] }
        clusters:
          - { name: infra, substrate: main, network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 } }
        """);
}
