using System.Net.Sockets;

namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>The systemd units of a cluster's hosts. Differences between hosts are in host.env, which k8s-install.sh writes.</summary>
internal static class KubernetesUnits
{
    public static IEnumerable<(string Name, string Text)> Of(SubstrateSettings substrate, Cluster cluster)
    {
        var kubernetes = substrate.Kubernetes!;
        yield return ("globular-etcd.service", Etcd(substrate, kubernetes));
        yield return ("kube-apiserver.service", ApiServer(substrate, cluster, kubernetes));
        yield return ("kube-controller-manager.service", ControllerManager(cluster, kubernetes));
        yield return ("kube-scheduler.service", Scheduler(cluster, kubernetes));
        yield return ("kubelet.service", Kubelet(cluster));
        var (library, folders) = (kubernetes.ScriptFolder,
            $"-{KubernetesPaths.Pki(kubernetes)} -{KubernetesPaths.Tls(kubernetes)} -{KubernetesPaths.Own(kubernetes)}");
        yield return ("k8s-certs.service", Task($"Renews the certificates of {cluster.Name} that are due",
            $"{library}/k8s-generate-certs.sh", folders, "CAP_CHOWN CAP_DAC_OVERRIDE CAP_FOWNER"));
        yield return ("k8s-certs.timer", SubstrateUnits.Timer("Renews the certificates of Kubernetes that are due", """
            OnCalendar=daily
            Persistent=yes
            RandomizedDelaySec=1h
            """));
        yield return ("k8s-certs-changed.path", $"""
            [Unit]
            Description=Watches the certificates that the API server and etcd serve

            [Path]
            PathChanged={KubernetesPaths.Own(kubernetes)}/apiserver.crt
            PathChanged={KubernetesPaths.Tls(kubernetes)}/etcd-server.crt

            [Install]
            WantedBy=multi-user.target

            """);
        yield return ("k8s-certs-changed.service", Task("Restarts what does not serve its new certificate",
            $"{library}/k8s-apply-certs.sh", "", "CAP_DAC_OVERRIDE"));
        yield return ("k8s-health.service", Task($"Looks after this host's part of {cluster.Name}", $"{library}/k8s-health.sh",
            $"-{SubstratePaths.Metrics}", "CAP_DAC_OVERRIDE CAP_FOWNER"));
        yield return ("k8s-health.timer", Every("Looks after this host's part of Kubernetes", "5min"));
        yield return ("k8s-approve.service", Task("Signs the serving certificates of the definition's workers",
            $"{library}/k8s-node.sh approve", "", "CAP_DAC_OVERRIDE"));
        yield return ("k8s-approve.timer", Every("Signs the serving certificates of the definition's workers", "1min"));
        yield return ("k8s-backup.service", Task($"Keeps the objects and CAs of {cluster.Name}", $"{library}/k8s-backup.sh create",
            "/var/backups", "CAP_DAC_OVERRIDE CAP_FOWNER CAP_CHOWN", $"ConditionPathExists={SubstratePaths.BackupKey}\n"));
        yield return ("k8s-backup.timer", SubstrateUnits.BackupTimer("the objects and CAs of Kubernetes"));
    }

    /// <summary>NAME=URL for each member, in etcd's format.</summary>
    public static string InitialCluster(KubernetesSettings kubernetes) =>
        string.Join(',', kubernetes.Etcd.Select(member => $"{member.Name}=https://{Url(member.Addresses[0])}:2380"));

    /// <summary>The members' own addresses: a loopback address would be a different etcd on each host.</summary>
    public static string Endpoints(KubernetesSettings kubernetes) =>
        string.Join(',', kubernetes.Etcd.Select(member => $"https://{Url(member.Addresses[0])}:2379"));

    private static string Url(IPAddress address) =>
        address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : address.ToString();

