using PlatformGitOps.Generator.Apps.ExternalDns;
using PlatformGitOps.Generator.Backup;

namespace PlatformGitOps.Generator.Tests.Plan.Records;

/// <summary>One cluster, infra, with one External-DNS for example.com and the policy sync, and another cluster without any.</summary>
internal static class Published
{
    /// <summary>Owned, and asked for by no object.</summary>
    public const string Stale = """
        old.example.com. 60 IN A 192.0.2.7
        a-old.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=infra,external-dns/resource=service/shop/old"
        free.example.com. 60 IN A 192.0.2.8
        theirs.example.com. 60 IN A 192.0.2.9
        a-theirs.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=apps,external-dns/resource=service/shop/theirs"
        """;

    /// <summary>The zone of a second instance, with a name that the first one's does not have.</summary>
    public static readonly BackedUpZone SecondZone = new("second", "example.com", "infra", ZoneRecord.Read("""
        only.example.com. 60 IN A 192.0.2.9
        a-only.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=infra,external-dns/resource=service/shop/only"
        """));

    private const string Folder = "kubernetes/infrastructure/external-dns/infra";

    private const string Definition = """
        repository: { url: https://github.com/example/platform.git }
        clusters:
          - name: infra
            network: { pods: 10.244.0.0/16, services: 10.245.0.0/16 }
            externalDns:
              instances:
                - name: shared
                  provider: rfc2136
                  policy: sync
                  domainFilters: [example.com]
                  rfc2136: { host: 192.0.2.53, keyName: external-dns }
          - { name: apps, network: { pods: 10.246.0.0/16, services: 10.247.0.0/16 } }
        """;

    private static readonly Platform Read =
        Given.Defined(Definition);

    /// <summary>The tree with other instances, and with a Service that asks for a name.</summary>
    public static EditedTree Tree(Func<DnsInstance, IEnumerable<DnsInstance>> change, string? name = null, bool prune = true)
    {
        var cluster = Read.Clusters[0];
        var settings = cluster.Of<ExternalDnsSettings>()!;
        ImmutableArray<DnsInstance> instances = [.. change(settings.Instances[0])];
        var tree = EditedTree.Of(Read with
        {
            Clusters = Read.Clusters.SetItem(0, cluster with
            {
                Applications = instances.IsEmpty ? cluster.Applications.Remove(ExternalDnsNames.Name)
                    : cluster.Applications.SetItem(ExternalDnsNames.Name, settings with { Instances = instances }),
            }),
        });
        return name is null ? tree
            : tree.Edit($"{Folder}/kustomization.yaml", "resources:\n", "resources:\n  - asking.yaml\n").With($"{Folder}/asking.yaml", $"""
                apiVersion: v1
                kind: Service
                metadata:
                  name: asking
                  namespace: shop
                  annotations:
                    external-dns.alpha.kubernetes.io/hostname: {name}
                    kustomize.toolkit.fluxcd.io/prune: {(prune ? "enabled" : "disabled")}
                spec:
                  type: LoadBalancer
                """);
    }

    public static PlanResult To(Func<DnsInstance, DnsInstance> change, DnsBackup? backup = null) =>
        ToAll(instance => [change(instance)], backup);

    public static PlanResult ToAll(Func<DnsInstance, IEnumerable<DnsInstance>> change, DnsBackup? backup = null) =>
        Compare(Tree(instance => [instance]), Tree(change), backup);

    /// <summary>The instance moves to the cluster apps.</summary>
    public static PlanResult Moved(DnsLabel? owner, DnsBackup backup)
    {
        var (infra, apps) = (Read.Clusters[0], Read.Clusters[1]);
        var settings = infra.Of<ExternalDnsSettings>()!;
        settings = settings with { Instances = [settings.Instances[0] with { OwnerId = owner }] };
        return Compare(Tree(instance => [instance]), EditedTree.Of(Read with
        {
            Clusters =
            [
                infra with { Applications = infra.Applications.Remove(ExternalDnsNames.Name) },
                apps with { Applications = apps.Applications.SetItem(ExternalDnsNames.Name, settings) },
            ],
        }), backup);
    }

    public static PlanResult Compare(EditedTree before, EditedTree after, DnsBackup? backup = null) => PlanRun.Compare(
        before.Source(), after.Source(), _ => true, backup is null ? [] : [backup], CancellationToken.None);

    /// <summary>Two names that two Services ask for and the cluster owns.</summary>
    public static DnsBackup Backup(string records = "", ImmutableArray<Manifest>? objects = null) => new()
    {
        Cluster = "infra",
        DefinitionText = Definition,
        Published = objects ??
        [
            Service("api", (ExternalDnsNames.AnnotationPrefix + "hostname", "api.example.com")),
            Service("www", (ExternalDnsNames.AnnotationPrefix + "hostname", "WWW.shop.example.com.")),
        ],
        ZoneRecords =
        [
            new BackedUpZone("shared", "example.com", "infra", ZoneRecord.Read($"""
                api.example.com. 60 IN A 192.0.2.1
                a-api.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=infra,external-dns/resource=service/shop/api"
                www.shop.example.com. 60 IN CNAME api.example.com.
                cname-www.shop.example.com. 0 IN TXT "heritage=external-dns,external-dns/owner=infra,external-dns/resource=service/shop/w"
                {records}
                """)),
        ],
    };

    public static Manifest Service(string name, params (string Key, string Value)[] annotations) => Given.Manifest($$"""
        apiVersion: v1
        kind: Service
        metadata:
          name: {{name}}
          namespace: shop
          annotations: { {{string.Join(", ", annotations.Select(pair => $"{pair.Key}: \"{pair.Value}\""))}} }
        spec: { type: LoadBalancer }
        """);

    public static Manifest Ingress(string name, string host) => Given.Manifest($$"""
        apiVersion: networking.k8s.io/v1
        kind: Ingress
        metadata: { name: {{name}}, namespace: shop }
        spec: { rules: [{ host: {{host}} }] }
        """);
}
