namespace PlatformGitOps.Generator.Tests.Lint;

internal static class ExternalDnsFixtures
{
    private const string Folder = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
    private const string Shop = "kubernetes/infrastructure/networking/coredns/shop.yaml";

    public static IEnumerable<LintFixture> All =>
    [
        Routing("cloudflare", "aws-region: eu-central-1", "which External-DNS ignores with the provider cloudflare"),
        Routing("rfc2136", "set-identifier: eu", "which External-DNS ignores with the provider rfc2136"),
        Routing("aws", "aws-weight: \"10\"", "no set-identifier"),
        Routing("aws", "aws-failover: first", "has another value of aws-failover"),
        new LintFixture("external-dns-prefix", "the old prefix, and an External-DNS that reads the new one")
            {
                Where = Shop, Says = "external-dns.alpha.kubernetes.io/hostname, and the External-DNS of cluster infra reads " +
                    "external-dns.kubernetes.io/",
            }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - shop.yaml\n")
            .Add(Shop, """
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

    private static LintFixture Routing(string provider, string annotation, string says) =>
        new LintFixture("external-dns-routing", $"{annotation} with {provider}") { Where = Shop, Says = says }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - shop.yaml\n")
            .Add(Shop, $"""
                apiVersion: v1
                kind: Service
                metadata:
                  name: shop
                  namespace: shop
                  annotations:
                    external-dns.alpha.kubernetes.io/hostname: shop.example.com
                    external-dns.alpha.kubernetes.io/{annotation}
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