    private static string Etcd(SubstrateSettings substrate, KubernetesSettings kubernetes)
    {
        var (pki, tls) = (KubernetesPaths.Pki(kubernetes), KubernetesPaths.Tls(kubernetes));
        return Service($"etcd of the substrate {substrate.Name}", KubernetesPaths.EtcdUser, "Conflicts=etcd.service\n",
            $"ReadWritePaths={KubernetesPaths.Data(kubernetes)}\n",
            "/usr/bin/etcd",
            "--name=${NAME}",
            $"--data-dir={KubernetesPaths.Data(kubernetes)}",
            "--listen-client-urls=https://${URL_ADDRESS}:2379",
            "--advertise-client-urls=https://${URL_ADDRESS}:2379",
            "--listen-peer-urls=https://${URL_ADDRESS}:2380",
            "--initial-advertise-peer-urls=https://${URL_ADDRESS}:2380",
            $"--initial-cluster={InitialCluster(kubernetes)}",
            $"--initial-cluster-token={substrate.Name}",
            "--initial-cluster-state=${ETCD_STATE}",
            $"--cert-file={tls}/etcd-server.crt",
            $"--key-file={tls}/etcd-server.key",
            "--client-cert-auth=true",
            $"--trusted-ca-file={pki}/etcd-ca.crt",
            $"--peer-cert-file={tls}/etcd-peer.crt",
            $"--peer-key-file={tls}/etcd-peer.key",
            "--peer-client-cert-auth=true",
            $"--peer-trusted-ca-file={pki}/etcd-ca.crt",
            "--quota-backend-bytes=8589934592");
    }

    private static string ApiServer(SubstrateSettings substrate, Cluster cluster, KubernetesSettings kubernetes)
    {
        var own = KubernetesPaths.Own(kubernetes);
        return Service($"API server of {cluster.Name}", KubernetesPaths.User, "After=globular-etcd.service\n", "",
            $"{KubernetesPaths.Programs}/kube-apiserver",
            "--bind-address=${ADDRESS}",
            "--advertise-address=${ADDRESS}",
            $"--secure-port={SubstratePaths.Number(KubernetesSettings.ApiPort)}",
            $"--external-hostname=kubernetes.{substrate.Zone}",
            $"--etcd-servers={Endpoints(kubernetes)}",
            $"--etcd-cafile={own}/etcd-ca.crt",
            $"--etcd-certfile={own}/apiserver-etcd-client.crt",
            $"--etcd-keyfile={own}/apiserver-etcd-client.key",
            $"--tls-cert-file={own}/apiserver.crt",
            $"--tls-private-key-file={own}/apiserver.key",
            "--tls-min-version=VersionTLS12",
            $"--client-ca-file={own}/kubernetes-client-ca.crt",
            $"--kubelet-certificate-authority={own}/kubernetes-ca.crt",
            $"--kubelet-client-certificate={own}/apiserver-kubelet-client.crt",
            $"--kubelet-client-key={own}/apiserver-kubelet-client.key",
            "--kubelet-preferred-address-types=InternalIP,Hostname",
            $"--proxy-client-cert-file={own}/front-proxy-client.crt",
            $"--proxy-client-key-file={own}/front-proxy-client.key",
            $"--requestheader-client-ca-file={own}/front-proxy-ca.crt",
            "--requestheader-allowed-names=front-proxy-client",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            $"--service-account-issuer=https://kubernetes.default.svc.{cluster.Domain}",
            $"--service-account-key-file={own}/sa.pub",
            $"--service-account-signing-key-file={own}/sa.key",
            $"--service-cluster-ip-range={Ranges(cluster.Services, cluster.Second?.Services)}",
            $"--encryption-provider-config={KubernetesPaths.Encryption(kubernetes)}",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--enable-bootstrap-token-auth=true",
            // Network plugins and kube-proxy have privileged containers; its default refuses them. Pod Security labels decide.
            "--allow-privileged=true");
    }

