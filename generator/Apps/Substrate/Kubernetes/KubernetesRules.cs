namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>Checks a cluster on a substrate. SubstrateRules checks its addresses and names together with those of the substrate.</summary>
internal static class KubernetesRules
{
    private const string Key = "kubernetes";

    public static void Check(Platform platform, SubstrateSettings substrate, SectionReader at)
    {
        if (substrate.Kubernetes is not { } kubernetes)
        {
            return;
        }

        CheckHosts(kubernetes, at.At(Key));
        CheckFolders(substrate, kubernetes, at.At(Key));
        if (kubernetes.Register?.StartsWith("https://", StringComparison.Ordinal) == false)
        {
            at.Report(SubstrateRules.Register, $"{Key}.register", $"The discovery {kubernetes.Register} is asked without TLS.",
                "Write a URL with https://.");
        }

        var cluster = platform.Clusters.FirstOrDefault(cluster => cluster.Name == kubernetes.Cluster);
        if (cluster is null || cluster.SubstrateName != substrate.Name)
        {
            at.Report(SubstrateRules.KubernetesCluster, $"{Key}.cluster", cluster is null
                    ? $"Cluster '{kubernetes.Cluster}' is not in this definition."
                    : $"The cluster '{cluster.Name}' does not name the substrate '{substrate.Name}'.",
                $"Name a cluster of this definition that has 'substrate: {substrate.Name}'.");
            return;
        }

        if (cluster.Kubernetes is { } version && (version.Major, version.Minor) != (kubernetes.Version.Major, kubernetes.Version.Minor))
        {
            at.Report(SubstrateRules.KubernetesVersion, $"{Key}.version",
                $"The cluster '{cluster.Name}' has Kubernetes {version.Major}.{version.Minor}, its programs would be "
                    + $"{kubernetes.Version}.",
                "Write one version in both places.");
        }

        if (kubernetes.ControlPlanes.Any(host => host.Addresses.FirstOrDefault()?.AddressFamily is { } family
            && family != cluster.Services.Family))
        {
            at.Report(SubstrateRules.Family, $"{Key}.controlPlanes",
                $"The first address of a control plane is not of the family of the services {cluster.Services}.",
                "Write an address of that family first: the API server advertises it.");
        }
    }

    /// <summary>A host can run both parts. Each creates, restores and deletes its folders as a whole, with its own permissions.</summary>
    private static void CheckFolders(SubstrateSettings substrate, KubernetesSettings kubernetes, SectionReader at)
    {
        var taken = SubstratePaths.Of(substrate).Folders.Select(folder => (Folder: folder, By: "the DNS of this substrate")).ToList();
        foreach (var (folder, key) in new[]
        {
            (kubernetes.StateFolder, "stateFolder"), (kubernetes.KubernetesFolder, "kubernetesFolder"),
            (kubernetes.ScriptFolder, "scriptFolder"),
        })
        {
            if (taken.FirstOrDefault(other => Inside(folder, other.Folder) || Inside(other.Folder, folder)) is { Folder: { } other } owner)
            {
                at.Report(SubstrateRules.FolderTaken, at.PositionOf(key), $"The folder {folder} of '{key}' overlaps {other}, which belongs "
                    + $"to {owner.By}.", "Write a folder that holds none of the other parts and is inside of none.");
            }

            taken.Add((folder, $"'{key}'"));
        }
    }

    private static bool Inside(string path, string folder) => path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);

    private static void CheckHosts(KubernetesSettings kubernetes, SectionReader at)
    {
        if (kubernetes.ControlPlanes.IsEmpty && !at.Has("controlPlanes"))
        {
            at.Report(SubstrateRules.ControlPlane, at.Position, "No host has an API server.",
                "Add 'controlPlanes' with a name and an address.");
        }
        else if (kubernetes.Etcd.Length is not (1 or 3))
        {
            at.Report(SubstrateRules.EtcdMembers, at.Has("etcd") ? "etcd" : "controlPlanes",
                $"Etcd would have {kubernetes.Etcd.Length} members: two stop when either does, and more than three only cost.",
                "Name one host or three under 'etcd'.");
        }

        foreach (var (worker, entry) in kubernetes.Workers.Zip(at.Entries("workers"))
            .Where(pair => kubernetes.ControlPlanes.Concat(kubernetes.Etcd).Any(host => host.Name == pair.First.Name)))
        {
            entry.Report(SubstrateRules.KubernetesHost, "name", $"The worker '{worker.Name}' is a host of the control plane or of etcd.",
                "Name another host: what runs on a worker must not reach the keys of the CAs.");
        }
    }
}
