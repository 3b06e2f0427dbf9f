namespace PlatformGitOps.Generator.Tests.Lint;

internal static class ExternalDnsFixtures
{
    private const string Shop = "shop.yaml";

    /// <summary>What geographic routing for geo.example.com brings.</summary>
    public const string GeoZone = """
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: geo-dns-12345678
          namespace: shop
        data:
          geo.yaml: |
            zone: geo.example.com
            region: eu
        """;

    public static IEnumerable<LintFixture> All =>
    [
        Routing("cloudflare", "aws-region: eu-central-1", "with the provider aws alone: here it is cloudflare"),
        Routing("rfc2136", "set-identifier: eu", "with the provider aws alone: here it is rfc2136"),
        Routing("aws", "aws-weight: \"10\"", "no set-identifier"),
        Routing("aws", "aws-failover: first", "has aws-failover 'first', which Route 53 does not know", "set-identifier: eu"),
        Routing("aws", "aws-failover: PRIMARY", "has no aws-health-check-id", "set-identifier: eu"),
        Routing("aws", "set-identifier: eu", "and no routing"),
        Routing("aws", "aws-region: eu-central-1", "routes a record in one way alone", "set-identifier: eu", "aws-weight: \"10\""),
        Routing("google", "aws-health-check-id: check-1", "with the provider aws alone: here it is google"),
        Geo("shop.example.com", "cluster infra has no geographic routing"),
        Geo("shop.example.com", "the zone of cluster infra is geo.example.com", GeoZone),
        GeoBeside("geo-region: us", "has dns.aikernel.io/geo-region: us, which is not a region of geoRouting.regions"),
        GeoBeside("geo-weight: \"256\"", "geo-weight: 256, which is not a number from 0 to 255"),
        GeoBeside("geo-priority: high", "geo-priority: high, which is not a number from 0 to 1000"),
        GeoBeside("geo-policy: nearest", "geo-policy: nearest, which is not one of latency, failover, weighted, priority"),
        new LintFixture("external-dns-prefix", "the old prefix, and an External-DNS that reads the new one")
            {
                Says = "external-dns.alpha.kubernetes.io/hostname, and the External-DNS of cluster infra reads " +
                    "external-dns.kubernetes.io/",
            }
            .Apply(Shop, """
                apiVersion: v1
                kind: Service
                metadata:
                  name: shop
                  namespace: shop
                  annotations:
                    external-dns.alpha.kubernetes.io/hostname: shop.example.com
                spec:
                  type: ExternalName
                  externalName: shop.example.net
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: external-dns
                  namespace: shop
                spec:
                  selector:
                    matchLabels:
                      app: external-dns
                  template:
                    metadata:
                      labels:
                        app: external-dns
                    spec:
                      containers:
                        - name: external-dns
                          image: registry.k8s.io/external-dns/external-dns:v0.22.0
                          args:
                            - --annotation-prefix=external-dns.kubernetes.io/
                """),
    ];

    public static LintFixture Geo(string hostname, string says, string also = "") =>
        new LintFixture("geo-annotation-unread", says) { Says = says }
            .Apply(Shop, $"""
                apiVersion: v1
                kind: Service
                metadata:
                  name: shop
                  namespace: shop
                  annotations:
                    dns.aikernel.io/geo-hostname: {hostname}
                spec:
                  type: ExternalName
                  externalName: shop.example.net

                """ + also);

    /// <summary>A Service whose name is in the zone, with one more annotation.</summary>
    public static LintFixture GeoBeside(string annotation, string says) =>
        Geo($"shop.geo.example.com\n    dns.aikernel.io/{annotation}", says, GeoZone + "\n    regions: {eu: {order: [eu]}}\n") with
        {
            Rule = "geo-annotation-refused",
        };

    private static LintFixture Routing(string provider, string annotation, string says, params string[] also) =>
        new LintFixture("external-dns-routing", $"{annotation} with {provider}: {says}") { Says = says }
            .Apply(Shop, $"""
                apiVersion: v1
                kind: Service
                metadata:
                  name: shop
                  namespace: shop
                  annotations:
                    external-dns.alpha.kubernetes.io/hostname: shop.example.com
                    {string.Join("\n    ", also.Prepend(annotation).Select(line => $"external-dns.alpha.kubernetes.io/{line}"))}
                spec:
                  type: ExternalName
                  externalName: shop.example.net
                ---
                apiVersion: apps/v1
                kind: Deployment
                metadata:
                  name: external-dns
                  namespace: shop
                spec:
                  selector:
                    matchLabels:
                      app: external-dns
                  template:
                    metadata:
                      labels:
                        app: external-dns
                    spec:
                      containers:
                        - name: external-dns
                          image: registry.k8s.io/external-dns/external-dns:v0.22.0
                          args:
                            - --provider={provider}
                            - --domain-filter=example.com
                            - --annotation-prefix=external-dns.alpha.kubernetes.io/
                """);
}
