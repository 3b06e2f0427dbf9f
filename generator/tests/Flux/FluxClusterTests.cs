namespace PlatformGitOps.Generator.Tests.Flux;

/// <summary>The objects that Flux applies in a cluster, on small handwritten trees.</summary>
public sealed class FluxClusterTests
{
    private static readonly LintOptions Options = new() { FluxVersion = SemVer.Parse("2.9.4"), StrictSubstitution = true };

    [Test]
    public void Secrets_are_decoded_and_encrypted_values_are_set_but_unknown()
    {
        var cluster = Cluster(
            Kustomization("apps", "{path: ./kubernetes/apps, postBuild: {substituteFrom: [{kind: Secret, name: s}]}}"),
            ("kubernetes/clusters/one/secret.yaml", """
                apiVersion: v1
                kind: Secret
                metadata: {name: s, namespace: flux-system}
                data: {DECODED: dmFsdWU=, OVER: dW5kZXI=, BROKEN: "%", SEALED: "ENC[AES256_GCM,data:x]"}
                stringData: {PLAIN: text, OVER: over}
                """),
            ("kubernetes/apps/config.yaml", Config("{a: '${DECODED}', b: '${PLAIN}', c: '${OVER}', d: 'x${SEALED}', e: '${BROKEN:=z}'}")));

        cluster.Layers.SelectMany(layer => layer.Findings).ShouldBeEmpty();
        YamlWriter.WriteFragment(cluster.Find("ConfigMap", "x", "c")!.Body["data"]!)
            .ShouldBe("a: value\nb: text\nc: over\nd: x${SEALED}\ne: ${BROKEN:=z}\n");
    }

    [Test]
    public void A_path_of_the_root_takes_every_manifest_that_source_controller_keeps()
    {
        var cluster = Cluster(
            Kustomization("root", "{path: ./}"),
            ("one.yaml", Config("{a: b}")),
            ("deep/two.yml", Config("{a: b}").Replace("name: c", "name: d")),
            (".sops.yaml", "creation_rules: []"),
            (".github/workflows/ci.yaml", "on: push"),
            ("docs/readme.md", "no manifest"));

        var root = cluster.Layers.Single(layer => layer.Name == "root");
        root.Findings.ShouldBeEmpty();
        root.Applied.Select(resource => resource.Name).ShouldBe(["d", "root", "c"]);
    }

    [Test]
    public void A_kustomization_of_another_repository_is_unknown_and_a_missing_folder_is_a_finding()
    {
        var cluster = Cluster(
            Kustomization("here", "{path: ./kubernetes/apps}"),
            Kustomization("missing", "{path: ./kubernetes/none}"),
            Kustomization("outside", "{path: ../..}"),
            ("kubernetes/clusters/one/foreign.yaml", """
                apiVersion: kustomize.toolkit.fluxcd.io/v1
                kind: Kustomization
                metadata: {name: foreign, namespace: flux-system}
                spec: {path: ./deploy, sourceRef: {kind: OCIRepository, name: elsewhere}}
                """),
            ("kubernetes/apps/config.yaml", Config("{a: b}")));

        cluster.Layers.Where(layer => layer.IsForeign).Select(layer => layer.Name).ShouldBe(["foreign"]);
        cluster.Layers.Where(layer => layer.BuildFindings.Any(finding => finding.Rule == Layer.RulePathMissing)).Select(layer => layer.Name)
            .ShouldBe(["missing", "outside"], ignoreOrder: true);
    }

    [Test]
    public void Without_variables_nothing_is_substituted_unless_the_strategy_is_always()
    {
        var cluster = Cluster(
            Kustomization("plain", "{path: ./kubernetes/apps}"),
            Kustomization("always", "{path: ./kubernetes/more, postBuild: {substituteStrategy: Always}}"),
            ("kubernetes/apps/config.yaml", Config("{a: '${A:=default}'}")),
            ("kubernetes/more/config.yaml", Config("{a: '${A:=default}'}")));

        cluster.Layers.Single(layer => layer.Name == "plain").Applied.Single().Body.TextAt("data", "a").ShouldBe("${A:=default}");
        cluster.Layers.Single(layer => layer.Name == "always").Applied.Single().Body.TextAt("data", "a").ShouldBe("default");
    }

    [Test]
    public void Values_of_a_release_come_from_its_sources_in_order_and_its_own_win()
    {
        var cluster = Cluster(
            Kustomization("apps", "{path: ./kubernetes/apps}"),
            ("kubernetes/apps/all.yaml", """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: values, namespace: x}
                data:
                  values.yaml: |
                    replicas: 1
                    image: {tag: a, pull: Always}
                  port: "53"
                ---
                apiVersion: helm.toolkit.fluxcd.io/v2
                kind: HelmRelease
                metadata: {name: r, namespace: x}
                spec:
                  targetNamespace: dns
                  valuesFrom:
                    - {kind: ConfigMap, name: values}
                    - {kind: ConfigMap, name: values, valuesKey: port, targetPath: service.port}
                    - {kind: Secret, name: none, optional: true}
                  values: {image: {tag: b}}
                """));

        var release = HelmRelease.Of(cluster.Find("HelmRelease", "x", "r")!, cluster.FindBody);

        (release.Name, release.Namespace, release.HasAllValues).ShouldBe(("dns-r", "dns", true));
        YamlWriter.WriteFragment(release.Values).ShouldBe("replicas: 1\nimage:\n  pull: Always\n  tag: b\nservice:\n  port: 53\n");
        release.Values.Entries[0].KeyPosition.ShouldBe(new Position(6, 5), "the place in the file, not in the text");
    }

