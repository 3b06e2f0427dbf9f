namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Patches of the chart's objects, which the values do not show.</summary>
internal static class ChartPatchFixtures
{
    public static IEnumerable<LintFixture> All =>
    [
        Patch("chart-patch-dns", "another selector", "Service", "kube-dns", "{op: replace, path: /spec/selector, value: {a: b}}",
            "has the Service select a=b, and the DNS pods do not have it"),
        Patch("chart-patch-dns", "no selector", "Service", "kube-dns", "{op: remove, path: /spec/selector}",
            "takes the selector of the Service away"),
        Patch("chart-patch-dns", "a port less", "Service", "kube-dns", "{op: remove, path: /spec/ports/1}", "takes TCP 53 (tcp-53)"),
        Patch("chart-patch-dns", "a port that leads elsewhere", "Service", "kube-dns",
            "{op: replace, path: /spec/ports/0/targetPort, value: 99}", "leads UDP 53 (udp-53) of the Service to the port 99"),
        Patch("chart-patch-dns", "another address", "Service", "kube-.*", "{op: replace, path: /spec/clusterIP, value: 10.245.0.99}",
            "gives the Service the address 10.245.0.99 in place of 10.245.0.10"),
        Patch("chart-patch-dns", "pods of the node alone", "Service", "kube-dns",
            "{op: add, path: /spec/internalTrafficPolicy, value: Local}", "pods on a node without a DNS pod"),
        Patch("chart-patch-dns", "one pod", "Deployment", "coredns", "{op: replace, path: /spec/replicas, value: 1}",
            "runs 1 DNS pods in place of 2"),
        Patch("chart-patch-dns", "its own client", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/dnsPolicy, value: ClusterFirst}", "they ask themselves"),
        Patch("chart-patch-dns", "no spread", "Deployment", "coredns",
            "{op: remove, path: /spec/template/spec/topologySpreadConstraints}", "all may run on one node"),
        Patch("chart-patch-dns", "another label", "Deployment", "coredns",
            "{op: replace, path: /spec/template/metadata/labels/k8s-app, value: dns}",
            "has the Service select k8s-app=kube-dns, and the DNS pods do not have it"),
        Patch("chart-patch-dns", "an immutable selector", "Deployment", "coredns",
            "{op: add, path: /spec/selector/matchLabels/app, value: dns}", "which is immutable"),
        Patch("chart-patch-dns", "another Corefile", "ConfigMap", "coredns", "{op: replace, path: /data/Corefile, value: x}",
            "replaces the Corefile"),
        Patch("chart-patch-dns", "another program", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/0/command, value: [sleep]}", "changes what the container coredns runs"),
        Patch("chart-patch-dns", "a file called -quiet", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/0/args/1, value: -quiet}", "changes what the container coredns runs"),
        Patch("chart-patch-dns", "another file", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/containers/0/args, value: [-quiet, -conf, /own/Corefile]}",
            "changes what the container coredns runs"),
        Patch("chart-patch-dns", "a Corefile from elsewhere", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/volumes/0/configMap/name, value: own}", "its Corefile from elsewhere"),
        Patch("chart-patch-dns", "all away at once", "Deployment", "coredns",
            "{op: replace, path: /spec/strategy, value: {type: Recreate}}", "the strategy Recreate"),
        Patch("chart-patch-dns", "nodes of Windows", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/nodeSelector, value: {kubernetes.io/os: windows}}", "with kubernetes.io/os: windows"),
        Patch("chart-patch-dns", "one node", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/nodeSelector, value: {kubernetes.io/hostname: node-1}}", "all DNS pods on the node"),
        Patch("chart-patch-dns", "an empty host name", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/nodeSelector, value: {kubernetes.io/hostname: ''}}",
            "selects nodes with an empty kubernetes.io/hostname, and no node has it: no new DNS pod is placed."),
        Patch("chart-patch-dns", "an empty operating system", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/nodeSelector, value: {kubernetes.io/os: ''}}",
            "selects nodes with an empty kubernetes.io/os, and no node has it: no new DNS pod is placed."),
        Patch("chart-patch-dns", "one node by its name", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/nodeName, value: node-1}", "all DNS pods on the node node-1"),
        Merge("chart-patch-dns", "no node", "apiVersion: apps/v1, kind: Deployment, metadata: {name: coredns, namespace: kube-system}, "
            + "spec: {template: {spec: {nodeSelector: {disk: ssd}, affinity: {nodeAffinity: {"
            + "requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: [{matchExpressions: [{key: disk, operator: In, "
            + "values: [hdd]}]}]}}}}}}", "exclude each node that their nodeSelector selects"),
        Patch("chart-patch-dns", "another account of the pods", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/serviceAccountName, value: default}",
            "runs the DNS pods as ServiceAccount kube-system/default, to which the ClusterRole of CoreDNS is not bound"),
        Patch("chart-patch-dns", "another account of the binding", "ClusterRoleBinding", "coredns",
            "{op: replace, path: /subjects/0/name, value: dns}", "ServiceAccount kube-system/coredns, to which the ClusterRole"),
        Patch("chart-patch-dns", "another role of the binding", "ClusterRoleBinding", "coredns",
            "{op: replace, path: /roleRef/name, value: view}", "changes the roleRef of the ClusterRoleBinding"),
        Patch("chart-patch-dns", "no Services", "ClusterRole", "coredns",
            "{op: replace, path: /rules/0/resources, value: [pods, namespaces]}", "takes list or watch of services from the ClusterRole"),
        Patch("chart-patch-dns", "no watch", "ClusterRole", "coredns", "{op: replace, path: /rules/1/verbs, value: [list]}",
            "takes list or watch of endpointslices from the ClusterRole"),
        Patch("chart-patch-dns", "no rules", "ClusterRole", ".*", "{op: replace, path: /rules, value: []}",
            "takes list or watch of services, namespaces, endpointslices from the ClusterRole"),
        Patch("chart-patch-dns", "no token", "ServiceAccount", "coredns", "{op: add, path: /automountServiceAccountToken, value: false}",
            "takes the token of the ServiceAccount"),
        Merge("chart-patch-dns", "no binding",
            "apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: coredns}, $patch: delete",
            "deletes the ClusterRoleBinding of the chart: CoreDNS may not list Services"),
        Patch("chart-patch-dns", "a scaler that goes lower", "HorizontalPodAutoscaler", "coredns",
            "{op: replace, path: /spec/minReplicas, value: 1}", "lets the scaler run 1 DNS pods, and 2 are the fewest") with
            { Scaled = true },
        Patch("chart-patch-dns", "a scaler without room", "HorizontalPodAutoscaler", "coredns",
            "{op: replace, path: /spec/maxReplicas, value: 1}", "lets the scaler run 1 DNS pods at most, and 2 are the fewest") with
            { Scaled = true },
        Patch("chart-patch-dns", "a scaler of another workload", "HorizontalPodAutoscaler", "coredns",
            "{op: replace, path: /spec/scaleTargetRef/name, value: dns}", "scale something else") with { Scaled = true },
        Patch("chart-patch-dns", "a budget of all", "PodDisruptionBudget", "coredns",
            "{op: replace, path: /spec/maxUnavailable, value: 2}", "allow the eviction of all 2 DNS pods at once")
            .AddValue("    podDisruptionBudget:\n      maxUnavailable: 1\n"),
        Patch("chart-patch-dns", "a budget of none", "PodDisruptionBudget", "coredns",
            "{op: replace, path: /spec/maxUnavailable, value: 0}", "allow no eviction of 2 DNS pods")
            .AddValue("    podDisruptionBudget:\n      maxUnavailable: 1\n"),
        Patch("chart-patch-dns", "a budget of all by percentage", "PodDisruptionBudget", "coredns",
            "{op: replace, path: /spec/maxUnavailable, value: 100%}", "allow the eviction of all 2 DNS pods at once")
            .AddValue("    podDisruptionBudget:\n      maxUnavailable: 1\n"),
        Patch("chart-patch-dns", "a budget of none by percentage", "PodDisruptionBudget", "coredns",
            "{op: replace, path: /spec/maxUnavailable, value: 0%}", "allow no eviction of 2 DNS pods")
            .AddValue("    podDisruptionBudget:\n      maxUnavailable: 1\n"),
        Patch("chart-patch-dns", "a budget of 100 %", "PodDisruptionBudget", "coredns",
            "{op: replace, path: /spec, value: {minAvailable: 100%, selector: {matchLabels: {k8s-app: kube-dns}}}}",
            "allow no eviction of 2 DNS pods").AddValue("    podDisruptionBudget:\n      maxUnavailable: 1\n"),
        Patch("chart-patch-dns", "a budget of others", "PodDisruptionBudget", "coredns",
            "{op: add, path: /spec/selector/matchLabels/app, value: web}", "has the budget select other pods")
            .AddValue("    podDisruptionBudget:\n      maxUnavailable: 1\n"),
        Patch("chart-patch-image", "another program", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/containers/0/image, value: 'nginx:1.27'}",
            "runs the image nginx:1.27 in place of coredns/coredns:1.11.4, and its name is not that of CoreDNS"),
        Patch("chart-patch-image", "another version", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/containers/0/image, value: 'coredns/coredns:1.12.0'}",
            "in place of coredns/coredns:1.11.4, by which Corefile, alerts and known faults are judged"),
        Patch("chart-patch-image", "whatever is newest", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/containers/0/image, value: coredns/coredns}", "by which Corefile"),
        Images("chart-patch-image", "another version by images", "newTag: 1.12.0", "runs the image coredns/coredns:1.12.0 in place of"),
        Merge("chart-patch-dns", "no Service",
            "apiVersion: v1, kind: Service, metadata: {name: kube-dns, namespace: kube-system}, $patch: delete",
            "deletes the Service of the chart"),
        Patch("chart-patch-security", "no restrictions", "Deployment", "coredns",
            "{op: remove, path: /spec/template/spec/containers/0/securityContext}",
            "gives the container capabilities back that the values drop"),
        Merge("chart-patch-security", "root", "apiVersion: apps/v1, kind: Deployment, metadata: {name: coredns, namespace: kube-system}, "
            + "spec: {template: {spec: {securityContext: {runAsNonRoot: false}}}}", "takes runAsNonRoot: true from the pods"),
        Patch("chart-patch-security", "the node's network", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/hostNetwork, value: true}", "in the network of the node"),
        Patch("chart-patch-security", "privileged", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/0/securityContext/privileged, value: true}", "with privileged: true"),
        Patch("chart-patch-security", "the user root", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/securityContext/runAsUser, value: 0}", "gives the pods runAsUser: 0, which is root"),
        Patch("chart-patch-security", "a capability more", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/0/securityContext/capabilities/add/-, value: NET_ADMIN}",
            "adds the capability NET_ADMIN to the container"),
        Patch("chart-patch-security", "the node's processes", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/hostPID, value: true}", "hostPID: true: the DNS pods see the processes of the node"),
        Patch("chart-patch-security", "the node's memory", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/hostIPC, value: true}", "sets hostIPC: true"),
        Patch("chart-patch-security", "the pod's processes", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/shareProcessNamespace, value: true}", "sets shareProcessNamespace: true"),
        Patch("chart-patch-security", "all system calls", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/0/securityContext/seccompProfile, value: {type: Unconfined}}",
            "gives the container the seccompProfile Unconfined"),
        Patch("chart-patch-security", "a privileged container more", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/-, value: {name: tap, image: 'tap:1', securityContext: {privileged: true}}}",
            "adds the container 'tap' (containers) with privileged: true."),
        Patch("chart-patch-security", "an initContainer as root", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/initContainers, value: [{name: first, image: 'first:1', securityContext: {runAsUser: 0, "
                + "capabilities: {add: [CAP_NET_ADMIN, NET_BIND_SERVICE]}}}]}",
            "adds the container 'first' (initContainers) with runAsUser: 0, the capability NET_ADMIN."),
        Patch("chart-patch-security", "more rights of a container of the values", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/1/securityContext, value: {privileged: true}}",
            "gives the container 'tap' (containers) privileged: true.")
            .AddValue("    extraContainers:\n      - name: tap\n        image: tap:1\n"),
        Patch("chart-patch-dns", "no capability for the port", "Deployment", "coredns",
            "{op: remove, path: /spec/template/spec/containers/0/securityContext/capabilities/add}",
            "takes the capability NET_BIND_SERVICE from the container coredns: CoreDNS cannot bind port 53"),
        Patch("chart-patch-target", "a kind with a typing error", "Deploymnt", "coredns", Harm, "is for Deploymnt coredns, which the chart "
            + "does not make of these values: it changes nothing"),
        Patch("chart-patch-target", "another name", "Service", "coredns", Harm, "is for Service coredns, which the chart does not make"),
        Patch("chart-patch-target", "an object that is switched off", "HorizontalPodAutoscaler", "coredns", Harm,
            "is for HorizontalPodAutoscaler coredns, which the chart does not make"),
        Merge("chart-patch-target", "a merge of another name",
            "apiVersion: apps/v1, kind: Deployment, metadata: {name: nosuch, namespace: kube-system, annotations: {a: b}}",
            "is for Deployment kube-system/nosuch, which the chart does not make of these values: the release fails."),
        Merge("chart-patch-target", "a merge without the namespace",
            "apiVersion: apps/v1, kind: Deployment, metadata: {name: coredns, annotations: {a: b}}",
            "is for Deployment coredns without a namespace, and the chart makes it in kube-system: the release fails."),
        Merge("chart-patch-target", "a merge of another namespace",
            "apiVersion: apps/v1, kind: Deployment, metadata: {name: coredns, namespace: dns, annotations: {a: b}}",
            "is for Deployment dns/coredns, and the chart makes it in kube-system: the release fails."),
        Patch("chart-patch-target", "a target of an object without a namespace", "ClusterRole", "coredns, namespace: kube-system", Harm,
            "is for ClusterRole kube-system/coredns, and the chart makes it without a namespace: it changes nothing."),
        Merge("chart-patch-target", "a merge of an object without a namespace",
            "apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: coredns, namespace: kube-system, "
                + "annotations: {a: b}}",
            "is for ClusterRole kube-system/coredns, and the chart makes it without a namespace: the release fails."),
        Patch("chart-patch-target", "a target of another namespace", "Deployment", "coredns, namespace: dns", Harm,
            "is for Deployment dns/coredns, and the chart makes it in kube-system: it changes nothing."),
    ];

    private const string Harm = "{op: add, path: /metadata/annotations, value: {a: b}}";

    /// <summary>Patches of which no rule speaks: fields that decide other things.</summary>
    public static IEnumerable<LintFixture> Harmless =>
    [
        Patch("", "an annotation", "Service", "kube-dns", "{op: add, path: /metadata/annotations, value: {a: b}}", ""),
        Patch("", "a port more", "Service", "kube-dns", "{op: add, path: /spec/ports/-, value: {name: dot, port: 853, protocol: TCP}}", ""),
        Patch("", "a label more", "Deployment", "coredns", "{op: add, path: /spec/template/metadata/labels/team, value: dns}", ""),
        Patch("", "pull secrets", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/imagePullSecrets, value: [{name: registry}]}", ""),
        Patch("", "the metrics", "Service", "coredns-metrics", "{op: add, path: /metadata/annotations, value: {a: b}}", ""),
        Patch("", "each of a kind", "ClusterRole", ".*", "{op: add, path: /metadata/annotations, value: {a: b}}", ""),
        Patch("", "more pods", "Deployment", "coredns", "{op: replace, path: /spec/replicas, value: 3}", ""),
        Patch("", "a mirror", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/containers/0/image, value: 'registry.example.com:5000/mirrored-coredns:1.11.4'}", ""),
        Patch("", "a digest", "Deployment", "coredns",
            "{op: replace, path: /spec/template/spec/containers/0/image, value: 'coredns/coredns@sha256:0'}", ""),
        Patch("", "an annotation beside the values' own root", "Deployment", "coredns", Harm, "")
            .Value("      runAsUser: 65532\n", "      runAsUser: 0\n"),
        Patch("", "a budget of one by percentage", "PodDisruptionBudget", "coredns",
            "{op: replace, path: /spec/maxUnavailable, value: 50%}", "").AddValue("    podDisruptionBudget:\n      maxUnavailable: 1\n"),
        Images("", "a mirror by images", "newName: registry.example.com:5000/coredns", ""),
        Patch("", "no words at the start", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/0/args/-, value: -quiet}", ""),
        Patch("", "no words at the start, first", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/0/args/0, value: --quiet=true}", ""),
        Patch("", "a right more", "ClusterRole", "coredns",
            "{op: add, path: /rules/-, value: {apiGroups: [''], resources: [nodes], verbs: [get]}}", ""),
        Patch("", "a right that the Corefile does not need", "ClusterRole", "coredns",
            "{op: replace, path: /rules/0/resources, value: [services, namespaces]}", ""),
        Patch("", "a group of accounts", "ClusterRoleBinding", "coredns",
            "{op: replace, path: /subjects, value: [{kind: Group, name: 'system:serviceaccounts:kube-system'}]}", ""),
        Patch("", "nodes with a label", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/nodeSelector, value: {kubernetes.io/os: linux, disk: ssd}}", ""),
        Patch("", "an empty name of the node", "Deployment", "coredns", "{op: add, path: /spec/template/spec/nodeName, value: ''}", ""),
        Patch("", "a scaler with more room", "HorizontalPodAutoscaler", "coredns", "{op: replace, path: /spec/maxReplicas, value: 20}", "")
            with { Scaled = true },
        Patch("", "a restricted container more", "Deployment", "coredns",
            "{op: add, path: /spec/template/spec/containers/-, value: {name: tap, image: 'tap:1', securityContext: {runAsNonRoot: true, "
                + "allowPrivilegeEscalation: false, capabilities: {drop: [ALL], add: [NET_BIND_SERVICE]}}}}", ""),
        Patch("", "a field that is not modelled", "Deployment", "coredns",
            "{op: remove, path: /spec/template/spec/containers/0/env/7}", ""),
    ];

    private static LintFixture Patch(string rule, string about, string kind, string name, string operation, string says) =>
        new LintFixture(rule, about) { Says = says }.Value("  values:\n",
            $"  postRenderers:\n    - kustomize:\n        patches:\n          - target: {{kind: {kind}, name: {name}}}\n"
            + $"            patch: |\n              - {operation}\n  values:\n");

    private static LintFixture Images(string rule, string about, string change, string says) =>
        new LintFixture(rule, about) { Says = says }.Value("  values:\n",
            $"  postRenderers:\n    - kustomize:\n        images:\n          - {{name: coredns/coredns, {change}}}\n  values:\n");

    private static LintFixture Merge(string rule, string about, string merge, string says) =>
        new LintFixture(rule, about) { Says = says }.Value("  values:\n",
            $"  postRenderers:\n    - kustomize:\n        patches:\n          - patch: |\n              {{{merge}}}\n  values:\n");
}

