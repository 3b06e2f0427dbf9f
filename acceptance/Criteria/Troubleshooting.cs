using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using static PlatformGitOps.Acceptance.Sabotage.LiveChanges;

namespace PlatformGitOps.Acceptance.Criteria;

[Criterion("Troubleshooting", "On a cluster that is broken in one of its ways, docs/troubleshooting.md leads to the cause")]
[Check("Troubleshooting.1", "No name resolves", Expected,
    Command = "the commands of docs/troubleshooting.md")]
[Check("Troubleshooting.2", "A CoreDNS pod does not start", Expected,
    Command = "the commands of docs/troubleshooting.md")]
[Check("Troubleshooting.3", "Only names outside the cluster fail", Expected,
    Command = "the commands of docs/troubleshooting.md")]
[Check("Troubleshooting.4", "Look-ups are slow", Expected,
    Command = "the commands of docs/troubleshooting.md")]
[Check("Troubleshooting.5", "Commands that do not work here", Expected)]
[Check("Troubleshooting.6", "Flux has given up on the release", Expected,
    Command = "the commands of docs/troubleshooting.md")]
[Check("Troubleshooting.7", "A public name has no record", Expected,
    Command = "the commands of docs/troubleshooting.md")]
public static class TroubleshootingCriterion
{
    internal const string Expected = "each command of the section prints what the page says";

    private static readonly ResourceAddress Configuration = ResourceKind.ConfigMap.Named("coredns", "kube-system");

    private static readonly ResourceAddress Release = ResourceKind.HelmRelease.Named("coredns", "kube-system");

    /// <summary>Refuses every change of CoreDNS's pods, like a user's admission policy could.</summary>
    private static IReadOnlyList<Resource> Refusal() => YamlDocuments.Resources("""
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicy
        metadata: { name: acceptance-no-change }
        spec:
          failurePolicy: Fail
          matchConstraints:
            resourceRules: [{ apiGroups: [apps], apiVersions: [v1], operations: [UPDATE], resources: [deployments] }]
          matchConditions:
            - name: dns
              expression: object.metadata.name == 'coredns' && object.metadata.namespace == 'kube-system'
          validations: [{ expression: object.spec.template == oldObject.spec.template, message: the suite refuses a change }]
        ---
        apiVersion: admissionregistration.k8s.io/v1
        kind: ValidatingAdmissionPolicyBinding
        metadata: { name: acceptance-no-change }
        spec: { policyName: acceptance-no-change, validationActions: [Deny] }
        """);

    [LiveCheck("Troubleshooting.1", "the commands of the section, while no DNS pod runs", Disruptive = true)]
    public static Task NoPod(LiveCluster cluster, CancellationToken cancellationToken) =>
        Outage.While(cluster, token => Follow(cluster, "No name resolves", token), cancellationToken);

    [LiveCheck("Troubleshooting.2", "the commands of the section, after an unknown plugin in the Corefile and for a new pod",
        Disruptive = true)]
    public static async Task WrongCorefile(LiveCluster cluster, CancellationToken cancellationToken)
    {
        var before = (await cluster.Require(Configuration, cancellationToken)).Text("data.Corefile")!;
        try
        {
            await Write(before.Replace("    errors", "    errors\n    unknown"), cancellationToken);
            await Delete((await cluster.StayingDnsPods(cancellationToken))[0]);
            await Follow(cluster, "A CoreDNS pod does not start", cancellationToken);
        }
        finally
        {
            await Write(before, CancellationToken.None);
            foreach (var pod in (await cluster.StayingDnsPods(CancellationToken.None)).Where(pod => !Conditions.Holds(pod, "Ready")))
            {
                await Delete(pod);
            }

            await Rollout.Done(cluster, CancellationToken.None);
        }

        Task Write(string corefile, CancellationToken token) =>
            cluster.Api.Patch(Configuration, JsonPath.Patch("data.Corefile", corefile), token);

        Task Delete(Resource pod) =>
            cluster.Api.Delete(ResourceKind.Pod.Named(pod.Name, "kube-system"), TimeSpan.Zero, CancellationToken.None);
    }