    [Test]
    public void A_prefix_of_the_flux_kustomization_changes_what_lint_sees()
    {
        var files = Files(
            Kustomization("apps", "{path: ./kubernetes/apps, namePrefix: a-, healthChecks: [{kind: ConfigMap, name: c, namespace: x}]}"),
            Kustomization("same", "{path: ./kubernetes/apps, namePrefix: a-}"),
            ("kubernetes/apps/config.yaml", Config("{a: b}")));

        Linter.Check(files, Options).Select(finding => finding.Rule).Where(rule => rule is "health-check-missing" or "duplicate-object")
            .ShouldBe(["health-check-missing", "duplicate-object"], ignoreOrder: true);
    }

    [TestCase("Widget", new string[0])]
    [TestCase("Gadget", new[] { "crd-unordered" })]
    public void A_CRD_may_be_in_the_layer_of_its_resources_but_not_in_one_without_dependsOn(string kind, string[] rules)
    {
        var files = Files(
            Kustomization("apps", "{path: ./kubernetes/apps}"),
            Kustomization("more", "{path: ./kubernetes/more}"),
            ("kubernetes/more/definition.yaml", Definition("Gadget")),
            ("kubernetes/apps/definition.yaml", Definition("Widget")),
            ("kubernetes/apps/resource.yaml", $"{{apiVersion: example.com/v1, kind: {kind}, metadata: {{name: a, namespace: x}}}}"));

        Linter.Check(files, Options).Select(finding => finding.Rule).Where(rule => rule.StartsWith("crd-", StringComparison.Ordinal))
            .ShouldBe(rules);

        static string Definition(string kind) => "{apiVersion: apiextensions.k8s.io/v1, kind: CustomResourceDefinition, metadata: "
            + $"{{name: {kind}}}, spec: {{group: example.com, names: {{kind: {kind}}}}}}}";
    }

    [TestCase("data: {a: *none}", "yaml-alias")]
    [TestCase("data: {a: !custom b}", "yaml-tag")]
    [TestCase("data: {a: &x 1, b: *x}", null)]
    [TestCase("data: {a: '${X#[z-a]}'}", null)]
    [TestCase("data: [{<<: 3}]", "yaml-merge-key")]
    public void No_manifest_ends_lint_or_plan(string data, string? rule)
    {
        var files = Files(
            Kustomization("apps", "{path: ./kubernetes/apps, postBuild: {substitute: {X: y}}}"),
            ("kubernetes/apps/config.yaml", $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: x}}\n{data}\n"));

        var findings = Linter.Check(files, Options);

        findings.ShouldNotContain(finding => finding.Rule == Finding.InternalError);
        findings.Any(finding => finding.Rule == rule).ShouldBe(rule is not null);
        Should.NotThrow(() => Generator.Plan.PlanRun.Compare(files, files, _ => true, CancellationToken.None));
    }

    [Test]
    public void A_template_that_is_nested_too_deep_is_a_finding()
    {
        var nested = string.Concat(Enumerable.Repeat("${A:=", 200_000)) + "x" + new string('}', 200_000);
        var files = Files(
            Kustomization("apps", "{path: ./kubernetes/apps, postBuild: {substitute: {X: y}}}"),
            ("kubernetes/apps/config.yaml", Config($"{{a: '{nested}'}}")));

        Linter.Check(files, Options).ShouldContain(finding => finding.Rule == "substitution-malformed"
            && finding.Message.Contains("more than 100"));
    }

    [Test]
    public void A_fault_of_a_rule_is_a_finding_with_its_name_and_does_not_hide_other_rules()
    {
        var files = Files(Kustomization("apps", "{path: ./kubernetes/none}"));
        var broken = LintRule.Of("broken", _ => throw new InvalidOperationException("test"));

        var findings = Linter.Check(files, Options, [broken, .. LintRules.All]);

        findings.Select(finding => finding.Rule).ShouldBe([Finding.InternalError, "path-missing"], ignoreOrder: true);
        var fault = findings.Single(finding => finding.Rule == Finding.InternalError);
        fault.File.ShouldBe("kubernetes/clusters/one");
        fault.Message.ShouldContain("The check 'broken' failed on cluster one: InvalidOperationException: test");
    }

    private static (string, string) Kustomization(string name, string spec) => ($"kubernetes/clusters/one/{name}.yaml", $$"""
        apiVersion: kustomize.toolkit.fluxcd.io/v1
        kind: Kustomization
        metadata: {name: {{name}}, namespace: flux-system}
        spec: {sourceRef: {kind: GitRepository, name: here}, {{spec[1..]}}
        """);

    private static string Config(string data) => $"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: c, namespace: x}}\ndata: {data}\n";

    private static SourceTree Files(params (string Path, string Text)[] files) =>
        SourceTree.Of(files.ToDictionary(file => file.Path, file => Encoding.UTF8.GetBytes(file.Text)));

    private static FluxCluster Cluster(params (string Path, string Text)[] files) => new FluxTree(Files(files))
        .Cluster("one", strict: true);
}
