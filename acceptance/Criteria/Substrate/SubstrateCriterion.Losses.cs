using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check(LostHostId, "A control plane and a worker that lost their disks are installed again",
    "the same objects; certificates of the same CAs", Needs = Feature.Substrate)]
[Check(PartitionId, "A partition between the layers leaves a cluster its own names, and bounds what it shows of the substrate's",
    "0 failed look-ups of the cluster's names; old answers for TTL and serve_stale, then none; recovery alone", Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    internal const string LostHostId = "Substrate.42";

    internal static IReadOnlyList<HostSabotage> LossSabotages =>
    [
        Of("a file for other hosts without the key for Secrets", LostHostId, "is not installed again", $"scripts/{Certs}",
            "$(ls encryption.yaml 2>/dev/null) ", ""),
        Of("a file for other hosts without the key for tokens", LostHostId, "a token of before", $"scripts/{Certs}",
            "tar -cf - ca.crt sa.key sa.pub ", "tar -cf - ca.crt "),
        Of("a token that opens nothing", LostHostId, "a worker may ask for a certificate", "scripts/k8s-node.sh",
            "\"usage-bootstrap-authentication\": \"true\"", "\"usage-bootstrap-authentication\": \"false\""),
        Of("a worker provisioned with a file that stays", LostHostId, "joined with is there still", "scripts/k8s-node.sh",
            "status=\\$?; rm -f $folder/join;", "status=\\$?;"),
        Of("a removal that takes the CAs", LostHostId, "what k8s-remove.sh leaves", "scripts/k8s-remove.sh",
            "if [ -n \"$purge\" ]; then rm -rf \"$own\"", "if true; then rm -rf \"$own\""),
        Of("a damaged member that stays", "Substrate.18", "a damaged member is not restored", "scripts/k8s-backup.sh",
            "[ ! -d \"$data\" ] || mv \"$data\" \"$data$aside\"", ":"),
    ];

    [HostCheck(LostHostId,
        "every file of a control plane deleted, then of a worker; the commands of day 0, with a real API server: objects, Secrets, the "
            + "names of the certificates, clients and tokens of before")]
    public static async Task LostHostsComeBack(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        var worker = new ReplacementWorker(hosts);
        await worker.Join("before", cancellationToken);
        await worker.Bootstraps(cancellationToken);
        foreach (var (kind, field) in new[] { ("configmaps", "data"), ("secrets", "stringData") })
        {
            (await hosts.Ask(hosts.Own("admin"), $"{Namespaces}/{kind}", cancellationToken, "-H", "Content-Type: application/json", "-d",
                $$"""{"metadata": {"name": "item-0"}, "{{field}}": {"number": "0"} }""")).Status.ShouldBe("201");
        }

        var objects = await Objects(hosts, cancellationToken);
        objects.Count.ShouldBe(2);
        var (client, token) = (Path.Combine(hosts.Folder, "client"), await Token(hosts, cancellationToken));
        foreach (var ending in new[] { ".crt", ".key" })
        {
            File.Copy(hosts.Own("admin") + ending, client + ending);
        }

        // The control plane: as another one on day 0.
        foreach (var unit in ControlPlaneParts)
        {
            await hosts.Service(Front, "kill", $"{unit}.service", cancellationToken);
        }

        Directory.Delete(hosts.Root(Front), recursive: true);
        Directory.CreateDirectory(hosts.Root(Front));
        foreach (var program in ControlPlaneParts)
        {
            hosts.Place(Front, program, LocalProgram.Find(program)!);
        }

        var bundle = Path.Combine(hosts.Folder, "lost");
        (await hosts.Script(Certs, Store, cancellationToken, "--export", bundle)).ShouldSucceed();
        (await hosts.Script(Certs, Front, cancellationToken, "--import", bundle)).ShouldSucceed();
        var installed = await hosts.Script("k8s-install.sh", Front, cancellationToken);
        installed.ExitCode.ShouldBe(0, $"{Front} is not installed again: {installed.StandardOutput}{installed.StandardError}");
        await Eventually.Within(TimeSpan.FromSeconds(30), async limit =>
            (await Objects(hosts, limit)).ShouldBe(objects, "an object is another"), "the API server answers", cancellationToken);
        foreach (var (file, issuer, _, names) in Certificates(hosts)
            .Where(entry => entry.File.StartsWith(hosts.Own(""), StringComparison.Ordinal)))
        {
            using var certificate = X509CertificateLoader.LoadCertificateFromFile(file);
            using var ca = X509CertificateLoader.LoadCertificateFromFile(hosts.Pki($"{issuer}.crt"));
            certificate.Issuer.ShouldBe(ca.Subject, $"the CA of {Path.GetFileName(file)}");
            var san = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault();
            (san?.EnumerateDnsNames().Concat(san.EnumerateIPAddresses().Select(address => address.ToString())) ?? [])
                .ShouldBe(names, ignoreOrder: true, $"the names of {Path.GetFileName(file)}");
        }

        // Whoever had a credential has it still.
        (await hosts.Ask(client, Namespaces, cancellationToken)).Status.ShouldBe("200", "a client of before");
        (await hosts.Ask(null, Namespaces, cancellationToken, "-H", $"Authorization: Bearer {token}")).Status
            .ShouldBe("403", "a token of before is not known");
        (await worker.Status(worker.Certificate, cancellationToken)).ShouldBe("200", "the worker of before");
        (await hosts.Script("k8s-health.sh", Front, cancellationToken)).ShouldSucceed();

        // The worker: as a new one. Its Node is there still.
        Directory.Delete(hosts.Root(Worker), recursive: true);
        Directory.CreateDirectory(hosts.Root(Worker));
        await Provision(hosts, cancellationToken);
        await worker.Returns("again", cancellationToken);
        await worker.Trusts("again", cancellationToken);
        await Removed(hosts, cancellationToken);
    }

    /// <summary>k8s-node.sh provision, with an ssh that runs what it is given on the host of the address.</summary>
    private static async Task Provision(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        var (remote, asked) = (Path.Combine(hosts.Folder, "remote"), Path.Combine(hosts.Folder, "asked"));
        await hosts.Program("ssh/ssh", $$"""
            #!/bin/sh
            echo "$1" >>{{asked}}
            unset SYSTEMCTL
            eval "$(echo "$2" | sed -e 's#/root/#{{remote}}/#g' -e 's#k8s-install.sh#& --host {{Worker}} --root {{hosts.Root(Worker)}}#' \
                -e 's# --join#  --binaries {{hosts.Folder}}/binaries&#')"

            """, cancellationToken);
        var provisioned = await hosts.Script("k8s-node.sh", Front,
            new Dictionary<string, string?> { ["PATH"] = $"{hosts.Folder}/ssh:{Environment.GetEnvironmentVariable("PATH")}" },
            cancellationToken, "provision", Worker, "--out", Path.Combine(hosts.Folder, "join-provision"));
        provisioned.ShouldSucceed();
        (await File.ReadAllLinesAsync(asked, cancellationToken)).Distinct().ShouldBe([$"root@{hosts.Address(Worker)}"]);
        File.Exists(Path.Combine(hosts.Folder, "join-provision"))
            .ShouldBeFalse("what the worker joined with is on the control plane still");
        Directory.GetFiles(remote, "join*", SearchOption.AllDirectories).ShouldBeEmpty("what the worker joined with is there still");
        File.Exists(hosts.In(Worker, "/etc/systemd/system/kubelet.service")).ShouldBeTrue("the worker is not installed");
    }

    /// <summary>k8s-remove.sh leaves what nobody can make again, and nothing with --purge.</summary>
    private static async Task Removed(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        string[] Left() => [.. Directory.GetFiles(hosts.Root(Front), "*", SearchOption.AllDirectories)
            .Select(file => Path.GetDirectoryName(file)![hosts.Root(Front).Length..]).Distinct().Order(StringComparer.Ordinal)];
        (await hosts.Script("k8s-remove.sh", Front, cancellationToken)).ShouldSucceed();
        Left().ShouldBe(["/var/lib/globular/pki", "/var/lib/kubernetes/pki"], "what k8s-remove.sh leaves");
        foreach (var part in ControlPlaneParts)
        {
            (await hosts.Service(Front, "is-active", $"{part}.service", cancellationToken)).ExitCode.ShouldNotBe(0, $"{part} runs still");
        }

        (await hosts.Script("k8s-remove.sh", Front, cancellationToken, "--purge")).ShouldSucceed();
        Left().ShouldBeEmpty("what k8s-remove.sh --purge leaves");
    }

    /// <summary>Of a service account, which may read nothing.</summary>
    private static async Task<string> Token(KubernetesHosts hosts, CancellationToken cancellationToken) =>
        await Eventually.Within(TimeSpan.FromSeconds(30), async limit =>
        {
            var (status, body) = await hosts.Ask(hosts.Own("admin"), $"{Namespaces}/serviceaccounts/default/token", limit,
                "-H", "Content-Type: application/json", "-d",
                """{"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest", "spec": {} }""");
            status.ShouldBe("201", body);
            return (string)JsonNode.Parse(body)!["status"]!["token"]!;
        }, "the controller manager makes the service account", cancellationToken);

    /// <summary>The file of etcd, while it is stopped: both of its first pages. It does not start with that.</summary>
    private static async Task Damage(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.Service(Store, "stop", Unit, cancellationToken);
        await using (var file = File.OpenWrite(hosts.In(Store, "/var/lib/globular/etcd/member/snap/db")))
        {
            await file.WriteAsync(new byte[8192], cancellationToken);
        }

        await hosts.Service(Store, "start", Unit, cancellationToken);
        await Eventually.Within(TimeSpan.FromSeconds(30), async token =>
            (await hosts.Service(Store, "is-active", Unit, token)).ExitCode.ShouldNotBe(0, "etcd runs with a damaged file"),
            "etcd ends", cancellationToken);
        (await hosts.Script("k8s-health.sh", Store, cancellationToken)).StandardOutput.ShouldContain("FAULT etcd");
    }

    internal const string PartitionId = "Substrate.31";

    private const string OldAnswer = "192.0.2.5", NewAnswer = "192.0.2.6";

    // How long the record is kept, and in place of the tree's hour how long an expired one is shown. A cache that keeps failures begins to
    // answer with them after some 20 s, when the first refresh gives up (measured, CoreDNS 1.11.4).
    private static readonly TimeSpan ShortTtl = TimeSpan.FromSeconds(5), ShownStale = TimeSpan.FromSeconds(30);

    [HostCheck(PartitionId,
        "a CoreDNS whose packets to both servers are dropped while a program changes a record, with 30 s in place of serve_stale's hour: "
            + "each look-up of this name and of a cluster's, on one clock; what CoreDNS writes")]
    public static async Task OutlivesAPartition(SubstratePair pair, CancellationToken cancellationToken)
    {
        await LayerPartition.Need(cancellationToken);
        var (child, name, other) = (pair.Settings.Children[0], $"brief.{pair.Child}", $"{pair.Settings.Primary.Name}.{pair.Zone}");
        var key = await pair.Key(child.Key.Text, child.Algorithm, cancellationToken);
        await Write($"update add {name}. {ShortTtl.TotalSeconds} A {OldAnswer}");
        await AtBoth(pair, name, "A", [OldAnswer], cancellationToken);

        var file = Path.Combine(pair.Folder, "Corefile");
        var server = await File.ReadAllTextAsync(Path.Combine(pair.Folder, "tree", SubstratePair.Delivered), cancellationToken);
        await File.WriteAllTextAsync(file, OfCluster(pair)
            + server.Replace("serve_stale 1h ", $"serve_stale {ShownStale.TotalSeconds}s ", StringComparison.Ordinal), cancellationToken);

        var clock = Stopwatch.StartNew();
        var (cluster, zone) = (new LayerWatch(pair, ClusterName, clock), new LayerWatch(pair, name, clock));
        TimeSpan cut, healing, healed;
        string written;
        await using var partition = new LayerPartition(pair);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = CoreDns(file, _ => { }, end.Token, LayerPartition.Runs);
        var watching = Task.CompletedTask;
        try
        {
            await Eventually.Within(Soon * 2, async token =>
            {
                (await pair.Ask(pair.Resolver, name, "A", token)).ShouldBe([OldAnswer]);
                (await pair.Ask(pair.Resolver, ClusterName, "A", token)).ShouldBe([ClusterAddress]);
            }, "CoreDNS answers for both layers", cancellationToken);
            watching = Task.WhenAll(cluster.Until(end.Token), zone.Until(end.Token));
            await Counted(50);

            await partition.Begin(cancellationToken);
            cut = clock.Elapsed;
            // The lower layer goes on by itself.
            await Write($"update delete {name}. A", $"update add {name}. {ShortTtl.TotalSeconds} A {NewAnswer}");
            await AtBoth(pair, name, "A", [NewAnswer], cancellationToken);
            (await pair.Ask(pair.Resolver, other, "A", cancellationToken)).ShouldBeEmpty("there is no partition");
            await Eventually.Within((ShortTtl + ShownStale + Soon) * 2, _ =>
            {
                zone.Last.ShouldNotBe(OldAnswer);
                return Task.CompletedTask;
            }, "what was kept ends", cancellationToken);
            await Counted(50);

            healing = clock.Elapsed;
            await partition.End(cancellationToken);
            healed = clock.Elapsed;
            await Eventually.Within(Soon * 2, _ =>
            {
                zone.Last.ShouldBe(NewAnswer);
                return Task.CompletedTask;
            }, "CoreDNS recovers alone", cancellationToken);
            await Counted(50);
        }
        finally
        {
            await end.CancelAsync();
            await watching;
            written = await running;
        }

        Judge(cluster, zone, cut, healing, healed);
        var lines = Lines(written).Where(line => line.Contains("[ERROR]", StringComparison.Ordinal)).ToArray();
        // Not of a name that it shows stale: no query failed. The code is 0 where the log plugin has sent the answer before.
        lines.ShouldContain(line => Regex.IsMatch(line, $"plugin/errors: [02] {Regex.Escape(other)}\\. A: .*i/o timeout"),
            $"CoreDNS does not write which name it could not resolve, and why: {written}");
        lines.ShouldNotContain(line => line.Contains(ClusterName, StringComparison.Ordinal), "CoreDNS has trouble with the cluster's name");
        TestContext.Out.WriteLine($"CoreDNS wrote {lines.Length} errors:\n{string.Join('\n', lines.Distinct())}");

        async Task Write(params string[] lines) => (await pair.Update(pair.Child, key, cancellationToken, lines)).ShouldSucceed();

        Task Counted(int more)
        {
            var before = cluster.Seen.Count;
            return Eventually.Within(Soon * 2, _ =>
            {
                cluster.Seen.Count.ShouldBeGreaterThan(before + more);
                return Task.CompletedTask;
            }, "clients ask", cancellationToken);
        }
    }

    /// <summary>Each look-up, by the time at which it was sent.</summary>
    private static void Judge(LayerWatch cluster, LayerWatch zone, TimeSpan cut, TimeSpan healing, TimeSpan healed)
    {
        cluster.Seen.Where(look => look.Answer != ClusterAddress).ShouldBeEmpty($"failed look-ups of {ClusterName}");
        var between = zone.Seen.Where(look => look.At >= cut && look.At < healing).ToArray();
        zone.Seen.TakeWhile(look => look.At < cut).ShouldAllBe(look => look.Answer == OldAnswer);
        between.ShouldNotContain(look => look.At + look.Took < healing && look.Answer == NewAnswer, "an answer came through");
        between.Where(look => look.At < cut + ShownStale - OfARefresh).ShouldAllBe(look => look.Answer == OldAnswer,
            "a look-up fails though its answer was kept");
        var (old, failed) = (between.Where(look => look.Answer == OldAnswer).ToArray(),
            between.Where(look => look.Answer is not (OldAnswer or NewAnswer)).ToArray());
        old[^1].At.ShouldBeLessThan(
            cut + ShortTtl + ShownStale + (2 * Second * SuiteSettings.Current.BudgetScale),
            $"an answer is older than it may be; without an answer: {string.Join(", ", failed.Take(5))}");
        var first = zone.Seen.First(look => look.Answer == NewAnswer);
        zone.Seen.SkipWhile(look => look != first).ShouldAllBe(look => look.Answer == NewAnswer, "it does not stay recovered");
        var others = string.Join(", ", failed.Select(look => look.Answer).Distinct());
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"""
            {cluster.Seen.Count} look-ups of the cluster's name: 0 failed, the slowest {Slowest(cluster.Seen)} ms.
            {old.Length} old answers of the substrate's for {(old[^1].At - cut).TotalSeconds:F1} s, the slowest {Slowest(old)} ms;
            then {failed.Length} without an answer ({others}).
            The new answer {(first.At + first.Took - healed).TotalSeconds:F1} s after the end.
            """));

    }

    private static double Slowest(IEnumerable<LookUp> looks) => Math.Round(looks.Max(look => look.Took.TotalMilliseconds));

    /// <summary>
    /// The layer above in the same process: where its names come from does not matter here. The TTL is that of the delivered CoreDNS.
    /// </summary>
    private static string OfCluster(SubstratePair pair) => string.Create(CultureInfo.InvariantCulture, $$"""
        cluster.local:{{pair.Port}} {
            bind {{pair.Resolver}}
            errors
            hosts /dev/null {
                {{ClusterAddress}} {{ClusterName}}
                {{LateAddress}} {{LateName}}
                ttl 5
            }
        }

        """);
}
