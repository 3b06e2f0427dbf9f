using PlatformGitOps.Acceptance.Waiting;
using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check(ControlPlanesId, "The root CA is replaced where three API servers run, and not before the last one has the new root's chain",
    "0 failed requests in each stage, at each server", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    internal const string ControlPlanesId = "Substrate.34";

    /// <summary>Two control planes more, at free addresses behind the first one's.</summary>
    internal static KubernetesSettings WithThreeControlPlanes(KubernetesSettings kubernetes)
    {
        var first = kubernetes.ControlPlanes[0];
        return kubernetes with { ControlPlanes = [first, Beside(first, "cp-2", "25"), Beside(first, "cp-3", "26")] };
    }

    [HostCheck(ControlPlanesId,
        "k8s-replace-root-ca.sh step by step with three real API servers, controller managers and schedulers on one etcd, the files "
            + "brought to one host after the other; at each server, each on new connections: a client of the old root until the host has "
            + "the files of 'sign', one of both roots, and one of the new root from then on")]
    public static async Task ReplacesTheRootOfThree(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        string[] servers = [.. hosts.Kubernetes.ControlPlanes.Select(host => host.Name.Text)];
        servers.Length.ShouldBe(3);
        await hosts.StartControlPlane(cancellationToken);
        foreach (var server in servers[1..])
        {
            await hosts.AddControlPlane(server, cancellationToken);
        }

        var clients = new RootClients(hosts);
        await clients.KeepOld(cancellationToken);
        var (total, stages) = (0, new List<string>());

        await Stage("trust", server => ["old"], async () =>
        {
            await Replace("trust");
            await Everywhere("trust");
            await PodsTrust(hosts, clients, "trust", 2, cancellationToken);
        });
        await clients.KeepNew(cancellationToken);
        await Stage("sign, at no server yet", server => ["old", "both"], () => Replace("sign"));
        foreach (var (index, server) in servers.Index())
        {
            await Stage($"sign, at {server}",
                other => Array.IndexOf(servers, other) is var at && at < index ? ["new", "both"] : at == index ? ["both"] : ["old", "both"],
                async () =>
                {
                    // Whoever trusts the new root alone would lose it.
                    (await hosts.Script(ReplaceRoot, Store, cancellationToken, "--step", "drop")).StandardError.ShouldContain(
                        $"{server} shows no chain of the new root",
                        customMessage: "the old root goes while a server still shows its chain");
                    await DeliverTo(hosts, server, "sign", cancellationToken);
                    await clients.ShouldBe("sign", old: false, @new: true, cancellationToken, server);
                });
        }

        foreach (var server in servers)
        {
            // It reads what it trusts at its start alone; meanwhile clients ask the others. The next one waits until it is ready again.
            await Stage($"restart of {server}", other => other == server ? [] : ["new", "both"], async () =>
            {
                (await hosts.Service(server, "restart", "kube-apiserver.service", cancellationToken)).ShouldSucceed();
                await clients.ShouldBe("sign", old: false, @new: true, cancellationToken, server);
                await Healthy(server);
            });
        }

        await Stage("drop", server => ["new", "both"], async () =>
        {
            await Replace("drop");
            await Everywhere("drop");
            await PodsTrust(hosts, clients, "drop", 1, cancellationToken);
        });
        foreach (var server in servers)
        {
            await clients.ShouldBe("drop", old: false, @new: true, cancellationToken, server);
            await Healthy(server);
            (await clients.IsOld(hosts.In(server, "/var/lib/kubernetes/pki/ca.crt"), cancellationToken))
                .ShouldBeFalse($"{server} trusts the old root still");
        }

        TestContext.Out.WriteLine($"{total} requests while the root CA was replaced, 0 failed: {string.Join(", ", stages)}.");

        async Task Replace(string step) =>
            (await hosts.Script(ReplaceRoot, Store, cancellationToken, "--step", step)).ShouldSucceed();

        async Task Everywhere(string step)
        {
            foreach (var server in servers)
            {
                await DeliverTo(hosts, server, step, cancellationToken);
                await RestartManagers(hosts, server, cancellationToken);
            }
        }

        // A controller manager and a scheduler end where their API server is away for too long, and systemd starts them again.
        Task Healthy(string server) => Eventually.Within(TimeSpan.FromSeconds(90), async token =>
        {
            foreach (var unit in Managers)
            {
                (await hosts.Service(server, "start", unit, token)).ShouldSucceed();
            }

            (await hosts.Script("k8s-health.sh", server, token)).StandardOutput.ShouldNotContain("FAULT");
        }, $"{server} is healthy", cancellationToken);

        // The clients of each server during a part of the replacement.
        async Task Stage(string stage, Func<string, IEnumerable<string>> trusting, Func<Task> change)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var asking = servers.SelectMany(server => trusting(server).Select(roots => (Who: $"a client of the {roots} root at {server}",
                Requests: Requests(hosts.ApiOf(server), roots == "both" ? Both() : clients.Root(roots), TimeSpan.FromMilliseconds(50),
                    stop.Token)))).ToList();
            try
            {
                await change();
            }
            finally
            {
                await stop.CancelAsync();
                await Task.WhenAll(asking.Select(client => client.Requests));
            }

            var count = 0;
            foreach (var (who, requests) in asking)
            {
                var (asked, failed) = await requests;
                failed.ShouldBeEmpty($"failed requests of {asked} of {who} during '{stage}'");
                asked.ShouldBeGreaterThan(10, $"{who} hardly asked during '{stage}'");
                count += asked;
            }

            total += count;
            stages.Add($"{stage}: {count}");
        }

        // What every host, worker and kubeconfig has from 'trust' on.
        string Both()
        {
            var both = Path.Combine(hosts.Folder, "both.crt");
            if (!File.Exists(both))
            {
                File.Copy(hosts.Own("ca.crt"), both);
            }

            return both;
        }
    }
}