/// <summary>A patch that takes nothing away is no finding, and one with a typing error gets the name that was meant.</summary>
public sealed class HarmlessPatchTests
{
    private const string InMetadata =
        "Write 'namespace: kube-system' in the metadata of the patch, or write kind and name beside the patch.";

    [Test]
    public void The_nearest_object_is_named_and_all_that_there_are()
    {
        var fix = ChartPatchFixtures.All.First(fixture => fixture.Rule == "chart-patch-target").Check()
            .Single(finding => finding.Rule == "chart-patch-target").Fix;

        fix.ShouldStartWith("Did you mean Deployment coredns? The chart makes Deployment coredns, Service kube-dns, ConfigMap coredns, ");
        fix.ShouldContain("Service coredns-metrics");
    }

    [TestCase("a merge without the namespace", InMetadata)]
    [TestCase("a merge of another namespace", InMetadata)]
    [TestCase("a target of another namespace", "Write 'namespace: kube-system' in the target, or delete the namespace there.")]
    [TestCase("a target of an object without a namespace", "Delete the namespace in the target.")]
    [TestCase("a merge of an object without a namespace", "Delete the namespace in the metadata of the patch.")]
    public void The_namespace_is_named_where_kind_and_name_are_right(string about, string fix) =>
        ChartPatchFixtures.All.Single(fixture => fixture.About == about).Check()
            .Single(finding => finding.Rule == "chart-patch-target").Fix.ShouldBe(fix);

    private static IEnumerable<LintFixture> Fixtures => ChartPatchFixtures.Harmless;

    [TestCaseSource(nameof(Fixtures))]
    public void A_patch_that_takes_nothing_from_DNS_is_left_alone(LintFixture fixture) =>
        fixture.Check().Where(finding => finding.Rule.StartsWith("chart-patch", StringComparison.Ordinal)).ShouldBeEmpty();
}