    [LiveCheck("Troubleshooting.3", "the commands of the section, with an upstream that does not answer", Disruptive = true)]
    public static Task NoUpstream(LiveCluster cluster, CancellationToken cancellationToken) => WithCorefile(
        cluster,
        text => Lines(text, line => line.Contains("forward . ") ? "    forward . 192.0.2.1 {" : line),
        "Only names outside the cluster fail",
        cancellationToken);

    [LiveCheck("Troubleshooting.4", "the commands of the section, with a Corefile without a cache", Disruptive = true)]
    public static Task NoCache(LiveCluster cluster, CancellationToken cancellationToken) => WithCorefile(
        cluster,
        text => string.Join('\n', Regex.Replace(text, @"(?m)^    cache [^{\n]*(\{[^}]*\})?\n", "")),
        "Look-ups are slow",
        cancellationToken);

    [LiveCheck("Troubleshooting.5", "the commands of the section, on a healthy cluster")]
    public static Task DoNotWork(LiveCluster cluster, CancellationToken cancellationToken) =>
        Follow(cluster, "Commands that do not work here", cancellationToken);

    [LiveCheck("Troubleshooting.6",
        "the commands of the section, after an admission policy has refused the upgrade until no retry was left (delivery by flux)",
        Disruptive = true)]
    public static async Task RetriesExhausted(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(cluster.Delivery is FluxDelivery, "Flux gives up on a release; the setting delivery is not flux");
        cluster.Needs(LocalProgram.Find("flux") is not null, "flux is not on the PATH, and the page types it");
        var api = cluster.Api;
        var layer = ResourceKind.FluxKustomization.Named($"cluster-{cluster.Role}-coredns", "flux-system");
        // Flux would restore the release.
        await api.Patch(layer, JsonPath.Patch("spec.suspend", true), cancellationToken);
        try
        {
            foreach (var resource in Refusal())
            {
                await api.Apply(ResourceKind.Of(resource), resource, cancellationToken);
            }

            await api.Patch(Release, JsonPath.Patch("spec.values.podAnnotations", new JsonObject { ["tried"] = "1" }), cancellationToken);
            await Eventually.Within(
                TimeSpan.FromSeconds(240),
                async token => Conditions.Say(await cluster.Require(Release, token), "Stalled").ShouldContain("RetriesExceeded"),
                "Flux gives up",
                cancellationToken);
            foreach (var resource in Refusal())
            {
                await api.Delete(new ResourceAddress(ResourceKind.Of(resource), null, resource.Name), null, cancellationToken);
            }

            await Follow(cluster, "Flux has given up on the release", cancellationToken);
        }
        finally
        {
            foreach (var resource in Refusal())
            {
                await api.Delete(new ResourceAddress(ResourceKind.Of(resource), null, resource.Name), null, CancellationToken.None);
            }

            await api.Patch(Release, JsonPath.Patch("spec.values.podAnnotations", null), CancellationToken.None);
            await api.Patch(layer, JsonPath.Patch("spec.suspend", false), CancellationToken.None);
            await cluster.Deliver(CancellationToken.None);
        }
    }

    [LiveCheck("Troubleshooting.7",
        "the commands of the section, while the server refuses the key of External-DNS; and the record, once the Secret has the right one",
        Disruptive = true)]
    public static Task NoRecord(LiveCluster cluster, CancellationToken cancellationToken) => PublishedRecords.WithRefusedKey(
        cluster, broken => Follow(broken, "A public name has no record", cancellationToken), cancellationToken);

    internal static async Task WithCorefile(
        LiveCluster cluster, Func<string, string> change, string section, CancellationToken cancellationToken,
        params (string Written, string Here)[] names)
    {
        var before = (await cluster.Require(Configuration, cancellationToken)).Text("data.Corefile")!;
        var changed = change(before);
        changed.ShouldNotBe(before, "the Corefile has not what the check wants to break");
        try
        {
            await WriteCorefile(cluster, changed, cancellationToken);
            await Ask.From(cluster, Ask.ByHand, UpstreamDns.ExternalName, cancellationToken); // A query that is forwarded, for the metrics.
            await Follow(cluster, section, cancellationToken, names);
        }
        finally
        {
            await WriteCorefile(cluster, before, CancellationToken.None);
        }
    }

