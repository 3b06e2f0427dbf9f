using System.Text.RegularExpressions;
using PlatformGitOps.Acceptance.Criteria.ExternalDns;

namespace PlatformGitOps.Acceptance.Criteria.Substrate;

[Check("Substrate.27", "What kubeadm and the kubelet read is valid for these programs", "no unknown key, value or flag",
    Needs = Feature.Substrate)]
public static partial class SubstrateCriterion
{
    [HostCheck("Substrate.27",
        "kubeadm config validate; a real kubelet with the worker's flags and configuration, until it needs a cluster")]
    public static async Task IsValid(KubernetesHosts hosts, CancellationToken cancellationToken)
    {
        // The API server that is here decides the version: a kubeadm takes its own and the one before alone.
        KubernetesHosts.Need("kube-apiserver", "kubeadm", "kubelet");
        var validated = await SubstratePair.Run(LocalProgram.Find("kubeadm")!,
            ["config", "validate", "--config", Path.Combine(hosts.Tree, "kubeadm/config.yaml")], cancellationToken);
        validated.ExitCode.ShouldBe(0, $"kubeadm refuses its configuration: {validated.StandardError}");
        validated.StandardError.ShouldBeEmpty("kubeadm has something to say");

        await hosts.MakeCertificates(cancellationToken);
        await hosts.Program("binaries/kubelet", $"#!/bin/sh\necho Kubernetes v{hosts.Kubernetes.Version}\n", cancellationToken);
        (await hosts.Rehearse("k8s-install.sh", Worker, cancellationToken, "--binaries", Path.Combine(hosts.Folder, "binaries"),
            "--join", await Join(hosts, cancellationToken))).ShouldSucceed();

        // Without a kubeconfig it ends where it would ask the API server, and writes nothing on this machine.
        var nowhere = Path.Combine(hosts.Folder, "nowhere");
        var unit = await File.ReadAllTextAsync(hosts.In(Worker, "/etc/systemd/system/kubelet.service"), cancellationToken);
        var flags = Regex.Matches(unit, @"^  (--[^ \n]+)", RegexOptions.Multiline).Select(flag => flag.Groups[1].Value)
            .Select(flag => flag.Replace("${NAME}", Worker, StringComparison.Ordinal)
                .Replace("${ADDRESS}", hosts.Address(Worker), StringComparison.Ordinal))
            .Where(flag => !Regex.IsMatch(flag, "^--(bootstrap-)?kubeconfig=")).ToArray();
        flags.ShouldContain($"--config={hosts.In(Worker, "/etc/globular-kubernetes/kubelet.yaml")}");
        var ended = await SubstratePair.Run(LocalProgram.Find("kubelet")!,
            [.. flags, $"--kubeconfig={nowhere}", $"--root-dir={nowhere}-root", $"--cert-dir={nowhere}-certificates"], cancellationToken);
        var said = ended.StandardOutput + ended.StandardError;
        // It goes on after an unknown key, and says so.
        said.ShouldNotContain("strict decoding", customMessage: $"the kubelet does not know all of its configuration: {said}");
        said.ShouldContain($"stat {nowhere}: no such file", customMessage: "the kubelet gets no further than its flags and configuration");
    }
}
