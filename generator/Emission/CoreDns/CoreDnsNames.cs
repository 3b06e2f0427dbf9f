namespace PlatformGitOps.Generator.Emission.CoreDns;

/// <summary>Names that clusters, alerts and policies hold on to; most come out of the chart and may not drift from it.</summary>
public static class CoreDnsNames
{
    public const string Namespace = "kube-system";

    /// <summary>The release, the Deployment, the ServiceAccount and the chart's source.</summary>
    public const string Release = "coredns";

    /// <summary>What kubeadm, the kubelet's configuration and many tools expect the Service to be called.</summary>
    public const string Service = "kube-dns";

    public const string DisruptionBudget = "coredns-pdb";

    /// <summary>The label by which policies and people find the DNS pods.</summary>
    public const string AppLabel = "k8s-app";

    /// <summary>The value of <see cref="AppLabel"/>; it is part of the Deployment's selector, which cannot change.</summary>
    public const string App = "kube-dns";

    /// <summary>The job label of the scraped series: the name of the Service that the ServiceMonitor selects.</summary>
    public const string MetricsJob = "coredns-metrics";

    public const int DnsPort = 53;

    public const int MetricsPort = 9153;

    public const int HealthPort = 8080;

    public const int ReadyPort = 8181;
}
