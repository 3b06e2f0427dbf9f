namespace PlatformGitOps.Generator.Apps.ExternalDns;

/// <summary>Names of External-DNS's objects.</summary>
public static class ExternalDnsNames
{
    public const string Name = "external-dns";

    public const string Namespace = "kube-system";

    public const string Image = "registry.k8s.io/external-dns/external-dns:v0.22.0";

    public const string ShellImage = "docker.io/library/busybox:1.37.0";

    /// <summary>The default prefix of External-DNS before 0.22, which most annotations have.</summary>
    public const string AnnotationPrefix = "external-dns.alpha.kubernetes.io/";

    /// <summary>The default prefix of External-DNS from 0.22 on.</summary>
    public const string NewAnnotationPrefix = "external-dns.kubernetes.io/";

    public const string Secret = "external-dns-credentials";

    public const string GoogleSecret = "external-dns-google-credentials";

    public const int Port = 7979;

    /// <summary>The port of a provider in a second container, on the pod's loopback interface.</summary>
    internal const int WebhookPort = 8888;

    internal const string PortName = "metrics";

    /// <summary>The prefixes that objects may have, whatever an instance reads.</summary>
    internal static readonly string[] AnnotationPrefixes = [AnnotationPrefix, NewAnnotationPrefix];

    /// <summary>The port's name of a provider in a second container.</summary>
    internal const string HealthPortName = "health";

    internal const string AppLabel = "app.kubernetes.io/name";

    internal const string InstanceLabel = "app.kubernetes.io/instance";

    /// <summary>The name of all objects of an instance, and the job label of its metrics.</summary>
    public static string Of(DnsInstance instance) => $"{Name}-{instance.Name}";

    internal static Mapping Labels(DnsInstance instance) => new() { { AppLabel, Name }, { InstanceLabel, instance.Name.Text } };

    internal static Mapping Metadata(DnsInstance instance, string? @namespace = Namespace) =>
        Resources.Metadata(Of(instance), @namespace, Labels(instance));

    internal static Mapping Selector(DnsInstance instance) => new() { { "matchLabels", Labels(instance) } };
}
