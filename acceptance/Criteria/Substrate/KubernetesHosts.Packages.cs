namespace PlatformGitOps.Acceptance.Criteria.Substrate;

public sealed partial class KubernetesHosts
{
    /// <summary>Takes the steps of a package on a host, as globular-installer does: its script gets no arguments.</summary>
    /// <returns>What failed; empty where the package is installed.</returns>
    public async Task<string> Apply(string package, string host, CancellationToken cancellationToken)
    {
        var staging = Path.Combine(Folder, "packages", host);
        if (!Directory.Exists(staging))
        {
            Directory.CreateDirectory(staging);
            await Copy(TreeOf(host), staging, cancellationToken);
            // The root folder of the host takes the place of this machine's.
            await File.AppendAllTextAsync(Path.Combine(staging, "scripts", "k8s-settings.sh"), $"root='{Root(host)}'\n", cancellationToken);
            // As the host has its addresses, for whoever asks which ones they are.
            await Program($"addresses/{host}/ip", $"#!/bin/sh\necho '2: eth0    inet {Address(host)}/24 scope global eth0'\n",
                cancellationToken);
        }

        var read = InstallerPackage.Read(package, await File.ReadAllTextAsync(Path.Combine(staging, package), cancellationToken));
        var variables = Variables(host);
        variables["PATH"] = $"{Folder}/addresses/{host}:{Environment.GetEnvironmentVariable("PATH")}";
        return await read.Apply(staging, variables,
            async (service, token) => (await Service(host, "is-active", service, token)).ExitCode == 0, cancellationToken);
    }
}
