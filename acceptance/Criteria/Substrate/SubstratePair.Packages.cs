namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public sealed partial class SubstratePair
{
    /// <summary>Runs the steps of the package on a host, like globular-installer: its script gets no arguments.</summary>
    /// <returns>What failed; empty if the package is installed.</returns>
    public async Task<string> Apply(string role, CancellationToken cancellationToken)
    {
        const string Package = "package.yaml";
        var staging = Path.Combine(Folder, "packages", role);
        var addresses = Directory.CreateDirectory(Path.Combine(staging, "addresses")).FullName;
        (await LocalProgram.Run("cp", ["-a", Path.Combine(Folder, "tree") + "/.", staging], cancellationToken)).ShouldSucceed();
        // The host's root folder instead of this machine's, and the host's address.
        await File.AppendAllTextAsync(Path.Combine(staging, "scripts", "settings.sh"), $"root='{Root(role)}'\n", cancellationToken);
        var ip = Path.Combine(addresses, "ip");
        await File.WriteAllTextAsync(ip,
            $"#!/bin/sh\necho '2: eth0    inet {(role == "primary" ? Primary : Secondary)}/24 scope global eth0'\n", cancellationToken);
        File.SetUnixFileMode(ip, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var variables = Environment(role);
        variables["PATH"] = $"{addresses}:{System.Environment.GetEnvironmentVariable("PATH")}";
        var read = InstallerPackage.Read(Package, await File.ReadAllTextAsync(Path.Combine(staging, Package), cancellationToken));
        return await read.Apply(staging, variables, async (service, token) =>
            (await LocalProgram.Run(Path.Combine(Folder, "systemctl"), ["is-active", service], token, Environment(role))).ExitCode == 0,
            cancellationToken);
    }

    /// <summary>The substrate of Kubernetes' hosts, installed and answering; its zone has their addresses on this machine.</summary>
    public static async Task<SubstratePair> OfHosts(KubernetesHosts hosts, CancellationToken cancellationToken, int port = 10053)
    {
        var pair = await Prepare(hosts.Delivery, null, cancellationToken, port: port);
        foreach (var host in hosts.Kubernetes.Hosts)
        {
            pair.hosts[pair.Here($"{host.Addresses[0]}")] = hosts.Address(host.Name.Text);
        }

        await pair.WriteTree(null, cancellationToken);
        await pair.Install(cancellationToken);
        return pair;
    }

    private readonly Dictionary<string, string> hosts = [];

    /// <summary>The text with the addresses of Kubernetes' hosts on this machine.</summary>
    private string OfKubernetes(string text) => hosts.Aggregate(text, (all, host) =>
        Regex.Replace(all, $@"\b{Regex.Escape(host.Key)}\b", host.Value));
}
