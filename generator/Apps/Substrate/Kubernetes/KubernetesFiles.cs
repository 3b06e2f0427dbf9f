namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>
/// <c>substrate/&lt;name&gt;/kubernetes</c>: everything that a cluster's hosts need except keys, which are created there. Each host selects
/// its part by its addresses. It also has the same cluster as configuration for k3s and kubeadm.
/// </summary>
internal static class KubernetesFiles
{
    private const string BindingApi = "rbac.authorization.k8s.io";

    /// <summary>RBAC bindings that Kubernetes does not create itself.</summary>
    private static readonly (string Name, string Role, string Kind, string Subject)[] Bindings =
    [
        ("substrate-kubelets-join", "system:node-bootstrapper", "Group", "system:bootstrappers"),
        ("substrate-kubelets-first-certificate", "system:certificates.k8s.io:certificatesigningrequests:nodeclient", "Group",
            "system:bootstrappers"),
        ("substrate-kubelets-renew", "system:certificates.k8s.io:certificatesigningrequests:selfnodeclient", "Group", "system:nodes"),
        ("substrate-api-server-to-kubelets", "system:kubelet-api-admin", "User", "kube-apiserver-kubelet-client"),
    ];

    public static IEnumerable<GeneratedFile> Files(SubstrateSettings substrate, Cluster cluster, SourceRepository repository)
    {
        var (folder, kubernetes) = ($"substrate/{substrate.Name}/kubernetes", substrate.Kubernetes!);
        foreach (var (name, text) in KubernetesUnits.Of(substrate, cluster))
        {
            yield return SubstrateFiles.File($"{folder}/units/{name}", '#', text);
        }

        yield return SubstrateFiles.File($"{folder}/scripts/k8s-settings.sh", '#', Settings(substrate, cluster));
        foreach (var (script, text) in SubstrateFiles.Scripts("Substrate.Kubernetes.Scripts.")
            .Append(("k8s-common.sh", SubstrateFiles.Common)))
        {
            yield return new GeneratedFile($"{folder}/scripts/{script}", text);
        }

        foreach (var (name, role, kind, subject) in Bindings)
        {
            yield return Layout.File($"{folder}/bindings/{name}.yaml", Binding(name, role, kind, subject));
        }

        yield return Layout.File($"{folder}/worker/kubelet.yaml", Kubelet(cluster, kubernetes));
        yield return Layout.File($"{folder}/alerts.yaml", KubernetesAlerts.Rules(substrate, repository));
        yield return Layout.File($"{folder}/kubernetes-control-plane.yaml", Package("kubernetes-control-plane", kubernetes,
            ["globular-etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler"], kubernetes.ControlPlanes));
        yield return Layout.File($"{folder}/kubernetes-worker-node.yaml", Package("kubernetes-worker-node", kubernetes, ["kubelet"], []));
        if (kubernetes.Etcd.Any(member => kubernetes.ControlPlanes.All(host => host.Name != member.Name)))
        {
            yield return Layout.File($"{folder}/etcd.yaml", Package("etcd", kubernetes, ["globular-etcd"], []));
        }

        yield return Layout.File($"{folder}/k3s/config.yaml", OtherInstallers.K3s(substrate, cluster));
        yield return Layout.File($"{folder}/kubeadm/config.yaml", [.. OtherInstallers.Kubeadm(substrate, cluster)]);
    }

    private static string Settings(SubstrateSettings substrate, Cluster cluster)
    {
        var kubernetes = substrate.Kubernetes!;
        string Hosts(IEnumerable<SubstrateHost> hosts) => string.Join(' ', hosts.Select(host => $"{host.Name}={host.Addresses[0]}"));
        return SubstrateFiles.Assignments(
            ("substrate", substrate.Name.Text),
            ("zone_name", substrate.Zone.Text),
            ("cluster", cluster.Name.Text),
            ("version", kubernetes.Version.ToString()),
            ("control_planes", Hosts(kubernetes.ControlPlanes)),
            ("etcd_members", Hosts(kubernetes.Etcd)),
            ("workers", Hosts(kubernetes.Workers)),
            ("initial_cluster", KubernetesUnits.InitialCluster(kubernetes)),
            ("service_ip", $"{cluster.Services.AddressAt(1)}"),
            ("domain", cluster.Domain.Text),
            ("certificate_seconds", $"{kubernetes.CertificateDays * 86400L}"),
            ("ca_seconds", $"{3650 * 86400L}"),
            ("register_url", kubernetes.Register ?? ""),
            ("settings_pki", KubernetesPaths.Pki(kubernetes)),
            ("settings_tls", KubernetesPaths.Tls(kubernetes)),
            ("settings_kubernetes_pki", KubernetesPaths.Own(kubernetes)),
            ("settings_etc", KubernetesPaths.Etc),
            ("settings_etcd_data", KubernetesPaths.Data(kubernetes)),
            ("settings_library", kubernetes.ScriptFolder),
            ("settings_programs", KubernetesPaths.Programs),
            ("settings_downloads", "https://dl.k8s.io"),
            ("settings_local", KubernetesPaths.Local),
            ("settings_metrics", SubstratePaths.Metrics),
            ("settings_backup_key", SubstratePaths.BackupKey),
            ("settings_user", KubernetesPaths.User),
            ("settings_etcd_user", KubernetesPaths.EtcdUser),
            ("settings_packages", KubernetesPaths.Packages),
            ("settings_unit", "etcd.service"));
    }

