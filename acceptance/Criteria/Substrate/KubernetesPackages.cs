using static PlatformGitOps.Acceptance.Criteria.Substrate.HostSabotage;
using static PlatformGitOps.Acceptance.Criteria.Substrate.KubernetesParts;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>The packages of Kubernetes' hosts, run like the installer does.</summary>
[ChecksOf(typeof(SubstrateCriterion))]
[Check(PackagesId, "The packages have the installer's steps, and install etcd, a control plane and a worker that joins",
    "each step; the worker's own certificate and Node", Needs = Feature.Substrate)]
public static class KubernetesPackages
{
    internal const string PackagesId = "Substrate.39";
    private const string WorkerPackage = "kubernetes-worker-node.yaml";
    private const string JoinFile = "/etc/globular-kubernetes/join";

    internal static IReadOnlyList<HostSabotage> HostSabotages =>
    [
        Of("a key that the installer passes over", PackagesId, "that run_script does not have", WorkerPackage, "timeout:", "timout:"),
        Of("a script that is not in the package", PackagesId, "not found in", "etcd.yaml", "k8s-install.sh", "install.sh"),
        Of("a worker that asks for an argument", PackagesId, "has not joined", "scripts/k8s-install.sh",
            "if [ -z \"$join\" ] && [ -f \"$etc/join\" ]", "if false"),
        Of("a token that stays on the worker", PackagesId, "what the worker joined with is there still", "scripts/k8s-install.sh",
            "[ -z \"$brought\" ] || rm -f", "[ -z \"$brought\" ] || :"),
        Of("a package that looks at nothing", PackagesId, "no health of kube-scheduler", "kubernetes-control-plane.yaml",
            "      - kube-scheduler.service\n", ""),
        Of("a worker that serves for another host", PackagesId, "gets a certificate for others", "scripts/k8s-node.sh",
            "[ -n \"$names\" ] ||", "false ||"),
        Of("an address of IPv6 compared as it is written", PackagesId, "of IPv6 gets no certificate", "scripts/k8s-node.sh",
            "allowed \"$node\" \"$address_here\" >", "printf 'DNS:%s\\nIP Address:%s\\n' \"$node\" \"$address_here\" >"),
    ];

    [HostCheck(PackagesId,
        "each package file; its steps, taken as globular-installer takes them, on a host of etcd, of the control plane and a worker")]
    public static async Task PackagesInstall(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        KubernetesHosts.Need("etcd", "etcdctl", "curl", "kube-apiserver", "kube-controller-manager", "kube-scheduler");
        await hosts.MakeCertificates(cancellationToken);
        foreach (var program in new[] { "kube-apiserver", "kube-controller-manager", "kube-scheduler" })
        {
            hosts.Place(Front, program, LocalProgram.Find(program)!);
        }

        foreach (var (package, host, services) in new (string, string, string[])[]
        {
            ("etcd.yaml", Store, ["globular-etcd"]),
            ("kubernetes-control-plane.yaml", Front, ["kube-apiserver", "kube-controller-manager", "kube-scheduler"]),
        })
        {
            (await hosts.Apply(package, host, cancellationToken)).ShouldBe("", $"{package} on {host}");
            var read = InstallerPackage.Read(package, await File.ReadAllTextAsync(Path.Combine(hosts.Tree, package), cancellationToken));
            var watched = read.Steps.Where(step => step.Type == "health_checks")
                .SelectMany(step => step.Keys["services"]!.AsArray()).Select(service => (string)service!).ToList();
            foreach (var service in services)
            {
                watched.ShouldContain($"{service}.service", $"{package} has no health of {service}");
            }

            await hosts.Succeeds("k8s-health.sh", host, cancellationToken);
        }

        // A stand-in for the kubelet: systemd only sees that it runs, and k8s-install.sh its health.
        await hosts.Program("worker/kubelet",
            $"#!/bin/sh\n[ \"$*\" != --version ] || {{ echo Kubernetes v{hosts.Kubernetes.Version}; exit; }}\nexec sleep 600\n",
            cancellationToken);
        hosts.Place(Worker, "kubelet", Path.Combine(hosts.Folder, "worker", "kubelet"));
        await using (await Healthy(hosts, cancellationToken))
        {
            await WorkerJoins(hosts, cancellationToken);
        }

        if (await RealKubelet.Missing(cancellationToken) is { } reason)
        {
            TestContext.Out.WriteLine($"No real kubelet has joined: {reason}.");
            return;
        }

        using var kubelet = new RealKubelet(hosts);
        await kubelet.TakePlace(cancellationToken);
        (await hosts.Apply(WorkerPackage, Worker, cancellationToken)).ShouldBe("", $"{WorkerPackage} with a real kubelet");
        await kubelet.Joins(cancellationToken);
        (await hosts.Service(Worker, "stop", "kubelet.service", cancellationToken)).ShouldSucceed();
    }

