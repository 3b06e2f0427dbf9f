namespace PlatformGitOps.Generator.Tests.Lint;

internal static class ExternalDnsFixtures
{
    private const string Folder = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";
    private const string Shop = "kubernetes/infrastructure/networking/coredns/shop.yaml";

    public static IEnumerable<LintFixture> All =>
    [
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
}
