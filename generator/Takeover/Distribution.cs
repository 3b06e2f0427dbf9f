using PlatformGitOps.Generator.Flux;

namespace PlatformGitOps.Generator.Takeover;

/// <summary>Who made the cluster, as far as its objects tell, and where docs/takeover.md speaks of it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Guide">The heading's anchor.</param>
internal sealed record Distribution(string Name, string Guide)
{
    public static readonly Distribution Eks = new("EKS", "eks");
    public static readonly Distribution EksAuto = new("EKS Auto Mode", "eks-auto-mode");
    public static readonly Distribution Aks = new("AKS", "aks");
    public static readonly Distribution Gke = new("GKE", "gke");
    public static readonly Distribution Talos = new("Talos", "talos");
    public static readonly Distribution K3s = new("k3s", "k3s");
    public static readonly Distribution Kubeadm = new("kubeadm", "kubeadm");
    public static readonly Distribution Other = new("another distribution", "other-distributions");

    /// <summary>The page and the heading.</summary>
    public string Page => $"docs/takeover.md#{Guide}";

    public static Distribution Of(IReadOnlyCollection<Manifest> objects)
    {
        var nodes = objects.Where(resource => resource.Kind == "Node").ToArray();
        bool Labelled(string prefix) => nodes.Any(node => node.Body.EntriesAt("metadata", "labels")
            .Any(label => label.Key.StartsWith(prefix, StringComparison.Ordinal)));
        bool Says(string key, string text) => nodes.Any(node =>
            node.Body.TextAt("status", "nodeInfo", key)?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);
        return nodes switch
        {
            // Mixed clusters have CoreDNS for the other nodes: one node of the other kind and it is EKS.
            _ when nodes.Length > 0 && nodes.All(node => node.Label("eks.amazonaws.com/compute-type") == "auto") => EksAuto,
            _ when Labelled("eks.amazonaws.com/") || Says("kubeletVersion", "-eks-") => Eks,
            _ when Labelled("kubernetes.azure.com/") => Aks,
            _ when Labelled("cloud.google.com/gke-") || Says("kubeletVersion", "-gke.") => Gke,
            _ when Says("osImage", "Talos") => Talos,
            _ when Says("kubeletVersion", "+k3s") => K3s,
            _ when nodes.Any(node => node.Annotation("kubeadm.alpha.kubernetes.io/cri-socket") is not null) => Kubeadm,
            _ when objects.Any(resource => resource.Kind != "Node" && Managers(resource).Contains("kubeadm")) => Kubeadm,
            _ => Other,
        };
    }

    /// <summary>The programs that wrote fields of an object.</summary>
    public static IEnumerable<string> Managers(Manifest resource) =>
        resource.Body.MappingsAt("metadata", "managedFields").Select(entry => entry.TextAt("manager")).OfType<string>();
}
