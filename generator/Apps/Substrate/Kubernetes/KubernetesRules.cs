using System.Net.Sockets;

namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>Checks a cluster on a substrate. SubstrateRules checks its addresses and names together with those of the substrate.</summary>
internal static class KubernetesRules
{
    private const string Key = "kubernetes";

    /// <summary>What is deleted or written by others: the CAs, keys and objects of a cluster would go with it.</summary>
    private static readonly (string Folder, string By)[] Foreign =
    [
        (KubernetesPaths.Etc, "k8s-install.sh"), (KubernetesPaths.Backups, "the snapshots of k8s-backup.sh"),
        ("/var/lib/kubelet", "the kubelet"), ("/var/lib/containerd", "containerd"), ("/etc/kubernetes", "kubeadm"),
        ("/etc/rancher", "k3s"), ("/var/lib/rancher", "k3s"), ("/var/lib/etcd", "the package of etcd"),
        ("/etc/pki", "the system"), ("/etc/systemd", "systemd"), ("/usr/lib/systemd", "systemd"), ("/lib", "the system"),
        ("/bin", "the system"), ("/sbin", "the system"), ("/usr/bin", "the system"), ("/usr/sbin", "the system"),
        ("/boot", "the system"), ("/dev", "the kernel"), ("/proc", "the kernel"), ("/sys", "the kernel"),
        // The units see no home, and what is here does not outlive a restart.
        ("/home", "its users"), ("/root", "its user"), ("/run", "what runs"), ("/tmp", "what runs"),
    ];

    /// <summary>What kube-controller-manager gives a node by default, and how many bits of nodes it counts in a range of IPv6.</summary>
    private const int NodeMask4 = 24;
    private const int NodeMask6 = 64;
    private const int MostBits6 = 16;

    public static void Check(
        IReadOnlyList<(Cluster Cluster, SectionReader At)> clusters, SubstrateSettings substrate, SectionReader at)
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

        var (cluster, place) = clusters.FirstOrDefault(pair => pair.Cluster.Name == kubernetes.Cluster);
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

        CheckPods(cluster, kubernetes, at.At(Key));
        CheckNodes(kubernetes, cluster, at.At(Key), place);
        CheckApiServers(kubernetes, cluster, substrate, place);
    }

    /// <summary>The controller manager gives each node a part of the range, and ends where it cannot.</summary>
    private static void CheckPods(Cluster cluster, KubernetesSettings kubernetes, SectionReader at)
    {
        foreach (var pods in new[] { cluster.Pods, cluster.Second?.Pods }.OfType<Values.Cidr>())
        {
            var (mask, longest) = pods.Family == AddressFamily.InterNetworkV6 ? (NodeMask6, MostBits6) : (NodeMask4, NodeMask4);
            var bits = mask - pods.PrefixLength;
            var problem = bits > longest ? "are more than kube-controller-manager takes: it ends"
                : bits < 0 ? $"are less than the /{mask} that kube-controller-manager gives a node: it ends"
                : bits < MostBits6 && kubernetes.Workers.Length > 1 << bits
                    ? $"hold {1 << bits} ranges of /{mask}, and each of the {kubernetes.Workers.Length} workers gets one" : null;
            if (problem is not null)
            {
                at.Report(SubstrateRules.PodRange, "cluster", $"The pods {pods} of the cluster '{cluster.Name}' {problem}.",
                    $"Write a range such as /{mask - 8}.");
            }
        }
    }

    /// <summary>A plain policy knows nodes by the ranges of the definition alone.</summary>
    private static void CheckNodes(KubernetesSettings kubernetes, Cluster cluster, SectionReader at, SectionReader place)
    {
        if (cluster is not { NetworkPolicy: NetworkPolicyFlavour.Kubernetes, Nodes: { } nodes } || !place.IsSound("network.nodes"))
        {
            return;
        }

        foreach (var (host, entry) in kubernetes.ControlPlanes.Zip(at.Entries("controlPlanes"))
            .Concat(kubernetes.Workers.Zip(at.Entries("workers"))))
        {
            var (index, address) = host.Addresses.Index().FirstOrDefault(pair => pair.Item.AddressFamily == nodes.Family);
            if (address is not null && !nodes.Contains(address))
            {
                entry.Report(SubstrateRules.NodeOutside, $"addresses[{index}]",
                    $"The node {address} is outside of the nodes {nodes} of the cluster '{cluster.Name}' (line "
                        + $"{place.PositionOf("network.nodes").Line}): the policies let its host network reach no DNS pod of another node.",
                    "Write a range in 'network.nodes' that has every node.");
            }
        }
    }

    /// <summary>The ranges of <c>apiServer</c> are what the controller may connect to, and what no Service may declare.</summary>
    private static void CheckApiServers(KubernetesSettings kubernetes, Cluster cluster, SubstrateSettings substrate, SectionReader place)
    {
        if (cluster.HealthController is not { ApiServer: { IsEmpty: false } written })
        {
            return;
        }

        var known = cluster.RangesFor(RangeUse.Nodes).Concat(written).ToArray();
        if (kubernetes.ControlPlanes.Select(host => host.Addresses.FirstOrDefault()).FirstOrDefault(
            address => address is not null && !known.Any(range => range.Contains(address))) is { } missing)
        {
            place.Report(SubstrateRules.ApiServer, "healthController.apiServer",
                $"The API server {missing} of the substrate '{substrate.Name}' is not among these ranges: a policy may keep the health "
                    + "controller from it, and Services may declare its address.",
                $"Add {missing}/{missing.GetAddressBytes().Length * 8}.", "healthController.enabled", "network.nodes");
        }
    }

    /// <summary>A host can run both parts. Each creates, restores and deletes its folders as a whole, with its own permissions.</summary>
    private static void CheckFolders(SubstrateSettings substrate, KubernetesSettings kubernetes, SectionReader at)
    {
        var taken = SubstratePaths.Of(substrate).Folders.Select(folder => (Folder: folder, By: "the DNS of this substrate"))
            .Concat(Foreign).ToList();
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

            else if (folder.LastIndexOf('/') == 0)
            {
                at.Report(SubstrateRules.FolderTaken, at.PositionOf(key), $"The folder {folder} of '{key}' is at the top of the host, "
                    + "where other programs have their folders.", $"Write a folder below it, such as {folder}/globular.");
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
