namespace PlatformGitOps.Generator.Tests.Lint;

/// <summary>Pods that no node takes, and pods that the API server refuses.</summary>
public sealed class PlaceTests
{
    private const string NoNode = "no-node";
    private const string Unknown = "priority-class-unknown";
    private const string Autoscaler = "autoscaler: {enabled: true, min: 2, ";

    internal static IEnumerable<LintFixture> All =>
    [
        Place("linux and not linux", "nodeSelector: {kubernetes.io/os: windows}", "kubernetes.io/os is not linux"),
        Place("an expression against the nodeSelector", "nodeSelector: {disk: ssd}", "excludes each node that the nodeSelector selects",
            "{matchExpressions: [{key: disk, operator: In, values: [hdd]}]}"),
        new LintFixture(Unknown, "a class of the DNS pods") { Says = "no PriorityClass 'dns-critical', which pods of HelmRelease" }
            .Value("priorityClassName: system-cluster-critical", "priorityClassName: dns-critical"),
        new LintFixture(Unknown, "a class of a workload") { Where = OwnObjects.File, Says = "pods of Pod shop/web" }.WithOwn(Pod),
    ];

    private const string Demanded = "requiredDuringSchedulingIgnoredDuringExecution";
    private const string Required = "{nodeAffinity: {" + Demanded + ": {nodeSelectorTerms: [";

    private const string Pod = "{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: shop}, spec: {priorityClassName: shop-high, "
        + "containers: [{name: web, image: 'web:1'}]}}";

    [TestCase("{matchExpressions: [{key: a, operator: In, values: [x]}, {key: a, operator: In, values: [y]}]}", "that exclude each other")]
    [TestCase("{matchExpressions: [{key: a, operator: In, values: [x]}, {key: a, operator: NotIn, values: [x, y]}]}",
        "that exclude each other")]
    [TestCase("{matchExpressions: [{key: a, operator: Exists}, {key: a, operator: DoesNotExist}]}", "that exclude each other")]
    [TestCase("{matchExpressions: [{key: a, operator: Gt, values: ['1']}, {key: a, operator: DoesNotExist}]}", "that exclude each other")]
    [TestCase("{matchExpressions: [{key: kubernetes.io/os, operator: NotIn, values: [linux]}]}", "is not linux")]
    [TestCase("{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows]}]}", "is not linux")]
    [TestCase("{matchExpressions: [{key: kubernetes.io/hostname, operator: DoesNotExist}]}", "every node has it")]
    [TestCase("{matchExpressions: [{key: kubernetes.io/arch, operator: In, values: ['']}]}", "no node has it")]
    [TestCase("{}", "has an empty term")]
    [TestCase("{matchExpressions: []}", "has an empty term")]
    [TestCase("{}, {matchExpressions: [{key: kubernetes.io/os, operator: In, values: [windows]}]}", "no other term of it fits a node")]
    [TestCase("{}, {matchExpressions: [{key: a, operator: Exists}]}", null, Description = "one term is enough")]
    [TestCase("{matchExpressions: [{key: a, operator: In, values: [x, y]}, {key: a, operator: In, values: [y, z]}]}", null)]
    [TestCase("{matchExpressions: [{key: a, operator: In, values: [x, y]}, {key: a, operator: NotIn, values: [x]}]}", null)]
    [TestCase("{matchExpressions: [{key: a, operator: NotIn, values: [x]}, {key: a, operator: DoesNotExist}]}", null)]
    [TestCase("{matchExpressions: [{key: a, operator: Gt, values: ['9']}, {key: a, operator: Lt, values: ['1']}]}", null,
        Description = "numbers are not judged")]
    [TestCase("{matchExpressions: [{key: kubernetes.io/os, operator: In, values: [linux, windows]}]}", null)]
    [TestCase("{matchExpressions: [{key: a, operator: DoesNotExist}, {key: b, operator: Exists}]}", null)]
    [TestCase("{matchFields: [{key: metadata.name, operator: In, values: [node-1]}]}", null)]
    public void A_required_affinity(string terms, string? says)
    {
        var said = Place("", null, "", terms).Said(NoNode);
        said.Length.ShouldBe(says is null ? 0 : 1);
        string.Concat(said).ShouldContain(says ?? "");
    }

    /// <summary>Kubernetes accepts an empty term and places no pod; an affinity without a term it does not accept.</summary>
    [TestCase("nodeSelectorTerms: []")]
    [TestCase("nodeSelectorTerms: null")]
    [TestCase("")]
    public void A_required_affinity_without_a_term(string terms)
    {
        var affinity = $"{{nodeAffinity: {{{Demanded}: {{{terms}}}}}}}";
        foreach (var values in new[] { $"affinity: {affinity}\n", $"{Autoscaler}affinity: {affinity}}}\n" })
        {
            var said = new LintFixture("", "").AddValues(values).Check().Where(finding => finding.Rule == NoNode).ShouldHaveSingleItem();
            said.Message.ShouldEndWith("which the API server refuses: the upgrade fails, and the old pods stay.");
            said.Fix.ShouldBe($"Write a term, or delete {Demanded}.");
        }
    }