    /// <summary>
    /// A package for globular-installer (spec version 1); its run_script step takes no arguments, so k8s-install.sh selects its part by the
    /// host's addresses.
    /// </summary>
    private static Mapping Package(
        string name, KubernetesSettings kubernetes, IEnumerable<string> services, IReadOnlyCollection<SubstrateHost> hosts)
    {
        // etcd can run on other hosts.
        var here = services.Where(service => service != "globular-etcd" || hosts.Count == 0
            || hosts.All(host => kubernetes.Etcd.Any(member => member.Name == host.Name)));
        return new Mapping
        {
            { "version", 1 },
            { "metadata", new Mapping
                {
                    { "name", name },
                    { "version", kubernetes.Version.ToString() },
                    { "kind", "infrastructure" },
                    { "profiles", Resources.Texts(name == "kubernetes-worker-node" ? "worker" : "control-plane") },
                }
            },
            { "steps", Sequence.Of(
                new Mapping { { "id", "packages" }, { "type", "install_os_packages" },
                    { "packages", Resources.Texts(name == "kubernetes-worker-node" ? ["openssl", "curl", "containerd"]
                        : KubernetesPaths.Packages.Split(' ')) } },
                new Mapping { { "id", "install" }, { "type", "run_script" }, { "script", "k8s-install.sh" }, { "required", true },
                    { "timeout", "30m" } },
                new Mapping { { "id", "health" }, { "type", "health_checks" },
                    { "services", Resources.Texts(here.Select(service => $"{service}.service")) } })
            },
        };
    }

    private static Mapping Binding(string name, string role, string kind, string subject) => new()
    {
        { "apiVersion", $"{BindingApi}/v1" },
        { "kind", "ClusterRoleBinding" },
        { "metadata", new Mapping { { "name", name } } },
        { "roleRef", new Mapping { { "apiGroup", BindingApi }, { "kind", "ClusterRole" }, { "name", role } } },
        { "subjects", Sequence.Of(new Mapping { { "apiGroup", BindingApi }, { "kind", kind }, { "name", subject } }) },
    };

    private static Mapping Kubelet(Cluster cluster, KubernetesSettings kubernetes) => new()
    {
        { "apiVersion", "kubelet.config.k8s.io/v1beta1" },
        { "kind", "KubeletConfiguration" },
        { "authentication", new Mapping
            {
                { "anonymous", new Mapping { { "enabled", false } } },
                { "webhook", new Mapping { { "enabled", true } } },
                { "x509", new Mapping { { "clientCAFile", $"{KubernetesPaths.Own(kubernetes)}/kubernetes-client-ca.crt" } } },
            }
        },
        { "authorization", new Mapping { { "mode", "Webhook" } } },
        { "cgroupDriver", "systemd" },
        { "clusterDNS", Resources.Texts(cluster.Dns.ClusterIP.ToString()) },
        { "clusterDomain", cluster.Domain.Text },
        { "containerRuntimeEndpoint", "unix:///run/containerd/containerd.sock" },
        { "healthzBindAddress", KubernetesPaths.Local },
        { "rotateCertificates", true },
        { "serverTLSBootstrap", true },
        { "tlsMinVersion", "VersionTLS12" },
    };
}

/// <summary>Paths of Kubernetes on a host.</summary>
internal static class KubernetesPaths
{
    public const string Etc = "/etc/globular-kubernetes";
    public const string Backups = "/var/backups/globular-kubernetes";
    public const string Programs = "/usr/local/bin";

    /// <summary>The address for a host's own health checks, which others must not reach.</summary>
    public const string Local = "127.0.0.1";

    /// <summary>The account of the control plane; k8s-install.sh creates it.</summary>
    public const string User = "kubernetes";

    /// <summary>The account that Debian's etcd-server creates.</summary>
    public const string EtcdUser = "etcd";

    public const string Packages = "etcd-server etcd-client openssl curl jq";

    /// <summary>The CAs with their keys.</summary>
    public static string Pki(KubernetesSettings kubernetes) => $"{kubernetes.StateFolder}/pki";

    /// <summary>The certificates of etcd.</summary>
    public static string Tls(KubernetesSettings kubernetes) => $"{kubernetes.StateFolder}/config/tls";

    /// <summary>The key with which API servers encrypt Secrets.</summary>
    public static string Encryption(KubernetesSettings kubernetes) => $"{Own(kubernetes)}/encryption.yaml";

    public static string Data(KubernetesSettings kubernetes) => $"{kubernetes.StateFolder}/etcd";

    /// <summary>The certificates of the control plane.</summary>
    public static string Own(KubernetesSettings kubernetes) => $"{kubernetes.KubernetesFolder}/pki";
}
