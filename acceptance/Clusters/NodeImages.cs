using PlatformGitOps.Acceptance.Ports;

namespace PlatformGitOps.Acceptance.Clusters;

/// <summary>Carries images of this machine into the nodes of clusters that the suite made, which could pull them from nowhere.</summary>
public sealed class NodeImages(ICommands commands, IContainerEngine engine)
{
    private const string Archive = "/image.tar"; // not below /run or /tmp, where k3s may have file systems of its own

    /// <summary>Nodes of kind that hold the image already are left alone by kind.</summary>
    public Task Carry(string kind, string cluster, string image, CancellationToken cancellationToken) => kind switch
    {
        "kind" => commands.Run(new CommandLine("kind", "load", "docker-image", image, "--name", cluster), cancellationToken),
        "k3s" => Import(cluster, image, cancellationToken),
        _ => Task.CompletedTask, // nodes of an existing cluster pull from wherever the setting says
    };

    /// <summary>What kind does for its nodes: saved, copied in, imported where the kubelet looks.</summary>
    private async Task Import(string container, string image, CancellationToken cancellationToken)
    {
        var file = Path.Combine((await RunSession.Current).Session.Folder, $"{Guid.NewGuid():n}.tar");
        await commands.Run(new CommandLine("docker", "save", "--output", file, image), cancellationToken);
        await commands.Run(new CommandLine("docker", "cp", file, $"{container}:{Archive}"), cancellationToken);
        File.Delete(file);
        foreach (var step in new string[][] { ["ctr", "--namespace", "k8s.io", "images", "import", Archive], ["rm", Archive] })
        {
            var result = await engine.Exec(container, step, cancellationToken);
            if (!result.Succeeded)
            {
                throw new CommandFailedException(new CommandLine(step[0], step[1..]), result);
            }
        }
    }
}
