using PlatformGitOps.Generator.Flux.Kustomize;

namespace PlatformGitOps.Generator.Tests.Flux;

[TestFixture]
public sealed class KustomizerTests
{
    private const string Release = """
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata: {name: dns, namespace: kube-system}
        spec:
          values:
            replicas: 2
            list: [a, b]
            gone: yes
        """;

    private const string Config = """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings}
        data: {a: "1"}
        """;

    [Test]
    public void Resources_of_folders_and_files_come_in_the_order_of_their_mention()
    {
        var result = Build(
            ("app/kustomization.yaml", "resources: [../base, config.yaml]"),
            ("app/config.yaml", Config),
            ("base/kustomization.yaml", "resources: [release.yaml]"),
            ("base/release.yaml", Release));

        result.Findings.ShouldBeEmpty();
        result.Resources.Select(resource => resource.Id.ToString())
            .ShouldBe(["kube-system_dns_helm.toolkit.fluxcd.io_HelmRelease", "_settings__ConfigMap"]);
        result.Resources[1].File.ShouldBe("app/config.yaml");
    }

    [Test]
    public void A_component_adds_to_and_patches_what_its_parent_has()
    {
        var files = new[]
        {
            ("app/kustomization.yaml", "resources: [release.yaml]"),
            ("app/release.yaml", Release),
            ("component/kustomization.yaml", """
                kind: Component
                resources: [config.yaml]
                patches:
                  - patch: |
                      apiVersion: helm.toolkit.fluxcd.io/v2
                      kind: HelmRelease
                      metadata: {name: dns, namespace: kube-system}
                      spec: {values: {replicas: 3, gone: null, list: [c], new: {deep: x}}}
                """),
            ("component/config.yaml", Config),
        };

        var result = new Kustomizer(Tree(files)).Build(new BuildRequest("app").With("../component"));

        result.Findings.ShouldBeEmpty();
        result.Resources.Select(resource => resource.Name).ShouldBe(["dns", "settings"]);
        var body = result.Resources[0].Body;
        body.TextAt("spec", "values", "replicas").ShouldBe("3");
        body.At("spec", "values", "gone").ShouldBeNull();
        body.TextAt("spec", "values", "new", "deep").ShouldBe("x");
        ((Generator.Yaml.Sequence)body.At("spec", "values", "list")!).Items.Length.ShouldBe(1,
            "kustomize replaces lists of custom resources");
    }

    [Test]
    public void A_namespace_and_labels_reach_every_object_that_can_have_them()
    {
        var result = Build(
            ("app/kustomization.yaml", """
                namespace: dns
                labels: [{pairs: {team: net}, includeSelectors: false}]
                resources: [config.yaml, role.yaml]
                """),
            ("app/config.yaml", Config),
            ("app/role.yaml", "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a:b}}"));

        result.Findings.ShouldBeEmpty();
        result.Resources.Select(resource => resource.Id.ToString())
            .ShouldBe(["dns_settings__ConfigMap", "_a__b_rbac.authorization.k8s.io_ClusterRole"]);
        result.Resources.ShouldAllBe(resource => resource.Label("team") == "net");
    }

    [Test]
    public void Without_a_kustomization_file_everything_below_is_taken_as_Flux_does()
    {
        var result = Build(
            ("app/config.yaml", Config),
            ("app/readme.md", "no object"),
            ("app/sub/release.yaml", Release),
            ("app/built/kustomization.yaml", "resources: [used.yaml]"),
            ("app/built/used.yaml", Config.Replace("settings", "used")),
            ("app/built/unused.yaml", Config.Replace("settings", "unused")),
            ("app/built/below/unused.yaml", Config.Replace("settings", "unused")));

        result.Findings.ShouldBeEmpty();
        result.Resources.Select(resource => resource.Name).ShouldBe(["used", "settings", "dns"]);
    }

