using static PlatformGitOps.Acceptance.Criteria.Substrate.CaReplacement;
using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesControlPlane;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>Replaces the root CA.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(RootId, "The root CA is replaced while everything runs", "0 failed requests; no old root afterwards", Needs = Feature.Substrate)]
[Check(CutOffId, "A step of its replacement that is cut off can be ended, and taken back", "every certificate is of the root that signs",
    Needs = Feature.Substrate)]
public static class RootCaReplacement
{
    private const string RootId = "Substrate.32";

    /// <summary>Only needs openssl.</summary>
    internal const string CutOffId = "Substrate.33";

    internal const string ReplaceRoot = "k8s-replace-root-ca.sh";
    private const string ReplaceOne = "replace \"$stage/one\" \"$pki/$name.crt\" 644\n";
    private const string RootMap = "/api/v1/namespaces/default/configmaps/kube-root-ca.crt";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        .. In(RootId, $"scripts/{ReplaceRoot}",
            ("an old root that goes at once", "a client of the file that hosts have",
                "{ nth $one \"$pki/ca.crt\"; nth $other \"$pki/ca.crt\"; }", "{ nth $one \"$pki/ca.crt\"; nth $one \"$pki/ca.crt\"; }"),
            ("an old root that stays", "pods get 1 root CAs", "replace \"$stage/root\"", ": \"$stage/root\""),
            ("an old root that goes without a look", "while a server still needs it",
                "    die \"$1 shows no chain", "    : \"$1 shows no chain"),
            ("a way back that changes nothing", "a chain of the old root after 'back'",
                "nth 2 \"$pki/$name.crt\" >\"$stage/one\"", "nth 1 \"$pki/$name.crt\" >\"$stage/one\"")),
        Of("servers that show the chain of before", RootId, "while a server still needs it", $"scripts/{Certs}",
            "if ! nth 2 \"$1\" | cmp -s - \"$stage/issuer\"; then", "if false; then"),
        Of("workers that keep their root", RootId, "the worker's root CA is not that of 'trust'", "scripts/k8s-install.sh",
            "put \"$stage/ca.crt\"", "[ -f \"$own/ca.crt\" ] || put \"$stage/ca.crt\""),
        .. In(CutOffId, $"scripts/{ReplaceRoot}",
            ("a CA that is signed again and again", "this host has another CA",
                "! verify -CAfile \"$stage/root\" \"$stage/first\" || continue", ":"),
            ("a host without the key that goes on", "on a host without the key of the new root", "! is_of 1 \"$pki/ca.key\" ||", ""),
            ("an old root's key that is taken for the new one", "with the key of the old root",
                "|| [ \"$(starts 1)\" -lt \"$(starts 2)\" ]", ""),
            ("a way back from half of 'drop'", "'back' after half of 'drop'", "[ \"$next\" != drop ] ||", "true ||"),
            ("a server without a certificate that counts", "a server that shows no certificate",
                "*'Server certificate'*'Verify", "*'Verify"),
            ("certificates that stay after a cut", "is not of the root", "case $step in sign | drop)", "case $step in none)")),
    ];

    [HostCheck(RootId,
        "k8s-replace-root-ca.sh step by step, once with a step back, on a real etcd, API server and controller manager: clients of the "
            + "old root, of the new one and of both; a worker's files; what pods get; a request every 20 ms")]
    public static async Task ReplacesTheRoot(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.StartControlPlane(cancellationToken);
        var clients = new RootClients(hosts);
        await clients.KeepOld(cancellationToken);
        var worker = new ReplacementWorker(hosts);
        await worker.Join("before", cancellationToken);
        await worker.Bootstraps(cancellationToken);
        (await hosts.Script(ReplaceRoot, Store, cancellationToken, "--step", "sign")).StandardError
            .ShouldContain("the next step is 'trust'");

        await Replace("trust");
        await Deliver("trust");
        await clients.KeepNew(cancellationToken);
        await EverybodyTrusts("trust", roots: 2);
        await Open("trust", old: true, @new: false);
        (await hosts.Script("k8s-replace-ca.sh", Store, cancellationToken, "--step", "trust")).StandardError
            .ShouldContain("the root CA is being replaced");

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asking = Requests(hosts, stop.Token);
        await Replace("sign");
        (await hosts.Script(ReplaceRoot, Store, cancellationToken, "--step", "drop")).StandardError
            .ShouldContain("cp-1 shows no chain of the new root", customMessage: "the old root goes while a server still needs it");
        await Deliver("sign");
        await Open("sign", old: false, @new: true);
        await Replace("back");
        await Deliver("back");
        await Open("back", old: true, @new: false);
        await Replace("sign");
        await Deliver("sign");
        await Open("sign", old: false, @new: true);
        (await worker.Status(worker.Certificate, cancellationToken)).ShouldBe("200", "the worker's certificate of before");
        await IsHealthy(hosts, "sign", cancellationToken);

        await Replace("drop");
        await Deliver("drop");
        await EverybodyTrusts("drop", roots: 1);
        await stop.CancelAsync();
        var (requests, failed) = await asking;
        failed.ShouldBeEmpty($"failed requests of {requests}");
        await Open("drop", old: false, @new: true);
        foreach (var (file, host) in new[] { (hosts.Pki("ca.crt"), Store), (hosts.Own("ca.crt"), Front) })
        {
            (await clients.IsOld(file, cancellationToken)).ShouldBeFalse($"the old root is trusted still at {host}");
        }

        await hosts.Succeeds("k8s-health.sh", Store, cancellationToken);
        await worker.Renews("drop", cancellationToken);
        await IsHealthy(hosts, "drop", cancellationToken);
        TestContext.Out.WriteLine($"{requests} requests while the root CA was replaced, {failed.Count} failed.");

        async Task Replace(string step) => await hosts.Succeeds(ReplaceRoot, Store, cancellationToken, "--step", step);

        async Task Open(string step, bool old, bool @new)
        {
            await clients.ShouldBe(step, old, @new, cancellationToken);
            (await hosts.Ask(clients.Admin, Namespaces, cancellationToken)).Status
                .ShouldBe("200", $"after '{step}' a client of the file that hosts have");
        }

        Task Deliver(string step) => DeliverTo(hosts, Front, step, cancellationToken);

        async Task EverybodyTrusts(string step, int roots)
        {
            await worker.Join(step, cancellationToken);
            await RestartManagers(hosts, Front, cancellationToken);
            await PodsTrust(hosts, clients, step, roots, cancellationToken);
        }
    }

    /// <summary>Delivers the files of a step, as in docs/substrate.md: etcd and the API server are not restarted.</summary>
    internal static async Task DeliverTo(KubernetesHosts hosts, string host, string step, CancellationToken cancellationToken)
    {
        await hosts.BringCas(Store, host, cancellationToken);
        await hosts.Succeeds(Certs, host, cancellationToken);
        await hosts.Succeeds(Certs, host, cancellationToken, "--check");
    }

    internal static async Task RestartManagers(KubernetesHosts hosts, string host, CancellationToken cancellationToken)
    {
        foreach (var unit in Managers)
        {
            (await hosts.Service(host, "restart", unit, cancellationToken)).ShouldSucceed();
        }
    }

    internal static Task PodsTrust(
        KubernetesHosts hosts, RootClients clients, string step, int roots, CancellationToken cancellationToken) =>
        Eventually.Within(TimeSpan.FromSeconds(60), async token =>
        {
            var map = JsonNode.Parse((await hosts.Ask(clients.Admin, RootMap, token)).Body);
            ((string?)map?["data"]?["ca.crt"] ?? "").Split("BEGIN CERTIFICATE").Length.ShouldBe(roots + 1, $"what pods trust: {map}");
        }, $"pods get {roots} root CAs after '{step}'", cancellationToken);

    [HostCheck(CutOffId, "k8s-replace-root-ca.sh that ends within 'sign', 'back' and 'drop', before and after the certificates; on a host "
        + "without the key, and where a server shows no certificate; openssl verify of each certificate")]
    public static async Task EndsWhatWasCutOff(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        await hosts.MakeCertificates(cancellationToken);
        var file = hosts.Pki("ca.crt");
        var before = await File.ReadAllTextAsync(file, cancellationToken);
        var old = await File.ReadAllTextAsync(hosts.Pki("ca.key"), cancellationToken);
        await Step("trust");
        await GoesOnNowhereElse("trust");
        await Cut("sign", "replace \"$stage/both\" \"$pki/$name.crt\" 644\n", "kubernetes-ca");
        await Step("sign");
        await GoesOnNowhereElse("sign");
        await Cut("back", $"            {ReplaceOne}", "etcd-ca");
        await Step("back");
        await Step("back");
        (await File.ReadAllTextAsync(file, cancellationToken)).ShouldBe(before, "the root after 'back'");
        await IsOfTheRoot("back");

        await Step("trust");
        await Cut("sign", "order first \"$pki/ca.next\"\n");
        await Cut("sign", "status=0\n");
        using var closes = new TcpListener(IPAddress.Parse(hosts.Address(Store)), 2379);
        closes.Start();
        var closing = Close(closes);
        await Refused("drop", $"{Store} shows no chain of the new root", "'drop' with a server that shows no certificate", started: true);
        closes.Stop();
        await closing;
        await IsOfTheRoot("sign");
        await Cut("drop", $"\"$stage/one\"\n        {ReplaceOne}", "kubernetes-ca");
        await Refused("back", "'drop' has begun", "'back' after half of 'drop'");
        await Step("drop");
        (await File.ReadAllTextAsync(file, cancellationToken)).ShouldNotContain(before, customMessage: "the root after 'drop'");
        await IsOfTheRoot("drop");

        async Task Step(string step) => (await hosts.Rehearse(ReplaceRoot, Store, cancellationToken, "--step", step)).ShouldSucceed();

        // Ends the script after a line, optionally while it processes one CA.
        async Task Cut(string step, string place, string? name = null)
        {
            var scripts = Path.Combine(hosts.Tree, "scripts");
            var text = await File.ReadAllTextAsync(Path.Combine(scripts, ReplaceRoot), cancellationToken);
            text.Split(place).Length.ShouldBe(2, $"the script has no '{place}'");
            var cut = name is null ? "exit 9\n" : $"[ \"$name\" != {name} ] || exit 9\n";
            await File.WriteAllTextAsync(Path.Combine(scripts, "cut.sh"), text.Replace(place, place + cut),
                cancellationToken);
            (await hosts.Rehearse("cut.sh", Store, cancellationToken, "--step", step)).ExitCode.ShouldBe(9, $"'{step}' after '{place}'");
        }

        async Task Refused(string step, string message, string because, bool started = false, string host = Store)
        {
            var result = started ? await hosts.Script(ReplaceRoot, host, cancellationToken, "--step", step)
                : await hosts.Rehearse(ReplaceRoot, host, cancellationToken, "--step", step);
            result.ExitCode.ShouldNotBe(0, because);
            result.StandardError.ShouldContain(message, customMessage: because);
        }

        async Task GoesOnNowhereElse(string after)
        {
            await hosts.BringCas(Store, Front, cancellationToken);
            var copy = hosts.In(Front, "/var/lib/globular/pki/ca.key");
            const string Message = "the key of the new root is not here";
            foreach (var step in new[] { "sign", "drop", "back" })
            {
                File.Delete(copy);
                await Refused(step, Message, $"after '{after}' '{step}' on a host without the key of the new root", host: Front);
                await File.WriteAllTextAsync(copy, old, cancellationToken);
                await Refused(step, Message, $"after '{after}' '{step}' with the key of the old root", host: Front);
            }
        }

        async Task IsOfTheRoot(string step)
        {
            Directory.GetFiles(Path.GetDirectoryName(file)!, "ca.*").Select(Path.GetFileName)
                .ShouldBe(step == "sign" ? ["ca.before", "ca.crt", "ca.key"] : ["ca.crt", "ca.key"], ignoreOrder: true,
                    $"what is left after '{step}'");
            var root = Path.Combine(hosts.Folder, "root.crt");
            (await LocalProgram.Run("openssl", ["x509", "-in", file, "-out", root], cancellationToken)).ShouldSucceed();
            foreach (var certificate in Directory.GetFiles(Path.GetDirectoryName(hosts.Tls(""))!, "*.crt"))
            {
                (await LocalProgram.Run("openssl", ["verify", "-no-CApath", "-no-CAstore", "-CAfile", root, "-untrusted", certificate,
                    certificate], cancellationToken)).ExitCode
                    .ShouldBe(0, $"after '{step}' {Path.GetFileName(certificate)} is not of the root");
            }
        }
    }

    /// <summary>Accepts connections and closes them, until the listener is stopped.</summary>
    private static async Task Close(TcpListener listener)
    {
        try
        {
            while (true)
            {
                (await listener.AcceptTcpClientAsync()).Dispose();
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidOperationException)
        {
        }
    }
}