    private static string ControllerManager(Cluster cluster, KubernetesSettings kubernetes)
    {
        var own = KubernetesPaths.Own(kubernetes);
        return Service($"Controller manager of {cluster.Name}", KubernetesPaths.User, "After=kube-apiserver.service\n", "",
            $"{KubernetesPaths.Programs}/kube-controller-manager",
            $"--bind-address={KubernetesPaths.Local}",
            $"--kubeconfig={KubernetesPaths.Etc}/controller-manager.conf",
            $"--authentication-kubeconfig={KubernetesPaths.Etc}/controller-manager.conf",
            $"--authorization-kubeconfig={KubernetesPaths.Etc}/controller-manager.conf",
            "--use-service-account-credentials=true",
            "--controllers=*,bootstrapsigner,tokencleaner",
            "--allocate-node-cidrs=true",
            $"--cluster-name={cluster.Name}",
            $"--cluster-cidr={Ranges(cluster.Pods, cluster.Second?.Pods)}",
            $"--service-cluster-ip-range={Ranges(cluster.Services, cluster.Second?.Services)}",
            $"--root-ca-file={own}/ca.crt",
            $"--service-account-private-key-file={own}/sa.key",
            $"--cluster-signing-kubelet-client-cert-file={own}/kubernetes-client-ca-signing.crt",
            $"--cluster-signing-kubelet-client-key-file={own}/kubernetes-client-ca.key",
            $"--cluster-signing-kube-apiserver-client-cert-file={own}/kubernetes-client-ca-signing.crt",
            $"--cluster-signing-kube-apiserver-client-key-file={own}/kubernetes-client-ca.key",
            $"--cluster-signing-kubelet-serving-cert-file={own}/kubernetes-ca-signing.crt",
            $"--cluster-signing-kubelet-serving-key-file={own}/kubernetes-ca.key",
            $"--cluster-signing-duration={SubstratePaths.Number(kubernetes.CertificateDays * 24)}h");
    }

    private static string Scheduler(Cluster cluster, KubernetesSettings kubernetes) => Service(
        $"Scheduler of {cluster.Name}", KubernetesPaths.User, "After=kube-apiserver.service\n", "",
        $"{KubernetesPaths.Programs}/kube-scheduler",
        $"--bind-address={KubernetesPaths.Local}",
        $"--kubeconfig={KubernetesPaths.Etc}/scheduler.conf",
        $"--authentication-kubeconfig={KubernetesPaths.Etc}/scheduler.conf",
        $"--authorization-kubeconfig={KubernetesPaths.Etc}/scheduler.conf");

    /// <summary>Runs as root with full access: it starts the containers.</summary>
    private static string Kubelet(Cluster cluster) => $$"""
        [Unit]
        Description=Kubelet of {{cluster.Name}}
        Wants=network-online.target containerd.service
        After=network-online.target containerd.service
        StartLimitIntervalSec=0

        [Service]
        EnvironmentFile={{KubernetesPaths.Etc}}/host.env
        ExecStart={{KubernetesPaths.Programs}}/kubelet \
          --config={{KubernetesPaths.Etc}}/kubelet.yaml \
          --kubeconfig=/var/lib/kubelet/kubeconfig \
          --bootstrap-kubeconfig={{KubernetesPaths.Etc}}/bootstrap.conf \
          --hostname-override=${NAME} \
          --node-ip=${ADDRESS}
        Restart=always
        RestartSec=1
        KillMode=process
        Delegate=yes
        UMask=0077

        [Install]
        WantedBy=multi-user.target

        """;

    internal static string Ranges(params Values.Cidr?[] ranges) => string.Join(',', ranges.Where(range => range is not null));

    /// <summary>A unit that restarts a second after it ends, without a limit.</summary>
    private static string Service(
        string description, string user, string order, string paths, string program, params string[] flags) => $"""
        [Unit]
        Description={description}
        Wants=network-online.target
        After=network-online.target
        {order}StartLimitIntervalSec=0

        [Service]
        EnvironmentFile={KubernetesPaths.Etc}/host.env
        ExecStart={program} \
          {string.Join(" \\\n  ", flags)}
        Restart=always
        RestartSec=1
        User={user}
        Group={user}
        {paths}LimitNOFILE=1048576
        CapabilityBoundingSet=
        {SubstrateUnits.Hardening}
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
        SystemCallFilter=@system-service

        [Install]
        WantedBy=multi-user.target

        """;

    private static string Task(string description, string command, string paths, string capabilities, string condition = "") => $"""
        [Unit]
        Description={description}
        {condition}
        [Service]
        Type=oneshot
        ExecStart=/bin/sh {command}
        TimeoutStartSec=1h
        {(paths.Length == 0 ? "" : $"ReadWritePaths={paths}\n")}CapabilityBoundingSet={capabilities}
        {SubstrateUnits.Hardening}
        RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

        """;

    private static string Every(string description, string interval) => SubstrateUnits.Timer(description, $"""
        OnBootSec=2min
        OnUnitActiveSec={interval}
        RandomizedDelaySec=10
        """);
}