    [TestCase("resources: [missing.yaml]", "kustomize-missing")]
    [TestCase("resources: [../../../etc]", "kustomize-outside")]
    [TestCase("resources: [config.yaml, config.yaml]", "kustomize-twice")]
    [TestCase("resources: [config.yaml]\nimages: [{name: x, newTag: 1.10}]", "kustomize-type")]
    [TestCase("resources: [config.yaml]\nnamespace: 123", "kustomize-type")]
    [TestCase("resources: [config.yaml]\nnameSuffix: n", "kustomize-type")]
    [TestCase("resources: [config.yaml]\ncommonAnnotations: {a: y}", "kustomize-type")]
    [TestCase("resources: [config.yaml]\ncommonAnnotations: {1: a}", "kustomize-type")]
    [TestCase("resources: [config.yaml]\nlabels: [{pairs: {a: b}, includeSelectors: 'true'}]", "kustomize-type")]
    [TestCase("resources: [config.yaml]\ngeneratorOptions: {annotations: {x: on}}", "kustomize-type")]
    [TestCase("resources: [config.yaml]\nconfigMapGenerator: [{name: 5, literals: [a=b]}]", "kustomize-type")]
    [TestCase("resources: [../app]", "kustomize-cycle")]
    [TestCase("resources: [../component]", "kustomize-kind")]
    [TestCase("components: [../plain]", "kustomize-kind")]
    [TestCase("resources: ['https://example.com/base']", "kustomize-unsupported")]
    [TestCase("resources: ['https://github.com/example/base//deploy?ref=v1.0.0']", "kustomize-unsupported")]
    [TestCase("resources: ['github.com/example/base?ref=v1.0.0']", "kustomize-unsupported")]
    [TestCase("resources: ['git@github.com:example/base.git']", "kustomize-unsupported")]
    [TestCase("resources: ['oci://ghcr.io/example/base']", "kustomize-unsupported")]
    [TestCase("components: ['https://github.com/example/base//component']", "kustomize-unsupported")]
    [TestCase("helmCharts: []", "kustomize-unsupported")]
    [TestCase("Resources: []", "kustomize-unsupported")]
    [TestCase("resource: [config.yaml]", "kustomize-key")]
    [TestCase("configMapGenerator: [{name: a, files: ['b=https://example.com/b.json']}]", "kustomize-unsupported")]
    [TestCase("configurations: [conf.yaml]", "kustomize-unsupported")]
    [TestCase("replacements: [{source: {kind: ConfigMap}, targets: []}]", "kustomize-replacement")]
    [TestCase("resources: [config.yaml]\nreplacements: [{source: {kind: ConfigMap}, targets: [{select: {}, fieldPaths: [data.none]}]}]",
        "kustomize-replacement")]
    [TestCase("resources: [config.yaml]\nreplacements: [{source: {kind: ConfigMap}, targets: [{select: {}, fieldPaths: [kind.in]}]}]",
        "kustomize-unsupported")]
    [TestCase("resources: [config.yaml]\nreplacements: [{source: {kind: ConfigMap}, targets: [{select: {kind: Con.*}}]}]",
        "kustomize-unsupported")]
    [TestCase("resources: [config.yaml]\nvars: [{name: V, objref: {apiVersion: v1, kind: Secret, name: none}}]", "kustomize-vars")]
    [TestCase("configMapGenerator: [{name: a, files: [missing.txt]}]", "kustomize-generator")]
    [TestCase("configMapGenerator: [{name: a, literals: [b]}]", "kustomize-generator")]
    [TestCase("configMapGenerator: [{name: a, literals: [b=c, b=d]}]", "kustomize-generator")]
    [TestCase("configMapGenerator: [{name: a, behavior: merge, literals: [b=c]}]", "kustomize-generator")]
    [TestCase("configMapGenerator: [{name: a, literals: [b=c]}, {name: a, literals: [b=c]}]", "kustomize-generator")]
    [TestCase("configMapGenerator: [{literals: [b=c]}]", "kustomize-generator")]
    [TestCase("resources: [config.yaml]\npatches: [{target: {kind: 'Conf(ig'}, patch: '[]'}]", "kustomize-patch")]
    [TestCase("resources: [versionless.yaml]", "kustomize-object")]
    [TestCase("resources: [nameless.yaml]", "kustomize-object")]
    [TestCase("resources: [config.yaml]\npatches: [{patch: '{apiVersion: v1, kind: Secret, metadata: {name: x}}'}]", "kustomize-patch")]
    [TestCase("resources: [config.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '- {op: remove, path: /data/none}'}]",
        "kustomize-patch")]
    [TestCase("resources: [config.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '- {op: replace, path: /none/a, value: x}'}]",
        "kustomize-patch")]
    [TestCase("resources: [config.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '- {op: add, path: /metadata/labels/a, value: x}'}]",
        "kustomize-patch")]
    [TestCase("resources: [config.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '- {op: move, path: /data/none, from: /x}'}]",
        "kustomize-patch")]
    [TestCase("resources: [config.yaml]\npatches: [{path: missing.yaml}]", "kustomize-patch")]
    [TestCase("resources: [config.yaml]\npatches: [{target: {kind: ConfigMap}, patch: '- {op: test, path: /kind, value: x}'}]",
        "kustomize-patch")]
    [TestCase("resources: [config.yaml]\npatches: [{target: {labelSelector: 'a ~ b'}, patch: '[]'}]", "kustomize-patch")]
    [TestCase("resources: [config.yaml]\nreplicas: [{name: none, count: 2}]", "kustomize-patch")]
    public void Input_that_kustomize_refuses_or_this_does_not_support_is_a_finding(string kustomization, string rule)
    {
        var result = Build(
            ("app/kustomization.yaml", kustomization),
            ("app/config.yaml", Config),
            ("app/nameless.yaml", "{kind: ConfigMap}"),
            ("app/conf.yaml", "images: [{path: spec/image}]"),
            ("app/versionless.yaml", "{kind: ConfigMap, metadata: {name: x}}"),
            ("component/kustomization.yaml", "kind: Component"),
            ("plain/kustomization.yaml", "kind: Kustomization"));

        result.Findings.Select(finding => finding.Rule).ShouldBe([rule]);
    }

