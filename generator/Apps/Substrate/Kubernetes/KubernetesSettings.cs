namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>The etcd, control plane and workers of a cluster on a substrate: its key <c>kubernetes</c>.</summary>
public sealed partial record KubernetesSettings
{
    public const int ApiPort = 6443;

    /// <summary>The DNS label of all API servers in the zone.</summary>
    public const string ApiName = "kubernetes";

    private static readonly TextShape<string> Folder = Forms.Matching("/var/lib/globular", FolderForm(), new Fault(SubstrateRules.Folder,
        "is not an absolute path of letters, digits, '.', '_' and '-'", "Write a path such as /var/lib/globular."));

    /// <summary>The cluster of the definition with its ranges, domain and DNS address.</summary>
    public required DnsLabel Cluster { get; init; }

    /// <summary>The version of kube-apiserver and the other programs.</summary>
    public required SemVer Version { get; init; }

    public required ImmutableArray<SubstrateHost> ControlPlanes { get; init; }

    /// <summary>The members of etcd; often the control-plane hosts.</summary>
    public required ImmutableArray<SubstrateHost> Etcd { get; init; }

    public required ImmutableArray<SubstrateHost> Workers { get; init; }

    /// <summary>The validity of a certificate; it is renewed after two thirds of it.</summary>
    public required int CertificateDays { get; init; }

    /// <summary>The discovery service at which the API server registers (POST /api/register); null for none.</summary>
    public required string? Register { get; init; }

    /// <summary>The folder with the CAs, and with etcd's data and certificates.</summary>
    public required string StateFolder { get; init; }

    /// <summary>The folder with the API server's files.</summary>
    public required string KubernetesFolder { get; init; }

    public required string ScriptFolder { get; init; }

    /// <summary>All hosts, each once, control planes first.</summary>
    public IEnumerable<SubstrateHost> Hosts => ControlPlanes.Concat(Etcd).Concat(Workers).DistinctBy(host => host.Name);

    internal static KubernetesSettings Bind(Section section)
    {
        ImmutableArray<SubstrateHost> List(string name, string description) =>
            section.MappingList(name, description, (1, 1000, SubstrateRules.Count), SubstrateHost.BindNamed);

        var cluster = section.Required("cluster", Forms.Label,
            "The cluster of this definition that it runs: it gives the ranges, the domain and the address of DNS.");
        var version = section.Required("version", Forms.Version with { Example = "1.32.4" }, "The version of its programs.");
        var (control, etcd) = (List("controlPlanes", "The hosts with an API server; one at least."),
            List("etcd", "The hosts with etcd, one or three; the control planes where the list is missing."));
        return new KubernetesSettings
        {
            Cluster = cluster,
            Version = version,
            ControlPlanes = control,
            Etcd = etcd.IsEmpty ? control : etcd,
            Workers = List("workers", "The hosts with a kubelet."),
            CertificateDays = section.Number("certificateDays", 90, 7, 825,
                "The life of a certificate; a daily timer renews it after two thirds of it."),
            Register = section.Optional("register", Forms.Url with { Example = "https://discovery.globular.internal:10016" },
                "The discovery in which an API server is registered by POST /api/register, beside its SRV and TXT records."),
            StateFolder = section.Text("stateFolder", Folder, "/var/lib/globular",
                "The substrate's folder: its CAs in pki, the certificates of etcd in config/tls, the objects in etcd."),
            KubernetesFolder = section.Text("kubernetesFolder", Folder, "/var/lib/kubernetes",
                "The folder of the API server, with its certificates in pki."),
            ScriptFolder = section.Text("scriptFolder", Folder, "/usr/lib/globular/scripts", "Where the scripts are installed."),
        };
    }

    [GeneratedRegex("^(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+\\z")]
    private static partial Regex FolderForm();
}
