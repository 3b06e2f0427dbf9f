using PlatformGitOps.Generator.Plan.Records;

namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>What <c>plan</c> says of a child zone that an instance of External-DNS writes.</summary>
[TestFixture]
public sealed class SubstrateWriterTests
{
    private const string Instance = "External-DNS 'own' of cluster infra";

    [Test]
    public void A_child_that_is_renamed_takes_the_records_of_its_instance_along()
    {
        var result = Tree("apps").To(Tree("shop"));

        var zone = result.Substrates[0].Changes.Single(change => change.What == "zone apps.globular.internal");
        zone.Reason.ShouldBe($"no name in it resolves, those that {Instance} wrote included");
        zone.EndangersDns.ShouldBeTrue();
        var loss = result.Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate).ShouldBe((RecordCause.Substrate, RecordFate.Removed));
        loss.Why.ShouldBe("the zone apps.globular.internal leaves the substrate 'main', and its records go with it");
        Planned.Text(result).ShouldContain("- DELETE   an unknown number of names below apps.globular.internal: the zone "
            + "apps.globular.internal leaves the substrate 'main'");
        result.ExitCode.ShouldBe(3);
    }

    [Test]
    public void An_instance_that_leaves_its_child_alone_leaves_its_records()
    {
        var loss = Tree("apps", more: true).To(Tree("apps", more: true, instance: "shop")).Records.Losses.ShouldHaveSingleItem();
        (loss.Cause, loss.Fate).ShouldBe((RecordCause.Domains, RecordFate.Left));
    }

    [Test]
    public void A_writer_that_goes_on_is_named_where_the_definition_does_not_know_it()
    {
        const string Path = "kubernetes/infrastructure/external-dns/infra/own.yaml";
        var before = Tree("apps");
        var result = before.To(Tree("shop").With(Path, before.Files[Path]));

        result.Substrates[0].Changes.Single(change => change.What == "zone apps.globular.internal").Reason
            .ShouldBe($"no name in it resolves, those that {Instance} wrote included; the server refuses further updates of {Instance}");
    }

    [Test]
    public void Another_key_stops_the_instance_until_its_Secret_has_it()
    {
        var change = Tree("apps").To(Tree("apps", key: "another")).Substrates[0].Changes
            .Single(change => change.What == "key of apps.globular.internal");
        change.Reason.ShouldBe("external-dns:hmac-sha256 -> another:hmac-sha256: updates of "
            + $"{Instance} are refused until its Secret has the new key");
        (change.Kind, change.EndangersDns).ShouldBe((ChangeKind.Replace, true));
    }

    /// <summary>The instance is delivered with the new algorithm, and the key on the host is as it was.</summary>
    [Test]
    public void Another_algorithm_stops_the_instance_until_the_key_is_made_again()
    {
        var result = Tree("apps").To(Tree("apps", algorithm: "hmac-sha512"));
        var change = result.Substrates[0].Changes.Single(change => change.What == "key of apps.globular.internal");
        change.Reason.ShouldNotBeNull().ShouldContain($"so updates of {Instance} are refused until you delete its file on the primary");
        (change.Kind, change.EndangersDns, result.ExitCode).ShouldBe((ChangeKind.Replace, true, 3));
    }

    [Test]
    public void A_promoted_secondary_has_the_records()
    {
        var result = Tree("apps").To(Tree("apps", edit: Promoted));

        result.Records.Losses.ShouldBeEmpty();
        result.Substrates[0].Changes.Single(change => change.What == "primary").Reason.ShouldBe("192.168.10.11 -> 192.168.10.12: "
            + "the former secondary has the records, and the keys of the children are on the old host. Copy them first "
            + $"({Docs.Page("substrate.md#promoting-the-secondary")}).");
    }

    [TestCase("192.168.10.13", "knot", Description = "A new host")]
    [TestCase("192.168.10.12", "bind", Description = "The secondary, with another program")]
    public void A_primary_that_has_not_the_records_is_another_place(string primary, string server)
    {
        var after = Tree("apps", edit: text => Promoted(text).Replace("192.168.10.12", primary)
            .Replace("    children:", $"    server: {server}\n    children:"));

        Tree("apps").To(after).Records.Losses.ShouldHaveSingleItem().Cause.ShouldBe(RecordCause.Place);
    }

    [Test]
    public void A_server_that_is_no_host_of_the_substrate_is_another_place() => Tree("apps")
        .To(Tree("apps", edit: text => text.Replace("host: 192.168.10.11", "host: 192.168.10.99")))
        .Records.Losses.ShouldHaveSingleItem().Cause.ShouldBe(RecordCause.Place);

    private static string Promoted(string text) => text.Replace("10.11", "10.x").Replace("10.12", "10.11").Replace("10.x", "10.12");

    // The second child is shop where there are more.
    private static EditedTree Tree(
        string child, string key = "external-dns", string algorithm = "hmac-sha256", string? instance = null, bool more = false,
        Func<string, string>? edit = null) => EditedTree.Of(Given.Defined((edit ?? (text => text))($$"""
            repository: { url: https://github.com/example/platform.git }
            substrates:
              - name: main
                primary: { addresses: [192.168.10.11] }
                secondary: { addresses: [192.168.10.12] }
                children:
                  - { name: {{child}}, key: {{key}}, algorithm: {{algorithm}} }
                  - { name: {{(more ? "shop" : "else")}}, key: external-dns-shop }
            clusters:
              - name: infra
                substrate: main
                network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
                externalDns:
                  instances:
                    - name: own
                      provider: rfc2136
                      policy: sync
                      domainFilters: [{{instance ?? child}}.globular.internal]
                      rfc2136:
                        host: 192.168.10.11
                        keyName: {{(instance is null ? key : "external-dns-shop")}}
                        algorithm: {{algorithm}}
            """)));
}
