using PlatformGitOps.Generator.Apps.Substrate;
using PlatformGitOps.Generator.Apps.Substrate.Kubernetes;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostAssertions;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesControlPlane;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;
using static PlatformGitOps.Acceptance.Criteria.Substrate.RootCaReplacement;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Three members of etcd, and three API servers.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(ThreeMembersId, "Three members of etcd are one: any of them may be killed, or lose its data",
    "every write is taken, and at each member", Needs = Feature.Substrate)]
[Check(ControlPlanesId, "The root CA is replaced where three API servers run, and not before the last one has the new root's chain",
    "0 failed requests in each stage, at each server", Needs = Feature.Substrate)]
public static class ThreeControlPlanes
{
    internal const string ControlPlanesId = "Substrate.34";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("three etcds of one member each", "Substrate.28", "does not have /acceptance/three", "units/globular-etcd.service",
            "--initial-cluster=etcd-1=https://192.168.10.22:2380,etcd-2=https://192.168.10.23:2380,etcd-3=https://192.168.10.24:2380",
            "--initial-cluster=${NAME}=https://${URL_ADDRESS}:2380"),
        Of("members that trust the whole substrate", "Substrate.28", "speaks to a stranger", "units/globular-etcd.service",
            "--peer-trusted-ca-file=/var/lib/globular/pki/etcd-ca.crt", "--peer-trusted-ca-file=/var/lib/globular/pki/ca.crt"),
        Of("a lost member that makes a cluster of its own", "Substrate.28", "globular-etcd.service is as before",
            "scripts/k8s-install.sh", "        state=existing\n", ""),
        Of("a restored cluster that is the one before", "Substrate.28", "member that was away", "scripts/k8s-backup.sh",
            "--initial-cluster-token \"$substrate-$(sha256sum <\"$snap/etcd.db\" | cut -c 1-16)\"",
            "--initial-cluster-token \"$substrate\""),
        Of("a member restored beside those that run", "Substrate.28", "restored beside those that run", "scripts/k8s-backup.sh",
            "[ -z \"$running\" ] ||", ":"),
        Of("a look at the first control plane alone", ControlPlanesId, "while a server still shows its chain", $"scripts/{ReplaceRoot}",
            "for entry in $control_planes; do shown_by", "for entry in ${control_planes%% *}; do shown_by"),
    ];

    /// <summary>Adds two control planes, at free addresses after the first one's.</summary>
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
                    // Clients that only trust the new root would lose it.
                    (await hosts.Script(ReplaceRoot, Store, cancellationToken, "--step", "drop")).StandardError.ShouldContain(
                        $"{server} shows no chain of the new root",
                        customMessage: "the old root goes while a server still shows its chain");
                    await DeliverTo(hosts, server, "sign", cancellationToken);
                    await clients.ShouldBe("sign", old: false, @new: true, cancellationToken, server);
                });
        }

        foreach (var server in servers)
        {
            // It only reads its CAs at start-up; clients use the others meanwhile. The next one waits until it is ready.
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

        async Task Replace(string step) => await hosts.Succeeds(ReplaceRoot, Store, cancellationToken, "--step", step);

        async Task Everywhere(string step)
        {
            foreach (var server in servers)
            {
                await DeliverTo(hosts, server, step, cancellationToken);
                await RestartManagers(hosts, server, cancellationToken);
            }
        }

        // Controller managers and schedulers exit if their API server is away for too long, and systemd restarts them.
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

        // The roots on every host, worker and kubeconfig from 'trust' on.
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

    internal const string ThreeMembersId = "Substrate.28";

    /// <summary>Adds two members, at the addresses after the first one's.</summary>
    internal static KubernetesSettings WithThreeMembers(KubernetesSettings kubernetes)
    {
        var first = kubernetes.Etcd[0];
        return kubernetes with { Etcd = [first, Beside(first, "etcd-2", "23"), Beside(first, "etcd-3", "24")] };
    }

    /// <summary>Another host in the same network.</summary>
    private static SubstrateHost Beside(SubstrateHost host, string name, string last) => new(
        DnsLabel.Parse(name), [IPAddress.Parse($"{string.Join('.', host.Addresses[0].ToString().Split('.')[..3])}.{last}")]);

    [HostCheck(ThreeMembersId, "etcdctl and curl at each of three real members: TLS, a SIGKILL of one, and another one's data deleted; "
        + "k8s-backup.sh restore on two while the third is away, and on three emptied hosts")]
    public static async Task ThreeMembersAreOne(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("etcd", "etcdctl", "curl");
        string[] members = [.. hosts.Kubernetes.Etcd.Select(member => member.Name.Text)];
        members.Length.ShouldBe(3);
        // A member compares another's source address with its certificate. Here all members have the same address.
        var script = Path.Combine(hosts.Tree, "scripts", Certs);
        var text = await File.ReadAllTextAsync(script, cancellationToken);
        text.ShouldContain(Names);
        await File.WriteAllTextAsync(script, text.Replace(Names, $"{Names}, IP:127.0.0.1"), cancellationToken);
        await hosts.Succeeds(Certs, members[0], cancellationToken);
        foreach (var member in members)
        {
            await hosts.BringCas(members[0], member, cancellationToken);
            await hosts.Succeeds("k8s-install.sh", member, cancellationToken);
        }

        var own = hosts.Tls("etcd-client");
        async Task Written(string by, string key, string[] at, CancellationToken token)
        {
            (await hosts.EtcdctlAt(by, own, token, "put", key, key)).ExitCode.ShouldBe(0, $"{by} takes no write: {hosts.Log(by, Unit)}");
            foreach (var member in at)
            {
                // Its own data: a serializable read does not query other members.
                (await hosts.EtcdctlAt(member, own, token, "get", key, "--print-value-only", "--consistency=s")).StandardOutput.Trim()
                    .ShouldBe(key, $"{member} does not have {key}");
            }
        }

        await Eventually.Within(TimeSpan.FromSeconds(60), token => Written(members[0], "/acceptance/three", members, token),
            "three members are one cluster", cancellationToken);
        var list = Lines((await hosts.EtcdctlAt(members[1], own, cancellationToken, "member", "list")).StandardOutput).ToArray();
        list.Select(line => line.Split(", ")).Select(words => (words[2], words[3])).ShouldBe(
            members.Select(member => (member, $"https://{hosts.Address(member)}:2380")), ignoreOrder: true, "the members know each other");
        await hosts.BringCas(members[0], Front, cancellationToken);
        await hosts.Succeeds(Certs, Front, cancellationToken);
        await PeersShowCertificates(hosts, members, cancellationToken);

        // Kills one, whichever is the leader.
        await hosts.Service(members[0], "kill", Unit, cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(20), token => Written(members[1], "/acceptance/two", members[1..], token),
            "two of three take writes", cancellationToken);
        await hosts.Service(members[0], "start", Unit, cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(30), token => Written(members[0], "/acceptance/again", members, token),
            "the member that died comes back", cancellationToken);
        (await hosts.EtcdctlAt(members[0], own, cancellationToken, "get", "/acceptance/two", "--print-value-only", "--consistency=s"))
            .StandardOutput.Trim().ShouldBe("/acceptance/two", "it has not got what was written meanwhile");

        // One loses its disk: the others still know it.
        await hosts.Service(members[2], "kill", Unit, cancellationToken);
        Directory.Delete(hosts.In(members[2], "/var/lib/globular/etcd"), recursive: true);
        await hosts.Succeeds("k8s-install.sh", members[2], cancellationToken, "--wait", "30");
        await Eventually.Within(TimeSpan.FromSeconds(30), token => Written(members[2], "/acceptance/lost", members, token),
            "the member that lost its data comes back", cancellationToken);
        (await hosts.EtcdctlAt(members[2], own, cancellationToken, "get", "/acceptance/three", "--print-value-only", "--consistency=s"))
            .StandardOutput.Trim().ShouldBe("/acceptance/three", "it does not have what was there before");
        // It loses it again, and a run of k8s-install.sh ended between removing and adding the lost member.
        await hosts.Service(members[2], "kill", Unit, cancellationToken);
        Directory.Delete(hosts.In(members[2], "/var/lib/globular/etcd"), recursive: true);
        var lost = Lines((await hosts.EtcdctlAt(members[0], own, cancellationToken, "member", "list")).StandardOutput)
            .Select(line => line.Split(", ")).Single(words => words[2] == members[2])[0];
        (await hosts.EtcdctlAt(members[0], own, cancellationToken, "member", "remove", lost)).ShouldSucceed();
        await hosts.Succeeds("k8s-install.sh", members[2], cancellationToken, "--wait", "30");
        await Eventually.Within(TimeSpan.FromSeconds(30), token => Written(members[2], "/acceptance/removed", members, token),
            "the member that was removed comes back", cancellationToken);
        foreach (var member in members)
        {
            await hosts.Succeeds("k8s-health.sh", member, cancellationToken);
        }

        await RestoredMembers.AreRestored(hosts, members, Written, cancellationToken);
    }

    private const string Names = "DNS:etcd.$zone_name, IP:$address";

    /// <summary>The peer port only accepts members' certificates.</summary>
    private static async Task PeersShowCertificates(KubernetesHosts hosts, string[] members, CancellationToken cancellationToken)
    {
        foreach (var member in members)
        {
            async Task<int> Asked(params string[] certificate) => (await LocalProgram.Run("curl",
                ["-sf", "--http1.1", "--max-time", "5", "--cacert", hosts.Pki("etcd-ca.crt"), .. certificate,
                    $"https://{hosts.Address(member)}:2380/version"], cancellationToken)).ExitCode;

            // The other certificate is from the same root CA.
            var (own, other) = (hosts.Tls("etcd-peer"), hosts.Own("admin"));
            (await Asked("--cert", $"{own}.crt", "--key", $"{own}.key")).ShouldBe(0, $"{member} refuses another member");
            (await Asked()).ShouldNotBe(0, $"{member} speaks to peers without a certificate");
            (await Asked("--cert", $"{other}.crt", "--key", $"{other}.key")).ShouldNotBe(0, $"{member} speaks to a stranger");
        }
    }
}
