using PlatformGitOps.Generator.Apps.CoreDns;
using PlatformGitOps.Generator.Definition;
using PlatformGitOps.Generator.Emission;
using PlatformGitOps.Generator.Flux;
using PlatformGitOps.Generator.Flux.Kustomize;
using PlatformGitOps.Generator.Render;
using PlatformGitOps.Generator.Tests.Emission;
using PlatformGitOps.Generator.Yaml;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>The resolver against the real kustomize, on everything that the generator can emit.</summary>
[TestFixture]
public sealed partial class KubectlComparisonTests
{
    private static readonly Platform Everything = Sample.Platform(
        Sample.Infra,
        Sample.Apps with
        {
            NetworkPolicy = NetworkPolicyFlavour.Kubernetes,
            Monitoring = Sample.Apps.Monitoring with { Flavour = MonitoringFlavour.None }
        },
        With("hpa", new Autoscaling.Horizontal(6, 70)),
        With("cpa", new Autoscaling.Proportional(64, 8, 10)),
        With("checked", new Autoscaling.Off()) with { HealthController = Sample.HealthController with { CoreDns = true } },
        With("released", new Autoscaling.Off()) with
        {
            HealthController = Sample.HealthController with
            {
                Release = true,
                Resources = Sample.HealthController.Resources with { CpuLimit = Generator.Values.Quantity.Parse("1") },
            },
        },
        With("checked-hpa", new Autoscaling.Horizontal(6, 70)) with
        {
            HealthController = Sample.HealthController,
            NetworkPolicy = NetworkPolicyFlavour.Kubernetes,
            Nodes = Generator.Values.Cidr.Parse("10.0.0.0/24"),
            Monitoring = Sample.Apps.Monitoring with { Flavour = MonitoringFlavour.None },
        });

    private string _root = "";
    private SourceTree _tree = SourceTree.Of([]);