    [TestCase("nodeSelector: {disk: ssd}", "{matchExpressions: [{key: disk, operator: In, values: [ssd, nvme]}]}")]
    [TestCase("nodeSelector: {kubernetes.io/os: linux}", "{matchExpressions: [{key: kubernetes.io/os, operator: Exists}]}")]
    [TestCase("nodeSelector: {disk: ssd}", "{matchExpressions: [{key: zone, operator: NotIn, values: [a]}]}")]
    public void A_selector_with_an_affinity_that_has_its_nodes(string selector, string terms) =>
        Place("", selector, "", terms).Said(NoNode).ShouldBeEmpty();

    [TestCase("  valuesFrom: [{kind: Secret, name: dns-values}]\n  values:\n")]
    [TestCase("  postRenderers: [{kustomize: {patches: [{target: {kind: Deployment}, patch: '[{op: remove, path: "
        + "/spec/template/spec/nodeSelector}]'}]}}]\n  values:\n")]
    public void What_the_values_do_not_show_alone_is_not_judged(string spec) =>
        Place("", "nodeSelector: {kubernetes.io/os: windows}", "").Value("  values:\n", spec).Said(NoNode).ShouldBeEmpty();

    [TestCase("nodeSelector: {kubernetes.io/os: windows}}\n", 1)]
    [TestCase("nodeSelector: {kubernetes.io/os: linux}}\n", 0)]
    public void Of_the_autoscaler_too(string value, int findings)
    {
        new LintFixture("", "").AddValues(Autoscaler + value).Said(NoNode).Length.ShouldBe(findings);
        new LintFixture("", "").AddValues((Autoscaler + value).Replace("true", "false")).Said(NoNode)
            .ShouldBeEmpty("there is no autoscaler");
    }

    /// <summary>An affinity of pods, and one that nodes fit, are not at fault.</summary>
    [TestCase("{kubernetes.io/os: windows}", "{podAntiAffinity: {}}", "nodeSelector")]
    [TestCase("{kubernetes.io/os: windows}", Required + "{matchExpressions: [{key: disk, operator: Exists}]}]}}}", "nodeSelector")]
    [TestCase("{kubernetes.io/os: linux}", Required + "{}]}}}", "affinity")]
    [TestCase("{disk: ssd}", Required + "{matchExpressions: [{key: disk, operator: In, values: [hdd]}]}]}}}", "affinity")]
    public void The_finding_names_the_line_of_what_is_wrong(string selector, string affinity, string key)
    {
        var tree = new LintFixture("", "").AddValues($"nodeSelector: {selector}\naffinity: {affinity}\n");
        var lines = tree.Files()[LintFixture.Release].Split('\n');
        var line = tree.Check().Where(finding => finding.Rule == NoNode).ShouldHaveSingleItem().Position.Line;
        lines[line - 1].TrimStart().ShouldStartWith($"{key}: ");
    }

    [TestCase("shop-high", 1)]
    [TestCase("system-node-critical", 0)]
    [TestCase("system-shop-critical", 1, Description = "Kubernetes has two")]
    [TestCase("''", 0)]
    public void A_class_of_a_workload(string name, int findings)
    {
        var pod = Pod.Replace("shop-high", name);
        OwnObjects.With(pod).Check().Where(finding => finding.Rule == Unknown).Select(finding => finding.Severity)
            .ShouldBe(Enumerable.Repeat(Severity.Warning, findings));
        OwnObjects.With(pod, $"{{apiVersion: scheduling.k8s.io/v1, kind: PriorityClass, metadata: {{name: {(name == "''" ? "a" : name)}}}, "
            + "value: 1000}").Said(Unknown).ShouldBeEmpty("the tree has it");
    }

    [Test]
    public void A_class_of_the_autoscaler() => new LintFixture("", "").AddValues(Autoscaler + "priorityClassName: scaler}\n").Said(Unknown)
        .ShouldHaveSingleItem();

    /// <summary>A layer of another repository may bring the class.</summary>
    [Test]
    public void Where_another_repository_delivers_too_nobody_knows_the_classes() => new LintFixture("", "")
        .Value("priorityClassName: system-cluster-critical", "priorityClassName: dns-critical")
        .WithOwn("{apiVersion: source.toolkit.fluxcd.io/v1, kind: GitRepository, metadata: {name: base, namespace: flux-system}, spec: "
            + "{interval: 1h, url: 'https://git.example.com/base.git', ref: {branch: main}}}",
            "{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: base, namespace: flux-system}, spec: "
                + "{interval: 1h, path: ./base, prune: true, sourceRef: {kind: GitRepository, name: base}}}")
        .Said(Unknown).ShouldBeEmpty();

    private static LintFixture Place(string about, string? selector, string says, string? terms = null) =>
        new LintFixture(NoNode, about) { Says = says }.AddValues((selector is null ? "" : $"{selector}\n") + (terms is null ? ""
            : $"affinity: {Required}{terms}]}}}}}}\n"));
}
