using System.Diagnostics;
using PlatformGitOps.Acceptance.Adoption;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.LocalCoreDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>A running CoreDNS learns the zone, and the delivered one replaces it.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check("Substrate.23", "A running CoreDNS learns the zone, and the delivered one takes over", "0 failed look-ups",
    Needs = Feature.Substrate)]
public static class SubstrateMigration
{
    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        HostSabotage.Of("the zone at the pod's loopback", "Substrate.23", "learns the zone", "coredns.server", "192.168.10.1", "127.0.0.1"),
    ];

    [HostCheck("Substrate.23",
        "the blocks of docs/migration.md with a CoreDNS as kubeadm and as k3s configure it; then one with the delivered server of the zone "
            + "starts beside it, and the former one ends: each look-up of a client that asks twice at most", CoreDns = true)]
    public static async Task LearnsTheZone(SubstratePair pair, CancellationToken cancellationToken)
    {
        var (name, address) = ($"{pair.Settings.Primary.Name}.{pair.Zone}", pair.Primary);
        var server = Path.Combine(pair.Folder, "tree", "coredns.server");
        // Pairs run in parallel, each with its own address.
        await File.WriteAllTextAsync(server, (await File.ReadAllTextAsync(server, cancellationToken))
            .Replace("    errors\n", $"    bind {pair.Resolver}\n    errors\n"), cancellationToken);
        var map = Directory.CreateDirectory(Path.Combine(pair.Folder, "configmap")).FullName;
        var former = Path.Combine(map, "Corefile");
        await File.WriteAllTextAsync(former, Former(pair, map, "former"), cancellationToken);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var process = new TaskCompletionSource<int>();
        var running = new List<Task> { LocalCoreDns.Run(former, process.SetResult, end.Token) };
        var (cluster, zone) = (new LayerWatch(pair, ClusterName, Stopwatch.StartNew()), new LayerWatch(pair, name, Stopwatch.StartNew()));
        try
        {
            await Resolves(ClusterName, [ClusterAddress], "the CoreDNS of the cluster answers");
            running.Add(cluster.Until(end.Token));
            await Resolves(name, [], "it does not know the zone");

            await Step("Teach the CoreDNS of k3s the zone");
            await Resolves(name, [address], "the CoreDNS of the cluster learns the zone");
            File.Delete(Path.Combine(map, "substrate.server"));
            await Resolves(name, [], "the ConfigMap is gone");

            await Step("Teach the CoreDNS of kubeadm the zone");
            await Resolves(name, [address], "the CoreDNS of the cluster learns the zone");
            // A second run must not take the changed Corefile for the old one.
            await Step("Teach the CoreDNS of kubeadm the zone");
            await Step("Take it back");
            await Resolves(name, [], "the change is taken back");

            await Step("Teach the CoreDNS of kubeadm the zone");
            await Resolves(name, [address], "the CoreDNS of the cluster learns the zone");
            running.Add(zone.Until(end.Token));
            await Step("Teach the CoreDNS of kubeadm the zone");
            Occurrences(await File.ReadAllTextAsync(former, cancellationToken), $"{pair.Zone}:").ShouldBe(1, "the zone is there twice");

            var delivered = Path.Combine(pair.Folder, "Corefile");
            await File.WriteAllTextAsync(delivered, Former(pair, map, "delivered")
                + LocalCoreDns.Corefile(pair, pair.Resolver, [pair.Primary, pair.Secondary]), cancellationToken);
            running.Add(LocalCoreDns.Run(delivered, _ => { }, end.Token));
            await Resolves("who.cluster.local", ["192.0.2.2"], "the delivered CoreDNS answers too");
            await LocalProgram.Run("kill", ["-TERM", (await process.Task).ToString(CultureInfo.InvariantCulture)], cancellationToken);
            await running[0].WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, cancellationToken);
            await Resolves(name, [address], "the delivered CoreDNS answers alone");
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(running);
        }

        foreach (var (client, expected) in new[] { (cluster, ClusterAddress), (zone, address) })
        {
            client.Failed(expected).ShouldBeEmpty($"failed look-ups of {client.Seen.Count}");
            client.Seen.Count.ShouldBeGreaterThan(50, "hardly anybody asked");
        }

        Task Resolves(string owner, IReadOnlyList<string> expected, string because) => Eventually.Within(Soon * 2, async token =>
            (await pair.Ask(pair.Resolver, owner, "A", token)).ShouldBe(expected), because, cancellationToken);

        async Task Step(string title)
        {
            var script = AdoptionGuide.OfSubstrate.Steps.Single(step => step.Title == title).Script!
                .Replace("substrate/main/dns", Path.Combine(pair.Folder, "tree"));
            (await LocalProgram.Run("bash", ["-e", "-u", "-o", "pipefail", "-c", $"cd '{pair.Folder}'\n{Kubectl}\n{script}"],
                cancellationToken, new Dictionary<string, string?> { ["CONFIGMAP"] = map })).ShouldSucceed();
        }
    }

    private static int Occurrences(string text, string part) => text.Split(part).Length - 1;

    /// <summary>kubeadm's Corefile with k3s's import, instead of both ConfigMaps.</summary>
    private static string Former(SubstratePair pair, string map, string who) => $$"""
        {{(who == "former" ? $"import {map}/*.server" : "")}}
        .:{{pair.Port}} {
            bind {{pair.Resolver}}
            errors
            health {{pair.Resolver}}:{{(who == "former" ? 10080 : 10081)}} {
                lameduck 2s
            }
            hosts /dev/null {
                {{ClusterAddress}} {{ClusterName}}
                {{(who == "former" ? "192.0.2.1" : "192.0.2.2")}} who.cluster.local
            }
            cache 1
            loop
            reload 2s 1s
            loadbalance
        }

        """;

    /// <summary>The ConfigMap is CoreDNS's folder, as the kubelet writes it.</summary>
    private const string Kubectl = """
        kubectl() {
            put() { cat >"$CONFIGMAP/.new"; mv "$CONFIGMAP/.new" "$CONFIGMAP/$1"; }
            case "$*" in
                *" get configmap coredns --output jsonpath={.data.Corefile}") cat "$CONFIGMAP/Corefile" ;;
                *" create configmap coredns --from-file=Corefile --dry-run=client --output yaml") cat Corefile ;;
                *" create configmap coredns --from-file=Corefile="*" --dry-run=client --output yaml")
                    shift 5; cat "${1#--from-file=Corefile=}" ;;
                *" create configmap coredns-custom --from-file=substrate.server="*" --dry-run=client --output yaml")
                    shift 5; cat "${1#--from-file=substrate.server=}" ;;
                *" patch configmap coredns --type merge --patch-file /dev/stdin") put Corefile ;;
                *" get configmap coredns-custom") return 1 ;;
                *" create configmap coredns-custom") ;;
                *" patch configmap coredns-custom --type merge --patch-file /dev/stdin") put substrate.server ;;
                *) echo "unexpected: kubectl $*" >&2; return 1 ;;
            esac
        }
        """;
}
