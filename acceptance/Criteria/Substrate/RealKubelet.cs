namespace PlatformGitOps.Acceptance.Criteria.Substrate;

/// <summary>
/// A real kubelet with its own containerd as the worker of the hosts, if this machine allows it. In its mount namespace the host's folders
/// are /var/lib and /var/log, and the API server's name in the zone is in /etc/hosts. It starts no pod.
/// </summary>
internal sealed class RealKubelet(KubernetesHosts hosts) : IDisposable
{
    private const string Host = KubernetesHosts.Worker;

    /// <summary>Kernel settings that a kubelet would change for the whole machine.</summary>
    private static readonly (string Name, string Value)[] Tunables =
    [
        ("vm/overcommit_memory", "1"), ("vm/panic_on_oom", "0"), ("kernel/panic", "10"), ("kernel/panic_on_oops", "1"),
        ("kernel/keys/root_maxkeys", "1000000"), ("kernel/keys/root_maxbytes", "25000000"),
    ];

    private LocalProgram? runtime;

    /// <summary>Why it cannot run on this machine; null if it can.</summary>
    public static async Task<string?> Missing(CancellationToken cancellationToken)
    {
        if (LocalProgram.Missing("kubelet", "containerd", "unshare") is { } missing)
        {
            return missing;
        }

        foreach (var (name, value) in Tunables)
        {
            var file = $"/proc/sys/{name}";
            var here = File.Exists(file) ? (await File.ReadAllTextAsync(file, cancellationToken)).Trim() : "";
            if (here != value)
            {
                return $"a kubelet would set {name.Replace('/', '.')} of this machine to {value}; it is '{here}'";
            }
        }

        return (await LocalProgram.Run("unshare", ["--mount", "true"], cancellationToken)).ExitCode == 0 ? null
            : "it needs a mount namespace of its own, which this user may not make: run the suite as root";
    }

    /// <summary>Replaces the stand-in in the worker's package; the next Apply starts it.</summary>
    public async Task TakePlace(CancellationToken cancellationToken)
    {
        var (folder, root) = (Directory.CreateDirectory(Path.Combine(hosts.Folder, "ctr")).FullName, hosts.Root(Host));
        var socket = Path.Combine(folder, "c.sock");
        await File.WriteAllTextAsync(Path.Combine(folder, "config.toml"), $"""
            version = 2
            root = "{folder}/root"
            state = "{folder}/state"
            [grpc]
            address = "{socket}"
            [ttrpc]
            address = "{folder}/t.sock"

            """, cancellationToken);
        runtime = LocalProgram.Start(LocalProgram.Find("containerd")!, ["--config", Path.Combine(folder, "config.toml")], folder);
        await Eventually.Within(TimeSpan.FromSeconds(20),
            () => File.Exists(socket).ShouldBeTrue(runtime.Output),
            "containerd listens", cancellationToken);

        // There is no systemd to create its cgroups, and nothing on this machine may change.
        var configuration = Path.Combine(hosts.Folder, "packages", Host, "worker", "kubelet.yaml");
        var text = await File.ReadAllTextAsync(configuration, cancellationToken);
        await File.WriteAllTextAsync(configuration, text
            .Replace("cgroupDriver: systemd", "cgroupDriver: cgroupfs")
            .Replace("/run/containerd/containerd.sock", socket) + $"""
            address: {hosts.Address(Host)}
            cgroupsPerQOS: false
            enforceNodeAllocatable: []
            failSwapOn: false
            makeIPTablesUtilChains: false
            protectKernelDefaults: true

            """, cancellationToken);
        await File.WriteAllTextAsync(Path.Combine(root, "hosts"),
            $"127.0.0.1 localhost\n{hosts.Address(KubernetesHosts.ControlPlane)} kubernetes.{hosts.Settings.Zone}\n", cancellationToken);
        Directory.CreateDirectory(Path.Combine(root, "var/log"));
        var kubelet = LocalProgram.Find("kubelet")!;
        await hosts.Program("worker/real", $$"""
            #!/bin/sh
            [ "$*" != --version ] || exec {{kubelet}} --version
            exec unshare --mount sh -c 'mount --bind "$0/hosts" /etc/hosts && mount --bind "$0/var/lib" /var/lib &&
                mount --bind "$0/var/log" /var/log && mount -t tmpfs none /usr/libexec && exec "$@"' {{root}} {{kubelet}} "$@"

            """, cancellationToken);
        (await hosts.Service(Host, "stop", "kubelet.service", cancellationToken)).ShouldSucceed();
        File.Delete(hosts.In(Host, "/usr/local/bin/kubelet"));
        hosts.Place(Host, "kubelet", Path.Combine(hosts.Folder, "worker", "real"));
    }

    /// <summary>
    /// Waits for its Node, written with a certificate that it requested. A kubelet does not accept a loopback address, and these hosts have
    /// no others, so it requests no serving certificate.
    /// </summary>
    public async Task Joins(CancellationToken cancellationToken)
    {
        await Eventually.Within(TimeSpan.FromSeconds(60), async token =>
        {
            var (status, body) = await hosts.Ask(hosts.Own("admin"), $"/api/v1/nodes/{Host}", token);
            status.ShouldBe("200", body);
            var node = JsonNode.Parse(body)!["status"]!["nodeInfo"];
            ((string?)node?["kubeletVersion"]).ShouldBe($"v{hosts.Kubernetes.Version}", hosts.Log(Host, "kubelet.service"));
            ((string?)node?["containerRuntimeVersion"]).ShouldStartWith("containerd://");
        }, "the kubelet has written its Node", cancellationToken);
    }

    public void Dispose() => runtime?.Dispose();
}
