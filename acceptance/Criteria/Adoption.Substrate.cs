using PlatformGitOps.Acceptance.Adoption;
using PlatformGitOps.Acceptance.Criteria.Live;
using PlatformGitOps.Acceptance.Delivery;
using PlatformGitOps.Acceptance.Disruption;
using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Generator.Apps.Substrate;

namespace PlatformGitOps.Acceptance.Criteria;

public static partial class AdoptionCriterion
{
    private const string Teach = "Teach the CoreDNS of kubeadm the zone";

    /// <summary>The kubelet writes a changed ConfigMap within two minutes, and the reload plugin reads it within 45 s.</summary>
    private static readonly TimeSpan Learning = TimeSpan.FromSeconds(200);

    [LiveCheck("Adoption.3",
        "the step of docs/migration.md on a cluster with kubeadm's own CoreDNS, until each of its pods answers for the substrate's primary; " +
            "then the steps of docs/adoption.md, while the probers on each node ask for that name too: no query fails", Disruptive = true)]
    public static Task WithTheSubstratesZone(LiveCluster cluster, CancellationToken cancellationToken)
    {
        cluster.Needs(cluster.HasUpstream, "the suite has not brought the substrate's servers to this cluster");
        cluster.Needs(cluster.Cluster.Capabilities.Kind == "kind", "the CoreDNS that the suite installs here is not kubeadm's");
        cluster.Needs(cluster.Tree.NodeLocalDns.Count == 0, "the caches of the nodes ask the substrate themselves");
        return Follow(
            cluster, AdoptionGuide.Committed, FormerDns.OfDistribution, mayEnd: true,
            (former, token) => Learns(former, AdoptionGuide.OfSubstrate, token), cancellationToken);
    }

    /// <returns>The name of the substrate that each pod of the other CoreDNS then knows.</returns>
    private static async Task<IReadOnlyList<string>> Learns(LiveCluster cluster, AdoptionGuide guide, CancellationToken cancellationToken)
    {
        var substrate = cluster.Tree.Definition.Substrate!;
        var (name, address) = ($"{substrate.Primary.Name}.{substrate.Zone}", substrate.Primary.Addresses[0].ToString());
        await ClientPods.Ensure(cluster, cancellationToken);
        await Known([], "the other CoreDNS knows the zone already", cancellationToken);
        var evidence = await DisruptionCriterion.Measure(
            cluster, LossBudget.Zero, [],
            async (run, token) =>
            {
                run.Note("migration", Teach);
                await InFolderOf(substrate, folder => Taught(cluster, guide, folder, substrate, token));
                await Eventually.Within(Learning, inner => Known([address], "it does not know the zone", inner),
                    "each pod of the other CoreDNS learns the zone", token);
                run.Note("migration", "each pod knows the zone");
            },
            cancellationToken);
        evidence.Verdict.Breaches.ShouldBeEmpty();
        return [name + cluster.AddressType];

        async Task Known(IReadOnlyList<string> expected, string because, CancellationToken token)
        {
            foreach (var pod in await cluster.StayingDnsPods(token))
            {
                (await Ask.From(cluster, Ask.ByHand, $"{name}.{cluster.AddressType}", token, "--via", "udp", "--server", Pods.Address(pod)))
                    .Single().Answers.ShouldBe(expected, $"{pod.Name}: {because}");
            }
        }
    }

    private static Task Taught(
        LiveCluster cluster, AdoptionGuide guide, string folder, SubstrateSettings substrate, CancellationToken cancellationToken) =>
        Adoption.TakeOver.Shell(
            cluster,
            $"cd '{folder}'\n" + guide.Steps.Single(step => step.Title == Teach).Script!
                .Replace("substrate/main/", $"substrate/{substrate.Name}/", StringComparison.Ordinal),
            cancellationToken);

    /// <summary>A checkout in which the blocks of the page find what they name.</summary>
    private static async Task InFolderOf(SubstrateSettings substrate, Func<string, Task> action)
    {
        var folder = Directory.CreateTempSubdirectory("acceptance-migration-").FullName;
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
