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
        Planned.Text(result).ShouldContain("- DELETE   an unknown number of names below apps.globular.internal: the zone apps.globular.internal "
            + "leaves the substrate 'main'");
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

    // The second child is shop where there are more.
    private static EditedTree Tree(
        string child, string key = "external-dns", string algorithm = "hmac-sha256", string? instance = null, bool more = false) =>
        EditedTree.Of(Given.Defined($$"""
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
            """));
}