    private static async Task WorkerJoins(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        // Without the control plane's file nothing is started, and the message says what to do.
        (await hosts.Apply(WorkerPackage, Worker, cancellationToken)).ShouldContain("this worker has not joined");
        (await hosts.Service(Worker, "is-active", "kubelet.service", cancellationToken)).ExitCode.ShouldNotBe(0);

        var join = hosts.In(Worker, JoinFile);
        await hosts.Succeeds("k8s-node.sh", Front, cancellationToken, "add", Worker, "--out", join);
        (await hosts.Apply(WorkerPackage, Worker, cancellationToken)).ShouldBe("", $"{WorkerPackage} on {Worker}");
        File.Exists(join).ShouldBeFalse("what the worker joined with is there still");

        // With the package's files, like its kubelet: a certificate of its own, and a Node with it.
        var worker = new ReplacementWorker(hosts);
        await worker.Bootstraps(cancellationToken);
        (await worker.Status(worker.Certificate, cancellationToken)).ShouldBe("200", "the worker does not see its own Node");
        await worker.Trusts("joined", cancellationToken);

        if (LocalProgram.Find("jq") is not null)
        {
            await WorkerServes(hosts, worker, cancellationToken);
        }

        // The next version of the package needs no file.
        (await hosts.Apply(WorkerPackage, Worker, cancellationToken)).ShouldBe("", $"{WorkerPackage} on {Worker} again");
    }

    /// <summary>What the timer of k8s-node.sh signs and what it does not, and its list.</summary>
    private static async Task WorkerServes(KubernetesHosts hosts, ReplacementWorker worker, CancellationToken cancellationToken)
    {
        await worker.AsksToServe("own", Worker, hosts.Address(Worker), cancellationToken);
        await worker.AsksToServe("another-name", Front, hosts.Address(Worker), cancellationToken);
        await worker.AsksToServe("another-address", Worker, hosts.Address(Front), cancellationToken);
        var approved = await hosts.Script("k8s-node.sh", Front, cancellationToken, "approve");
        approved.ShouldSucceed();
        approved.StandardOutput.ShouldContain($"approved own of {Worker}.");
        approved.StandardOutput.ShouldNotContain("approved another", customMessage: "a worker gets a certificate for others");
        approved.StandardOutput.ShouldContain($"left another-address of system:node:{Worker}");
        await Eventually.Within(TimeSpan.FromSeconds(30), async token =>
        {
            var (_, body) = await hosts.Ask(hosts.Own("admin"), "/apis/certificates.k8s.io/v1/certificatesigningrequests", token);
            JsonNode.Parse(body)!["items"]!.AsArray().Where(item => item!["status"]?["certificate"] is not null)
                .Select(item => (string?)item!["metadata"]!["name"]).Where(name => name != "joins").ShouldBe(["own"]);
        }, "the worker's own request is signed, and no other", cancellationToken);
        (await hosts.Script("k8s-node.sh", Front, cancellationToken, "list")).StandardOutput.ShouldContain(Worker);

        // A worker with an address of IPv6, as the definition has it; another one, and one more, are left.
        await hosts.Set("workers", $"{Worker}=fd00:10::31", cancellationToken);
        await worker.AsksToServe("own-6", Worker, "fd00:10::31", cancellationToken);
        await worker.AsksToServe("another-6", Worker, "fd00:10::32", cancellationToken);
        approved = await hosts.Script("k8s-node.sh", Front, cancellationToken, "approve");
        approved.ShouldSucceed();
        approved.StandardOutput.ShouldContain(
            $"approved own-6 of {Worker}.", customMessage: "a worker with an address of IPv6 gets no certificate");
        approved.StandardOutput.ShouldContain($"left another-6 of system:node:{Worker}");
        await hosts.Set("workers", $"{Worker}={hosts.Address(Worker)}", cancellationToken);
    }
}
