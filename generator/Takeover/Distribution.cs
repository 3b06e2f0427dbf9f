namespace PlatformGitOps.Generator.Takeover;

/// <summary>The cluster's distribution, detected from its objects, and its section in docs/takeover.md.</summary>
/// <param name="Name">Its name in messages.</param>
/// <param name="Guide">The anchor of the section.</param>
internal sealed record Distribution(string Name, string Guide)
{
    public static readonly Distribution Eks = new("EKS", "eks");
    public static readonly Distribution EksAuto = new("EKS Auto Mode", "eks-auto-mode");
    public static readonly Distribution Aks = new("AKS", "aks");
    public static readonly Distribution Gke = new("GKE", "gke");
    public static readonly Distribution OpenShift = new("OpenShift", "openshift");
    public static readonly Distribution Talos = new("Talos", "talos");
    public static readonly Distribution K3s = new("k3s", "k3s");
    public static readonly Distribution Kubeadm = new("kubeadm", "kubeadm");
    public static readonly Distribution Other = new("another distribution", "other-distributions");

    /// <summary>The URL of the section.</summary>
    public string Page => Docs.Page($"takeover.md#{Guide}");

    public static Distribution Of(IReadOnlyCollection<Manifest> objects)
    {
        var nodes = objects.Where(resource => resource.Kind == "Node").ToArray();
        bool Labelled(string prefix) => nodes.Any(node => node.Body.EntriesAt("metadata", "labels")
            .Any(label => label.Key.StartsWith(prefix, StringComparison.Ordinal)));
        bool Says(string key, string text) => nodes.Any(node =>
            node.Body.TextAt("status", "nodeInfo", key)?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);
        return nodes switch
        {
            // Before the clouds that it runs on.
            _ when Labelled("node.openshift.io/") || objects.Any(ManagedDns.IsOpenShiftService) => OpenShift,

            // Mixed clusters run CoreDNS for their other nodes, so one node of another kind makes it plain EKS.
            _ when nodes.Length > 0 && nodes.All(IsAuto) => EksAuto,
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

    /// <summary>True for a node of EKS Auto Mode.</summary>
    public static bool IsAuto(Manifest node) => node.Label("eks.amazonaws.com/compute-type") == "auto";

    /// <summary>The field managers of an object.</summary>
    public static IEnumerable<string> Managers(Manifest resource) =>
        resource.Body.MappingsAt("metadata", "managedFields").Select(entry => entry.TextAt("manager")).OfType<string>();
}