    [OneTimeSetUp]
    public void WriteTree()
    {
        _root = Directory.CreateTempSubdirectory("platform-gitops-").FullName;
        var files = Tree.Build(Everything);
        _tree = SourceTree.Of(files);
        foreach (var file in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_root, file.Path))!);
            File.WriteAllText(Path.Combine(_root, file.Path), file.Text);
        }
    }

    [OneTimeTearDown]
    public void RemoveTree() => Directory.Delete(_root, recursive: true);

    private static IEnumerable<string> Clusters() => Everything.Clusters.Select(cluster => cluster.Name.Text);

    [TestCaseSource(nameof(Clusters))]
    public void Every_layer_of_a_cluster_is_what_kubectl_builds(string cluster)
    {
        foreach (var layer in new FluxTree(_tree).Cluster(cluster, strict: true).Layers)
        {
            layer.BuildFindings.ShouldBeEmpty(layer.Name);
            var components = layer.Kustomization.Body.ItemsAt("spec", "components").Select(item => ((Scalar)item).Value).ToArray();
            ShouldBeSame(layer.Built, Kubectl(layer.Folder!, components), layer.Name);
        }
    }

    /// <summary>The members of a Flux Kustomization that change what arrives, and a folder without a kustomization.yaml.</summary>
    [Test]
    public async Task Flux_members_and_generated_files_give_what_the_real_kustomize_gives()
    {
        using var repository = new TemporaryFolder();
        repository.Write("kubernetes/clusters/one/flux.yaml", """
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: apps, namespace: flux-system}
            spec:
              path: ./kubernetes/apps
              prune: true
              sourceRef: {kind: GitRepository, name: here}
              targetNamespace: team
              namePrefix: pre-
              nameSuffix: -suf
              commonMetadata: {labels: {owner: "${OWNER}"}, annotations: {a: "1"}}
              components: [../missing, ../component]
              ignoreMissingComponents: true
              images: [{name: nginx, newTag: "2"}, {name: registry.example:5000/x/app, newName: other/app, digest: "sha256:abc"}]
              patches:
                - target: {kind: Deployment}
                  patch: |
                    - {op: add, path: /spec/replicas, value: 3}
              postBuild: {substitute: {OWNER: team-a, NUMBER: "004"}}
            ---
            apiVersion: kustomize.toolkit.fluxcd.io/v1
            kind: Kustomization
            metadata: {name: foreign, namespace: flux-system}
            spec: {path: ./deploy, sourceRef: {kind: GitRepository, name: elsewhere}}
            """);
        repository.Write("kubernetes/component/kustomization.yaml",
            "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [extra.yaml]\n");
        repository.Write("kubernetes/component/extra.yaml", "{apiVersion: v1, kind: ServiceAccount, metadata: {name: extra}}");
        repository.Write("kubernetes/apps/sub/kustomization.yaml", "resources: [used.yaml]\nnamePrefix: sub-\n");
        repository.Write("kubernetes/apps/sub/used.yaml",
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: used}, data: {owner: '${OWNER}', number: 'x${NUMBER}'}}");
        repository.Write("kubernetes/apps/sub/unused.yaml", "not: an object");
        repository.Write("kubernetes/apps/.sops.yaml", "creation_rules: []");
        repository.Write("kubernetes/apps/web.yml", """
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, labels: &labels {app: web}}
            spec:
              selector: {matchLabels: *labels}
              template:
                metadata: {labels: *labels}
                spec:
                  serviceAccountName: extra
                  initContainers: [{name: i, image: "registry.example:5000/x/app:1"}]
                  containers:
                    [{name: c, image: "nginx:1@sha256:0", envFrom: [{configMapRef: {name: settings}}, {configMapRef: {name: outside}}]}]
            ---
            {apiVersion: v1, kind: ConfigMap, metadata: {name: settings}, data: {a: "1"}}
            ---
            apiVersion: helm.toolkit.fluxcd.io/v2
            kind: HelmRelease
            metadata: {name: hr}
            spec: {values: {image: "nginx:1", containers: [{image: "nginx:1"}], number: "${NUMBER}"}}
            """);
        NeedsKubectl();

        var theirs = await ClusterRender.BuildAsync(repository.Path, "one", new RenderOptions { StrictSubstitution = true },
            TimeProvider.System, CancellationToken.None);
        var ours = new FluxTree(SourceTree.OnDisk(repository.Path)).Cluster("one", strict: true);

        theirs.Problem.ShouldBeNull();
        ours.Layers.SelectMany(layer => layer.Findings).ShouldBeEmpty();
        ours.Layers.Select(layer => layer.Name).ShouldBe([Layer.Bootstrap, "apps", "foreign"]);
        ours.Layers[2].IsForeign.ShouldBeTrue();
        Canonical(ours.Applied).ShouldBe(Canonical(theirs.Layers.SelectMany(layer => layer.Applied)));
        ours.Applied.Single(resource => resource.IsHelmRelease).Label("owner")
            .ShouldBe("${OWNER}", "Flux sets common metadata after substitution");
    }

    private const string Workload = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers:
                - name: c
                  image: nginx:1
                  envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: login}}, {configMapRef: {name: outside}}]
              volumes: [{name: v, configMap: {name: files}}]
        """;

    private const string Generating = """
        resources: [web.yaml]
        configMapGenerator:
          - name: settings
            literals: [a=1, "b='quoted'", c=<&>, d==, e=]
            envs: [settings.env]
          - name: files
            files: [settings.env, other=script.sh, binary.bin]
            options: {labels: {own: "1"}, annotations: {note: x}, immutable: true}
        secretGenerator:
          - {name: login, literals: [user=me, "password=a longer text that has more than seventy characters in base64, or so"]}
          - {name: typed, type: kubernetes.io/basic-auth, literals: [username=me], options: {disableNameSuffixHash: true}}
        generatorOptions: {labels: {all: "1"}}
        """;

    private static readonly (string Path, string Text)[] Base =
    [
        ("base/web.yaml", Workload), ("base/kustomization.yaml", Generating), ("base/script.sh", "#!/bin/sh\necho \"\u00fc\t$1\" \u2028\n"),
        ("base/settings.env", "# a comment\n\n  FIRST=1\nSECOND=a=b \nTHIRD\n"), ("base/binary.bin", "\u0001\u0000"),
    ];

    private static IEnumerable<TestCaseData> Members()
    {
        yield return Case("generators", "resources: [../base]");
        yield return Case("prefix and namespace over generators",
            "resources: [../base]\nnamespace: team\nnamePrefix: a-\nnameSuffix: -b");
        yield return Case("merge and replace", """
            resources: [../base]
            namePrefix: a-
            configMapGenerator:
              - {name: settings, behavior: merge, literals: [a=2, new=3], options: {labels: {more: "1"}}}
              - {name: files, behavior: replace, literals: [only=1]}
            secretGenerator:
              - {name: login, behavior: merge, literals: [user=you]}
            """);
        yield return Case("an overlay that refers to names of its base", "resources: [../base, more.yaml]\nnamespace: team",
            ("app/more.yaml", Workload.Replace("name: web}", "name: more}", StringComparison.Ordinal)));
        yield return Case("two overlays of one base", "resources: [one, two]",
            ("app/one/kustomization.yaml", "resources: [../../base]\nnamePrefix: one-"),
            ("app/two/kustomization.yaml", "resources: [../../base]\nnamePrefix: two-"));
        yield return Case("references in custom resources", """
            resources: [release.yaml]
            configMapGenerator: [{name: values, literals: [values.yaml=a]}]
            configurations: [names.yaml]
            """,
            ("app/release.yaml", """
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata: {name: r}
                spec: {valuesFrom: [{kind: ConfigMap, name: values}, {kind: ConfigMap, name: other}]}
                """),
            ("app/names.yaml",
                "nameReference: [{kind: ConfigMap, version: v1, fieldSpecs: [{path: spec/valuesFrom/name, kind: HelmRelease}]}]"));
        yield return Case("a generator in a component", "resources: [../base]\ncomponents: [../component]\nnamePrefix: a-",
            ("component/kustomization.yaml", """
                apiVersion: kustomize.config.k8s.io/v1alpha1
                kind: Component
                configMapGenerator: [{name: settings, behavior: merge, literals: [a=4]}, {name: more, literals: [x=y]}]
                """));
        yield return Case("a namespace over bindings", "namespace: team\nresources: [all.yaml]",
            ("app/all.yaml", """
                {apiVersion: v1, kind: ServiceAccount, metadata: {name: here}}
                ---
                {apiVersion: v1, kind: ServiceAccount, metadata: {name: there, namespace: other}}
                ---
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRoleBinding
                metadata: {name: b}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: r}
                subjects:
                  - {kind: ServiceAccount, name: here, namespace: default}
                  - {kind: ServiceAccount, name: there, namespace: other}
                  - {kind: ServiceAccount, name: default, namespace: x}
                  - {kind: ServiceAccount, name: outside, namespace: x}
                  - {kind: User, name: somebody, apiGroup: rbac.authorization.k8s.io}
                """));
        yield return Case("common labels, annotations and replicas", """
            resources: [../base, all.yaml]
            commonAnnotations: {note: "1"}
            labels: [{pairs: {one: "1"}, includeSelectors: true}, {pairs: {two: "2"}, includeTemplates: true}, {pairs: {three: "3"}}]
            replicas: [{name: web, count: 4}]
            sortOptions: {order: fifo}
            """, ("app/all.yaml", Others));
        yield return Case("the older members", """
            bases: [../base]
            resources: [all.yaml]
            commonLabels: {team: dns}
            patchesStrategicMerge: [patch.yaml, "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 3}\n"]
            patchesJson6902:
              - target: {version: v1, kind: Service, name: s}
                patch: '[{"op": "add", "path": "/spec/type", "value": "NodePort"}]'
            """, ("app/all.yaml", Others),
            ("app/patch.yaml", "{apiVersion: v1, kind: Service, metadata: {name: s, annotations: {x: y}}}"));

        static TestCaseData Case(string name, string kustomization, params (string, string)[] files) =>
            new TestCaseData(new Dictionary<string, string>(Base.Concat(files).Append(("app/kustomization.yaml", kustomization))
                .Select(file => KeyValuePair.Create(file.Item1, file.Item2)))).SetArgDisplayNames(name);
    }

    private const string Others = """
        {apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: web}, ports: [{port: 80}]}}
        ---
        {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p}, spec: {maxUnavailable: 1,
          selector: {matchLabels: {app: web}}}}
        ---
        apiVersion: batch/v1
        kind: CronJob
        metadata: {name: j}
        spec:
          schedule: "0 0 * * *"
          jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: a, env: [{name: A, valueFrom:
            {configMapKeyRef: {name: settings, key: a}}}]}]}}}}
        ---
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: n}
        spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}
        """;

    [TestCaseSource(nameof(Members))]
    public void A_kustomization_gives_what_kubectl_gives(Dictionary<string, string> files)
    {
        NeedsKubectl();
        using var folder = new TemporaryFolder();
        foreach (var (path, text) in files)
        {
            folder.Write(path, text);
        }

        File.WriteAllBytes(Path.Combine(folder.Path, "base", "binary.bin"), [0xFF, 0xFE, 0]);

        var ours = new Kustomizer(SourceTree.OnDisk(folder.Path)).Build(new BuildRequest("app"));

        ours.Findings.ShouldBeEmpty();
        ShouldBeSame(ours.Resources, Kubectl(Path.Combine(folder.Path, "app"), null), "app");
    }
}