    /// <param name="names">Names in the page, each with this cluster's name.</param>
    internal static async Task Follow(
        LiveCluster cluster, string section, CancellationToken cancellationToken, params (string Written, string Here)[] names)
    {
        cluster.Needs(cluster.Delivery is not null, "the suite breaks and repairs only what it delivers");
        await ClientPods.Ensure(cluster, cancellationToken);
        foreach (var row in TroubleshootingGuide.Committed[section])
        {
            var (command, shown) = (Here(row.Command), Here(row.Output));
            await Eventually.Within(
                TimeSpan.FromSeconds(90),
                async token =>
                {
                    var (_, output) = await Terminal.Type(cluster, command, token);
                    Regex.IsMatch(output, shown).ShouldBeTrue($"{command}\nprinted\n{output}\nand not /{shown}/");
                    EvidenceLog.Observed($"$ {command}\n{output.Trim()}");
                },
                $"the page is right about: {command}",
                cancellationToken);
        }

        string Here(string text) => TroubleshootingGuide.Here(text, [.. names, ("cluster.local", cluster.Domain)]);
    }
}

/// <summary>The tables of docs/troubleshooting.md.</summary>
internal static partial class TroubleshootingGuide
{
    /// <param name="Output">A pattern that the output must contain.</param>
    public sealed record Row(string Command, string Output);

    /// <summary>The rows of each section.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<Row>> Committed { get; } =
        Read(File.ReadAllText(Path.Combine(Repository.Product, "docs", "troubleshooting.md")));

    public static IReadOnlyDictionary<string, IReadOnlyList<Row>> Read(string markdown) => markdown.ReplaceLineEndings("\n")
        .Split("\n## ").Skip(1).ToDictionary(
            section => section.Split('\n')[0],
            section => (IReadOnlyList<Row>)[.. Rows().Matches(section).Select(row => new Row(Cell(row, 1), Cell(row, 2)))]);

    /// <summary>A command or pattern of the page, with the names of a cluster instead of the page's.</summary>
    public static string Here(string text, params IReadOnlyList<(string Written, string Here)> names) => Regex.Replace(
        text,
        string.Join('|', names.Select(name => Regex.Escape(name.Written))),
        match => names.First(name => name.Written == match.Value).Here);

    private static string Cell(Match row, int column) => row.Groups[column].Value.Replace("\\|", "|");

    [GeneratedRegex(@"^\| `((?:\\\||[^|])+)` \| `((?:\\\||[^|])+)` \|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}

public sealed class TroubleshootingGuideTests
{
    [Test]
    public void Each_section_has_a_check_and_each_row_is_read()
    {
        TroubleshootingGuide.Committed.Keys.ShouldBe(
            Catalog.Checks.Where(check => check.Criterion.Id == "Troubleshooting").Select(check => check.Title), ignoreOrder: true);
        var page = File.ReadAllText(Path.Combine(Repository.Product, "docs", "troubleshooting.md"));
        TroubleshootingGuide.Committed.Values.Sum(rows => rows.Count)
            .ShouldBe(page.Split('\n').Count(line => line.StartsWith("| `", StringComparison.Ordinal)));
    }

    [Test]
    public void A_bar_in_a_command_is_written_as_tables_want_it() =>
        TroubleshootingGuide.Read("# T\n\n## A\n| c | o | d |\n| --- | --- | --- |\n| `a \\| b` | `c\\|d` | e |\n")["A"]
            .ShouldBe([new("a | b", "c|d")]);

    [Test]
    public void A_name_of_the_page_is_replaced_once_by_that_of_the_cluster() =>
        TroubleshootingGuide
            .Here("a host.example.org and example.org", ("host.example.org", "h.x.example.org"), ("example.org", "x.example.org"))
            .ShouldBe("a h.x.example.org and x.example.org");
}
