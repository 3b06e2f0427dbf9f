using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>The members of a kustomization.yaml beside the real kustomize.</summary>
public sealed class KubectlMemberTests
{
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

    private const string Lists = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: lists}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            spec:
              tolerations: [{key: a}, {key: b}]
              imagePullSecrets: [{name: s1}]
              hostAliases: [{ip: 192.0.2.1, hostnames: [a]}]
              topologySpreadConstraints: [{topologyKey: z, whenUnsatisfiable: X, maxSkew: 1}]
              volumes: [{name: v, emptyDir: {}}, {name: w, configMap: {name: c}}]
              containers:
                - name: a
                  image: a:1
                  args: [x, z]
                  env: [{name: A, value: "1"}, {name: B, value: "2"}]
                  ports: [{containerPort: 80, name: web}, {containerPort: 53, protocol: UDP}, {containerPort: 53, protocol: TCP}]
                  volumeMounts: [{mountPath: /v, name: v}]
                - {name: b, image: "b:1"}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: lists}
        spec: {ports: [{port: 53, protocol: UDP, name: u}, {port: 53, protocol: TCP, name: t}, {port: 80, name: web}]}
        """;

    private const string ListPatch = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: lists}
        spec:
          template:
            spec:
              tolerations: [{key: c}]
              imagePullSecrets: [{name: s2}]
              hostAliases: [{ip: 192.0.2.2, hostnames: [b]}]
              topologySpreadConstraints: [{topologyKey: z, whenUnsatisfiable: X, maxSkew: 2}, {topologyKey: q, whenUnsatisfiable: X}]
              volumes: [{name: e, emptyDir: {}}, {name: v, $patch: delete}]
              containers:
                - {name: new1, image: "n:1"}
                - {name: b, image: "b:2"}
                - name: a
                  args: [z]
                  env: [{name: C, value: "3"}, {name: B, value: "22"}, {name: A, $patch: delete}]
                  ports: [{containerPort: 80, hostPort: 8080}, {containerPort: 53, protocol: TCP, name: dt}, {containerPort: 81}]
                - {name: new2, image: "n:2"}
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: lists}
        spec: {ports: [{port: 53, protocol: TCP, targetPort: 5353}, {port: 80, targetPort: 8080}, {port: 81}]}
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
        yield return Case("a reference from another namespace", """
            resources: [release.yaml]
            configMapGenerator: [{name: values, literals: [a=b]}]
            configurations: [names.yaml]
            """,
            ("app/release.yaml", "{apiVersion: example.com/v1, kind: Thing, metadata: {name: r, namespace: n}, spec: {name: values}}"),
            ("app/names.yaml", "nameReference: [{kind: ConfigMap, version: v1, fieldSpecs: [{path: spec/name, kind: Thing}]}]"));
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

        yield return Case("lists that merge by the keys of their items", """
            resources: [pod.yaml]
            patches: [{path: patch.yaml}]
            """, ("app/pod.yaml", Lists), ("app/patch.yaml", ListPatch));
        // kustomize#386 and kustomize#1354
        yield return Case("two patches that delete from lists, one that changes before", """
            resources: [pod.yaml]
            patches:
              - patch: |
                  {apiVersion: apps/v1, kind: Deployment, metadata: {name: lists},
                    spec: {template: {spec: {containers: [{name: a, image: "a:3"}]}}}}
              - patch: |
                  {apiVersion: apps/v1, kind: Deployment, metadata: {name: lists},
                    spec: {template: {spec: {containers: [{name: b, $patch: delete}]}}}}
              - patch: |
                  {apiVersion: apps/v1, kind: Deployment, metadata: {name: lists},
                    spec: {template: {spec: {volumes: [{name: v, $patch: delete}]}}}}
            """, ("app/pod.yaml", Lists));
        yield return Case("a list that a patch replaces", """
            resources: [pod.yaml]
            patches:
              - patch: |
                  {apiVersion: apps/v1, kind: Deployment, metadata: {name: lists}, spec: {template: {spec: {containers: [{$patch: replace},
                    {name: only, image: "o:1"}], volumes: [{name: w, emptyDir: {}}], imagePullSecrets: []}}}}
            """, ("app/pod.yaml", Lists));
        // kustomize#768 and kustomize#1384
        yield return Case("an object that a patch deletes under a namespace", """
            resources: [../base, all.yaml]
            namespace: team
            patches:
              - patch: |
                  {apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: p}, $patch: delete}
            """, ("app/all.yaml", Others));
        // kustomize-controller#464
        yield return Case("a patch with an empty target is about every object", """
            resources: [../base, all.yaml]
            patches: [{target: {}, patch: "{apiVersion: v1, kind: Service, metadata: {name: s}, $patch: delete}"}]
            """, ("app/all.yaml", Others));

        yield return Case("replacements", """
            resources: [../base, all.yaml]
            namePrefix: a-
            replacements:
              - source: {kind: Service, name: s}
                targets:
                  - {select: {kind: Deployment}, fieldPaths: [metadata.annotations.service], options: {create: true}}
                  - {select: {version: v1}, reject: [{kind: Service}, {labelSelector: own}],
                     fieldPaths: [metadata.annotations.version], options: {create: true}}
                  - {select: {kind: Deployment}, fieldPaths: ["spec.template.spec.containers.[name=c].image"],
                     options: {delimiter: ":", index: 0}}
              - source: {kind: Service, name: s, fieldPath: spec.ports.0.port}
                targets: [{select: {name: p}, fieldPaths: [spec.maxUnavailable]}]
              - path: replacement.yaml
            """, ("app/all.yaml", Others), ("app/replacement.yaml", """
                - source: {kind: Deployment, name: web, fieldPath: spec.template.spec.containers.0.image,
                    options: {delimiter: ":", index: 1}}
                  targets: [{select: {kind: CronJob}, fieldPaths: ["spec.jobTemplate.spec.template.spec.containers.*.image"]}]
                - source: {kind: Deployment, name: web, fieldPath: spec.selector}
                  targets: [{select: {kind: NetworkPolicy}, fieldPaths: [spec.podSelector]}]
                """));
        yield return Case("variables", """
            resources: [../base, all.yaml, uses.yaml]
            namePrefix: a-
            configurations: [places.yaml]
            vars:
              - {name: SERVICE, objref: {apiVersion: v1, kind: Service, name: s}}
              - {name: PORT, objref: {apiVersion: v1, kind: Service, name: s}, fieldref: {fieldPath: "spec.ports[0].port"}}
            """, ("app/all.yaml", Others), ("app/places.yaml", "varReference: [{kind: ConfigMap, path: data/where}]"), ("app/uses.yaml", """
                {apiVersion: v1, kind: ConfigMap, metadata: {name: m, annotations: {to: "$(SERVICE):$(PORT)"}}, data: {where: $(SERVICE)}}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: uses}
                spec: {containers: [{name: c, image: $(SERVICE), args: [$(SERVICE), $$(SERVICE), "$(OTHER)", $(PORT)],
                  env: [{name: A, value: "http://$(SERVICE):$(PORT)"}]}]}
                """));
        yield return Case("operations of JSON patches and selectors", """
            resources: [../base, all.yaml]
            patches:
              - target: {labelSelector: "!none", kind: Deployment}
                patch: |
                  - {op: test, path: /spec/template/spec/containers/0/image, value: "nginx:1"}
                  - {op: copy, from: /metadata/name, path: /spec/template/spec/hostname}
                  - {op: move, from: /spec/template/spec/volumes, path: /spec/template/spec/moved}
                  - {op: add, path: /spec/template/spec/containers/-1, value: {name: d}}
                  - {op: replace, path: /spec/template/spec/nodeName, value: other}
                  - {op: test, path: /spec/nothing, value: null}
                  - {op: add, path: /spec/paused}
                  - {op: add, path: /metadata/annotations/example.org~1owner, value: dns}
              - target: {annotationSelector: "a notin (b, c),x!=y", kind: Service}
                patch: |
                  - {op: add, path: /metadata/annotations, value: {a: b}}
              - target: {annotationSelector: "a in (b, c)"}
                patch: |
                  - {op: add, path: /metadata/annotations/found, value: "yes"}
            labels: [{pairs: {own: "1"}, fields: [{path: spec/extra, kind: Service, create: true}]}]
            """, ("app/all.yaml", Others));
        yield return Case("a namespace and a prefix over webhooks", "resources: [all.yaml]\nnamespace: team\nnamePrefix: a-",
            ("app/all.yaml", """
                {apiVersion: v1, kind: Service, metadata: {name: hook, namespace: old}}
                ---
                apiVersion: admissionregistration.k8s.io/v1
                kind: ValidatingWebhookConfiguration
                metadata: {name: v}
                webhooks: [{name: a.example.com, clientConfig: {service: {name: hook, namespace: old, path: /x}}},
                  {name: b.example.com, clientConfig: {service: {name: other, namespace: old}}}]
                ---
                {apiVersion: apiregistration.k8s.io/v1, kind: APIService, metadata: {name: v1.x}, spec: {group: x, version: v1,
                  service: {name: hook, namespace: old}}}
                ---
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: c.example.com}
                spec: {conversion: {strategy: Webhook, webhook: {clientConfig: {service: {name: hook, namespace: old}}}}}
                ---
                {apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: i, namespace: old}, spec: {ingressClassName: here}}
                ---
                {apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: here}}
                """));

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
        Kustomized.Needed();
        using var folder = new TemporaryFolder();
        foreach (var (path, text) in files)
        {
            folder.Write(path, text);
        }

        File.WriteAllBytes(Path.Combine(folder.Path, "base", "binary.bin"), [0xFF, 0xFE, 0]);

        var ours = new Kustomizer(SourceTree.OnDisk(folder.Path)).Build(new BuildRequest("app"));

        ours.Findings.ShouldBeEmpty();
        Kustomized.ShouldBeSame(ours.Resources, Kustomized.Build(Path.Combine(folder.Path, "app")), "app");
    }
}
