using System.Collections.Concurrent;

namespace PlatformGitOps.Acceptance.Criteria.Live;

/// <summary>Images of the suite's own programs: no registry has them, so that they are carried into the cluster's nodes.</summary>
public static class ProberImage
{
    private static readonly ConcurrentDictionary<(string Cluster, string Image), string?> Brought = new();

    /// <summary>Skips the test where the image is not on this machine.</summary>
    /// <returns>What tells this image from an older one of the same name.</returns>
    public static async Task<string> Bring(LiveCluster cluster, string image, CancellationToken cancellationToken)
    {
        var brought = await TryBring(cluster, image, cancellationToken);
        if (brought is null)
        {
            Assert.Ignore($"the image {image} is not on this machine; build it with acceptance/prober/build-images, or name another in the setting prober-image");
        }

        return brought;
    }

    /// <summary>What tells this image from an older one of the same name; null where it is not on this machine.</summary>
    public static async Task<string?> TryBring(LiveCluster cluster, string image, CancellationToken cancellationToken)
    {
        if (cluster.Cluster.Capabilities.Kind == "existing")
        {
            return image; // its nodes pull it from wherever the setting says
        }

        var (name, kind) = (cluster.Cluster.Name, cluster.Cluster.Capabilities.Kind);
        if (Brought.TryGetValue((name, image), out var there))
        {
            return there;
        }

        there = await cluster.Engine.ImageId(image, cancellationToken);
        if (there is not null)
        {
            await cluster.Engine.Load(image, kind, name, cancellationToken);
        }

        return Brought[(name, image)] = there;
    }
}
