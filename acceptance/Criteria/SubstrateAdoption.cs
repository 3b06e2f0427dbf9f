using PlatformGitOps.Acceptance.Adoption;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Criteria;

/// <summary>The migration of a CoreDNS that first learns the zone of a substrate (docs/migration.md).</summary>
[ChecksOf(typeof(AdoptionCriterion))]
[Check("Adoption.3", "An existing CoreDNS learns the substrate's zone, and the migration keeps it",
    "no failed query of a cluster's name, and none of a substrate's name once every pod knows the zone",
    Command = "the commands of docs/migration.md", Needs = Feature.Substrate)]
public static class SubstrateAdoption
{
    /// <summary>The title of the step in docs/migration.md.</summary>
    internal const string AddZone = "Teach the CoreDNS of kubeadm the zone";

    internal const string WhileLearning = "queries failed while CoreDNS learned the zone";

    /// <summary>The kubelet updates a changed ConfigMap within two minutes, and the reload plugin reads it within 45 s.</summary>
    private static readonly TimeSpan Learning = TimeSpan.FromSeconds(200);

    [LiveCheck("Adoption.3",
        "on a kind cluster with kubeadm's own CoreDNS: the step of docs/migration.md, until each of its pods answers for names of " +
            "the substrate; then the steps of docs/adoption.md, while the probers on each node ask for these names too: no query of a " +
            "cluster's name, of an outside one or of the substrate's fails", Disruptive = true)]
    public static Task WithTheSubstratesZone(LiveCluster cluster, CancellationToken cancellationToken) =>
        OfSubstrate(cluster, AdoptionGuide.OfSubstrate, deliversSubstrate: true, cancellationToken);

    internal static Task OfSubstrate(LiveCluster cluster, AdoptionGuide guide, bool deliversSubstrate, CancellationToken cancellationToken)
    {
        var substrate = cluster.Tree.Definition.Substrate;
        cluster.Needs(substrate is not null, "the definition's cluster has no substrate");
        cluster.Needs(cluster.HasUpstream, "the suite has not brought the substrate's servers to this cluster");
        cluster.Needs(cluster.Cluster.Capabilities.Kind == "kind", "the suite installs kubeadm's CoreDNS on kind clusters only");
        cluster.Needs(cluster.Tree.NodeLocalDns.Count == 0, "the caches of the nodes ask the substrate themselves");
        var migration = new AdoptionCriterion.Migration(AdoptionGuide.Committed, PreviousDns.OfDistribution)
        {
            MayEnd = true,
            Prepare = (former, token) => Learns(former, substrate!, guide, token),
        };
        if (!deliversSubstrate)
        {
            migration = migration with
            {
                ClusterToDeliver = former => AdoptionCriterion.Defining(
                    AdoptionCriterion.WithoutServeLabel(former), definition => definition with { Substrate = null }),
            };
        }

        return AdoptionCriterion.Follow(cluster, migration, cancellationToken);
    }

    /// <returns>The substrate's names that each pod of the other CoreDNS then resolves.</returns>
    private static async Task<IReadOnlyList<string>> Learns(
        LiveCluster cluster, SubstrateSettings substrate, AdoptionGuide guide, CancellationToken cancellationToken)
    {
        var names = TestSubstrate.Names(substrate, cluster.Tree.Definition.Services.Family);
        names.ShouldNotBeEmpty($"the substrate {substrate.Name} has no name with an address of the cluster's family");
        await ClientPods.Ensure(cluster, cancellationToken);
        (await Answers(cancellationToken)).ShouldAllBe(answer => answer.Answers.Count == 0, "the other CoreDNS knows the zone already");
        IReadOnlyList<DnsAnswer> learned = [];
        var evidence = await DisruptionCriterion.Measure(
            cluster, LossBudget.Zero, [],
            async (run, token) =>
            {
                run.Note("migration", AddZone);
                await InFolderOf(substrate, folder => Adoption.TakeOver.Shell(cluster, Script(guide, substrate, folder), token));
                await Eventually.Within(
                    Learning,
                    async inner =>
                    {
                        learned = await Answers(inner);
                        foreach (var answer in learned)
                        {
                            answer.Answers.ShouldBe(names[answer.Name], ignoreOrder: true, $"it does not know the zone: {answer}");
                        }
                    },
                    "each pod of the other CoreDNS learns the zone",
                    token);
                run.Note("migration", "each pod knows the zone");
            },
            cancellationToken);
        foreach (var answer in learned)
        {
            EvidenceLog.Observed(answer.ToString());
        }

        evidence.Verdict.Breaches.ShouldBeEmpty(WhileLearning);
        return [.. names.Keys.Select(name => name + cluster.AddressType)];

        // From each pod for each name.
        async Task<IReadOnlyList<DnsAnswer>> Answers(CancellationToken token)
        {
            var answers = new List<DnsAnswer>();
            foreach (var pod in await cluster.StayingDnsPods(token))
            {
                foreach (var name in names.Keys)
                {
                    var answer = (await Ask.From(cluster, Ask.ByHand, $"{name}.{cluster.AddressType}", token,
                        "--via", "udp", "--server", Pods.Address(pod))).Single();
                    answers.Add(answer with { Name = name });
                }
            }

            answers.ShouldNotBeEmpty("no CoreDNS pod was asked");
            return answers;
        }
    }

    private static string Script(AdoptionGuide guide, SubstrateSettings substrate, string folder) =>
        $"cd '{folder}'\n" + guide.Steps.Single(step => step.Title == AddZone).Script!
            .Replace("substrate/main/", $"substrate/{substrate.Name}/");

    /// <summary>A checkout with the files that the page's blocks use.</summary>
    private static async Task InFolderOf(SubstrateSettings substrate, Func<string, Task> action)
    {
        // In the session's folder, which is removed even if the run is killed.
        var folder = RunSession.NewFolder("migration");
        try
        {
            var dns = Directory.CreateDirectory(Path.Combine(folder, "substrate", substrate.Name.Text, "dns")).FullName;
            await File.WriteAllTextAsync(Path.Combine(dns, "coredns.server"), TestSubstrate.ServerForOthers(substrate));
            await action(folder);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
