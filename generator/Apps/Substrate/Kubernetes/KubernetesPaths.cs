namespace PlatformGitOps.Generator.Apps.Substrate.Kubernetes;

/// <summary>Where the parts of Kubernetes are on a host.</summary>
internal static class KubernetesPaths
{
    public const string Etc = "/etc/globular-kubernetes";
    public const string Programs = "/usr/local/bin";

    /// <summary>Where a host's own health checks reach what nobody else should.</summary>
    public const string Local = "127.0.0.1";

    /// <summary>The account of the control plane; k8s-install.sh makes it.</summary>
    public const string User = "kubernetes";

    /// <summary>The account that Debian's etcd-server makes.</summary>
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
