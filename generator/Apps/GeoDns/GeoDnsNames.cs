namespace PlatformGitOps.Generator.Apps.GeoDns;

/// <summary>Names of geographic routing.</summary>
public static class GeoDnsNames
{
    public const string Name = "geo-dns";

    /// <summary>Its key in a cluster's mapping.</summary>
    public const string Key = "geoRouting";

    public const string Namespace = "kube-system";

    /// <summary>The metrics Service, and the job label of its series.</summary>
    public const string Metrics = Name + "-metrics";

    /// <summary>The container next to CoreDNS that writes the zones.</summary>
    public const string Writer = "zones";

    public const string Server = "coredns";

    /// <summary>The view for clients near no region.</summary>
    public const string DefaultView = "default";

    public const string ConfigFolder = "/etc/geo-dns";

    public const string ZonesFolder = "/run/geo-dns";

    public const string DatabaseFolder = "/run/geo-database";

    public const string DatabaseFile = "city.mmdb";

    public const string Corefile = "Corefile";

    public const string WriterConfig = "geo.yaml";

    public const int DnsPort = 53;

    public const int ServerMetricsPort = 9153;

    public const int HealthPort = 8081;

    public const int ReadyPort = 8181;

    public const int WriterPort = 8080;

    public const string AppLabel = "app.kubernetes.io/name";

    internal static Mapping Labels() => new() { { AppLabel, Name } };

    internal static Mapping Selector() => new() { { "matchLabels", Labels() } };

    internal static Mapping Metadata(string name = Name, string? @namespace = Namespace) => Resources.Metadata(name, @namespace, Labels());
}