    [Test]
    public void A_patch_without_a_name_and_a_target_is_reported() =>
        Build(("app/kustomization.yaml", "resources: [config.yaml]\npatches: [{patch: '{}'}]"), ("app/config.yaml", Config))
            .Findings.ShouldHaveSingleItem().Message.ShouldContain("a patch has no target and does not name an object");

    [Test]
    public void A_patch_whose_target_selects_nothing_is_a_warning()
    {
        var result = Build(
            ("app/kustomization.yaml",
                "resources: [config.yaml]\npatches:\n  - target: {kind: Secret}\n    patch: '- {op: remove, path: /data}'\n"),
            ("app/config.yaml", Config));

        result.Findings.ShouldBeEmpty();
        result.Warnings.ShouldHaveSingleItem().Finding.Message.ShouldContain("selects no object: kind: Secret");
    }

    /// <summary>flux bootstrap adds gotk-components.yaml to its file.</summary>
    [Test]
    public void A_patch_of_a_file_that_a_tool_fills_later_is_allowed() => Build(
        ("app/kustomization.yaml",
            "resources: [gotk-components.yaml]\npatches:\n  - target: {kind: Deployment}\n    patch: '- {op: remove, path: /data}'\n"),
        ("app/gotk-components.yaml", "# made by flux bootstrap\n")).Warnings.ShouldBeEmpty();

    [TestCase("{a: &x v, b: *x}")]
    [TestCase("{a: &x v, b: *x , c: w}")]
    [TestCase("{a: &x v, b: *x, c: w}")]
    [TestCase("{? &x a : v, b: v}")]
    [TestCase("{a: &x v,\n  b: *x\n  }")]
    public void An_alias_may_end_a_flow_collection(string data)
    {
        var result = Build(
            ("app/kustomization.yaml", "resources: [config.yaml]"),
            ("app/config.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata: {data}\n"));

        result.Findings.ShouldBeEmpty();
        result.Resources.ShouldHaveSingleItem().Body.TextAt("data", "b").ShouldBe("v");
    }

    [TestCase("12")]
    [TestCase("true")]
    [TestCase("null")]
    [TestCase("1.5")]
    public void A_key_that_is_not_a_text_stops_kustomize(string key)
    {
        var result = Build(
            ("app/kustomization.yaml", "resources: [config.yaml]"),
            ("app/config.yaml", $"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: x}}, data: {{{key}: a}}}}"));

        result.Findings.ShouldHaveSingleItem().Message.ShouldContain($"The key {key} is");
    }

    [Test]
    public void Words_of_yaml_1_1_are_texts_for_kustomize_and_a_date_becomes_a_time()
    {
        var result = Build(
            ("app/kustomization.yaml", "resources: [config.yaml]"),
            ("app/config.yaml",
                "{apiVersion: v1, kind: ConfigMap, metadata: {name: x}, data: {y: yes, off: NO, day: 2024-1-2, number: 1_000}}"));

        result.Findings.ShouldBeEmpty();
        Generator.Yaml.YamlWriter.WriteFragment(result.Resources.Single().Body["data"]!)
            .ShouldBe("\"y\": \"yes\"\n\"off\": \"NO\"\nday: \"2024-01-02T00:00:00Z\"\nnumber: 1_000\n");
    }

    [Test]
    public void Anchors_aliases_merge_keys_and_the_tags_of_yaml_are_followed()
    {
        var result = Build(
            ("app/kustomization.yaml", "resources: [config.yaml]"),
            ("app/config.yaml", """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: x, labels: &labels {a: b, c: d}, annotations: {<<: *labels, c: own}}
                data:
                  text: !!str 3
                  again: &again "1"
                  alias: *again
                """));

        result.Findings.ShouldBeEmpty();
        Generator.Yaml.YamlWriter.WriteFragment(result.Resources.Single().Body).ShouldBe("""
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: x
              labels:
                a: b
                c: d
              annotations:
                c: own
                a: b
            data:
              text: "3"
              again: "1"
              alias: "1"

            """.ReplaceLineEndings("\n"));
    }

    [Test]
    public void Aliases_that_grow_without_bound_are_a_finding()
    {
        var lines = Enumerable.Range(1, 30).Select(level => $"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]");
        var result = Build(
            ("app/kustomization.yaml", "resources: [config.yaml]"),
            ("app/config.yaml", $"kind: ConfigMap\na0: &a0 x\n{string.Join('\n', lines)}\n"));

        result.Findings[0].Rule.ShouldBe("yaml-alias");
    }

    [Test]
    public void Many_documents_take_linear_time()
    {
        var documents = Enumerable.Range(0, 20_000)
            .Select(index => Config.Replace("settings", $"settings-{index}"));

        var result = Build(("app/kustomization.yaml", "resources: [all.yaml]\nnamePrefix: a-"),
            ("app/all.yaml", string.Join("\n---\n", documents)));

        result.Resources.Length.ShouldBe(20_000);
    }

    private static BuildResult Build(params (string Path, string Text)[] files) => new Kustomizer(Tree(files))
        .Build(new BuildRequest("app"));

    private static SourceTree Tree((string Path, string Text)[] files) =>
        SourceTree.Of(files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text), StringComparer.Ordinal));
}
