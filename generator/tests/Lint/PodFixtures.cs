namespace PlatformGitOps.Generator.Tests.Lint;

internal static class PodFixtures
{
    private const string Budget = "kubernetes/infrastructure/networking/coredns/poddisruptionbudget.yaml";
    private const string Settings = "kubernetes/clusters/infra/cluster-settings.yaml";
    private const string Ingress = "kubernetes/components/coredns/ingress-cilium/ciliumnetworkpolicy.yaml";
    private const string AllowDns = "kubernetes/components/networkpolicy/allow-dns-kubernetes/networkpolicy.yaml";
    private const string Folder = "kubernetes/infrastructure/networking/coredns/kustomization.yaml";

    private const string Workload = "kubernetes/infrastructure/networking/coredns/workload.yaml";

    public static IEnumerable<LintFixture> All =>
    [
        new LintFixture("capability-missing", "ALL dropped and the addition taken away")
            .Value("        add:\n          - NET_BIND_SERVICE\n", "        add: null\n"),
        new LintFixture("capability-missing", "another capability added")
            .Value("          - NET_BIND_SERVICE", "          - NET_RAW"),
        new LintFixture("pod-refused", "a second container coredns") { Says = "Two containers of the DNS pods are called 'coredns'" }
            .AddValue("    extraContainers:\n      - name: coredns\n        image: x:1\n        securityContext: { runAsNonRoot: true }\n"),
        new LintFixture("pod-refused", "a second volume") { Says = "Two volumes of the DNS pods are called 'config-volume'" }
            .AddValue("    extraVolumes:\n      - name: config-volume\n        emptyDir: {}\n"),
        new LintFixture("pod-refused", "a mount of nothing") { Says = "The mount 'nothere' has no volume" }
            .AddValue("    extraVolumeMounts:\n      - name: nothere\n        mountPath: /data\n"),
        new LintFixture("pod-refused", "two mounts at one path") { Says = "Two mounts of a container are at '/etc/coredns'" }
            .AddValue("    extraVolumes:\n      - name: data\n        emptyDir: {}\n"
                + "    extraVolumeMounts:\n      - name: data\n        mountPath: /etc/coredns\n"),
        new LintFixture("readiness-after-timeout", "ten minutes") { Says = "600 s after its start at the earliest" }
            .Value("    readinessProbe:\n      enabled: true\n      initialDelaySeconds: 5\n",
                "    readinessProbe:\n      enabled: true\n      initialDelaySeconds: 600\n"),
        new LintFixture("run-as-user-missing", "non-root by name").Value("      runAsUser: 65532\n", ""),
        new LintFixture("spread-without-selector", "no selector") { Says = "counts no pods" }
            .Value("        labelSelector:\n          matchLabels:\n            k8s-app: kube-dns\n", ""),
        new LintFixture("object-word", "a spread in the values") { Says = "'whenUnsatisfiable' in the values of" }
            .Value("whenUnsatisfiable: DoNotSchedule", "whenUnsatisfiable: DoNotSchedul"),
        new LintFixture("object-word", "a budget") { Says = "'unhealthyPodEvictionPolicy' of PodDisruptionBudget coredns-pdb is 'Always'" }
            .Edit(Budget, "AlwaysAllow", "Always"),
        new LintFixture("object-word", "a protocol of a workload") { Where = Workload, Says = "'ports.protocol' of Pod web" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - workload.yaml\n")
            .Add(Workload, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: dns\nspec:\n  containers:\n    - name: web\n"
                + "      image: web:1\n      env: [{ name: restartPolicy, value: sometimes }]\n"
                + "      ports: [{ containerPort: 80, protocol: HTTP }]\n"),
        new LintFixture("file-unused", "nothing names it") { Where = Workload, Says = "nothing applies Pod web" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - my-workload.yaml\n")
            .Add("kubernetes/infrastructure/networking/coredns/my-workload.yaml",
                "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: dns\n")
            .Add(Workload, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: dns\n"),
        new LintFixture("spread-selector", "the chart's label") { Says = "does not count these pods" }
            .Value("        labelSelector:\n          matchLabels:\n            k8s-app: kube-dns\n",
                "        labelSelector:\n          matchLabels:\n            k8s-app: coredns\n"),
        new LintFixture("pdb-both-limits", "both limits").Edit(Budget, "spec:\n", "spec:\n  maxUnavailable: 1\n"),
        new LintFixture("pdb-blocks-drain", "as many as there are") { Says = "allows no eviction of 2 replicas", Where = Budget }
            .Edit(Settings, "COREDNS_MIN_AVAILABLE: \"1\"", "COREDNS_MIN_AVAILABLE: \"2\""),
        new LintFixture("pdb-blocks-drain", "as many as a patch leaves") { Says = "allows no eviction of 2 replicas", Where = Budget }
            .Edit(Settings, "COREDNS_MIN_AVAILABLE: \"1\"", "COREDNS_MIN_AVAILABLE: \"2\"")
            .Edit(Settings, "COREDNS_REPLICAS: \"2\"", "COREDNS_REPLICAS: \"3\"")
            .Value("  values:\n", "  postRenderers:\n    - kustomize:\n        patches:\n          - target: {kind: Deployment}\n"
                + "            patch: |\n              - {op: replace, path: /spec/replicas, value: 2}\n  values:\n"),
        new LintFixture("pdb-blocks-drain", "none may go, in the chart's budget") { Says = "the chart's budget", Also = ["pdb-overlap"] }
            .AddValue("    podDisruptionBudget:\n      maxUnavailable: 0\n"),
        new LintFixture("pdb-overlap", "the chart's budget beside the tree's") { Says = "the chart's budget and PodDisruptionBudget" }
            .AddValue("    podDisruptionBudget:\n      maxUnavailable: 1\n"),
        new LintFixture("pdb-selector", "the chart's label") { Says = "selects no pod" }.Edit(Budget, "k8s-app: kube-dns",
            "k8s-app: coredns"),
        new LintFixture("pdb-selector", "another namespace").Edit(Budget, "namespace: kube-system", "namespace: dns")
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - workload.yaml\n")
            .Add(Workload, "apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  namespace: dns\n  labels:\n    app: web\n"),
        new LintFixture("policy-selector", "the chart's label").Edit(Ingress, "      k8s-app: kube-dns", "      k8s-app: coredns"),
        new LintFixture("policy-peer",
            "allow-dns to pods that are called otherwise") { Where = "kubernetes/infrastructure/networking/coredns/allow.yaml", Says =
            "do not exist" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - allow.yaml\n")
            .Add("kubernetes/infrastructure/networking/coredns/allow.yaml",
                "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: allow-dns\n  namespace: shop\nspec:\n  " +
                "podSelector: {}\n  egress:\n    - to:\n        - namespaceSelector:\n            matchLabels:\n              " +
                "kubernetes.io/metadata.name: kube-system\n          podSelector:\n            matchLabels:\n              k8s-app: " +
                "core-dns\n"),
        new LintFixture("policy-peer", "the same with Cilium") { Where = "kubernetes/infrastructure/networking/coredns/allow.yaml" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - allow.yaml\n")
            .Add("kubernetes/infrastructure/networking/coredns/allow.yaml",
                "apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata:\n  name: allow-dns\n  namespace: shop\nspec:\n  " +
                "endpointSelector: {}\n  egress:\n    - toEndpoints:\n        - matchLabels:\n            " +
                "k8s:io.kubernetes.pod.namespace: kube-system\n            k8s:k8s-app: core-dns\n"),
        new LintFixture("monitor-selector", "a selector of its own")
            .Value("      monitor:\n        enabled: true\n",
                "      monitor:\n        enabled: true\n        selector:\n          matchLabels:\n            app: coredns\n"),
        new LintFixture("service-selector", "a label that no pod has")
            .Value("    service:\n      name: kube-dns\n", "    service:\n      name: kube-dns\n      selector:\n        app: coredns\n"),
        new LintFixture("serve-label-selected", "a Deployment") { Where = Workload, Says = "selects dns.aikernel.io/serve" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - workload.yaml\n")
            .Add(Workload, Replaced("Deployment", "    matchLabels:\n      app: web\n      dns.aikernel.io/serve: \"true\"\n")),
        new LintFixture("serve-label-selected", "a StatefulSet, by expression, a label of its own") { Where = Workload }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - workload.yaml\n")
            .Add(Workload, Replaced("StatefulSet",
                "    matchLabels:\n      app: web\n    matchExpressions:\n      - key: dns.aikernel.io/db\n        operator: Exists\n")),
        new LintFixture("pdb-without-effect", "all may go") { Says = "all 2 replicas" }
            .Edit(Budget, "minAvailable: ${COREDNS_MIN_AVAILABLE}", "maxUnavailable: 2") with { Also = ["variable-unused"] },
        new LintFixture("pdb-without-effect", "none must stay") { Where = Budget }
            .Edit(Settings, "COREDNS_MIN_AVAILABLE: \"1\"", "COREDNS_MIN_AVAILABLE: \"0\""),
        new LintFixture("container-root", "the user root") { Says = "may run root" }.Value("runAsUser: 65532", "runAsUser: 0"),
        new LintFixture("container-root", "any user").Value("runAsNonRoot: true", "runAsNonRoot: false"),
        new LintFixture("container-root", "a way to root") { Says = "may become root" }
            .Value("allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true"),
        new LintFixture("container-root", "a privileged container beside it")
            { Says = "The container 'tap' of extraContainers has privileged: true, the capability NET_ADMIN: it runs in the DNS pods" }
            .AddValue("    extraContainers:\n      - name: tap\n        image: tap:1\n        securityContext:\n"
                + "          privileged: true\n          capabilities:\n            add: [NET_ADMIN]\n"),
        new LintFixture("root-filesystem-writable", "files of the image")
            .Value("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false"),
        new LintFixture("readiness-off", "no probe")
            .Value("    readinessProbe:\n      enabled: true", "    readinessProbe:\n      enabled: false"),
        new LintFixture("rollout-takes-all", "as many as there are") { Says = "all 2 replicas" }
            .Value("maxUnavailable: 0", "maxUnavailable: 2"),
        new LintFixture("rollout-takes-all", "by percentage").Value("maxUnavailable: 0", "maxUnavailable: 100%"),
        new LintFixture("requests-above-limits", "CPU of the release") { Where = LintFixture.Release,
            Says = "request 900m (${COREDNS_CPU_REQUEST}) of cpu" }
            .Edit(Settings, "COREDNS_CPU_REQUEST: 100m", "COREDNS_CPU_REQUEST: 900m"),
        new LintFixture("requests-above-limits", "memory of a Deployment") { Where = Workload,
            Says = "container web of Deployment shop/web" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - workload.yaml\n")
            .Add(Workload, "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n"
                + "  selector: {matchLabels: {app: web}}\n  template:\n"
                + "    metadata:\n      labels:\n        app: web\n    spec:\n      containers:\n        - name: web\n"
                + "          resources:\n            requests: { memory: 1Gi }\n            limits: { memory: 128Mi }\n"),
        new LintFixture("memory-implausible", "thousandths of a byte") { Where = LintFixture.Release,
            Says = "256m (${COREDNS_MEMORY_LIMIT}) of memory: m means thousandths" }
            .Edit(Settings, "COREDNS_MEMORY_LIMIT: 256Mi", "COREDNS_MEMORY_LIMIT: 256m"),
        new LintFixture("policy-dns-port", "queries to the DNS pods") { Says = "nobody can resolve" }
            .Edit(Ingress, "\"53\"", "\"5353\""),
        new LintFixture("policy-dns-port", "over TCP alone") { Says = "lets UDP port 53 in" }
            .Edit(Ingress, "- port: \"53\"\n              protocol: ANY", "- port: \"53\"\n              protocol: TCP"),
        new LintFixture("policy-dns-port", "out of a namespace") { Says = "lets no UDP or TCP port 53 out" }
            .Edit(AllowDns, "port: 53", "port: 5353"),
        new LintFixture("policy-dns-port", "out of a namespace, TCP forgotten") { Says = "lets no TCP port 53 out" }
            .Edit(AllowDns, "        - protocol: TCP\n          port: 53\n", ""),
        new LintFixture("policy-dns-cache", "CoreDNS alone, where pods ask the cache of their node") { Where = Workload,
            Says = "allows queries to the DNS pods, but no UDP or TCP to NodeLocal DNSCache" }
            .Edit(Folder, "  - prometheusrule.yaml\n", "  - prometheusrule.yaml\n  - workload.yaml\n")
            .Add(Workload, DnsPolicyTests.HostCache + "\n---\n" + DnsPolicyTests.CoreDnsAlone),
        new LintFixture("dns-address-range", "outside of the range") { Where = LintFixture.Release,
            Says = "not in 10.245.0.0/16, the range of cluster infra" }
            .Edit(Settings, "COREDNS_CLUSTER_IP: 10.245.0.10", "COREDNS_CLUSTER_IP: 10.99.0.10"),
        new LintFixture("corefile-without-kubernetes", "names of the cluster")
            .Value("          - name: kubernetes\n            parameters: ${CLUSTER_DOMAIN} in-addr.arpa ip6.arpa\n"
                + "            configBlock: |-\n"
                + "              pods insecure\n              fallthrough in-addr.arpa ip6.arpa\n              ttl 5\n", ""),
        new LintFixture("immutable-selector", "a selector of its own")
            .AddValue("    deployment:\n      selector:\n        matchLabels:\n          app: coredns\n"),
        new LintFixture("immutable-cluster-ip", "no address")
            .Value("clusterIP: ${COREDNS_CLUSTER_IP}", "clusterIP: None") with { Also = ["chart-value-type", "variable-unused"] },
        new LintFixture("immutable-cluster-ip", "two addresses") { Says = "begins with 10.245.0.11" }
            .Value("      clusterIP: ${COREDNS_CLUSTER_IP}\n", "      clusterIP: ${COREDNS_CLUSTER_IP}\n      clusterIPs: [10.245.0.11]\n"),
    ];

    private static string Replaced(string kind, string selector) => $$"""
        apiVersion: apps/v1
        kind: {{kind}}
        metadata:
          name: web
          namespace: shop
        spec:
          selector:
        {{selector}}  template:
            metadata:
              labels:
                app: web
                dns.aikernel.io/serve: "true"
                dns.aikernel.io/db: "true"
        ---
        apiVersion: v1
        kind: Service
        metadata:
          name: web
          namespace: shop
          annotations:
            dns.aikernel.io/health-check-serve-label: dns.aikernel.io/db
        spec:
          selector:
            app: web
            dns.aikernel.io/db: "true"

        """;
}
