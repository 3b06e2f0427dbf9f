namespace PlatformGitOps.Generator.Tests.Plan;

/// <summary>One object in one cluster, before and after.</summary>
[TestFixture]
public sealed class ObjectChangeTests
{
    private const string Folder = "kubernetes/clusters/one";

    [TestCase("v1", "Service", "spec: {clusterIP: 10.0.0.1}", "spec: {clusterIP: 10.0.0.2}", "spec.clusterIP")]
    [TestCase("v1", "Service", "spec: {clusterIPs: [10.0.0.1]}", "spec: {clusterIPs: [10.0.0.2]}", "spec.clusterIPs[0]")]
    [TestCase("apps/v1", "Deployment", "spec: {selector: {matchLabels: {a: b}}}", "spec: {selector: {matchLabels: {a: c}}}",
        "spec.selector.matchLabels.a")]
    [TestCase("apps/v1", "StatefulSet", "spec: {serviceName: a}", "spec: {serviceName: b}", "spec.serviceName")]
    [TestCase("batch/v1", "Job", "spec: {template: {spec: {x: 1}}}", "spec: {template: {spec: {x: 2}}}", "spec.template.spec.x")]
    [TestCase("v1", "PersistentVolumeClaim", "spec: {storageClassName: a}", "spec: {storageClassName: b}", "spec.storageClassName")]
    [TestCase("v1", "ConfigMap", "immutable: true\ndata: {a: b}", "immutable: true\ndata: {a: c}", "data.a")]
    [TestCase("v1", "Secret", "immutable: true\nstringData: {a: b}", "immutable: true\nstringData: {a: c}", "stringData.a")]
    [TestCase("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "roleRef: {name: a}", "roleRef: {name: b}", "roleRef.name")]
    [TestCase("scheduling.k8s.io/v1", "PriorityClass", "value: 1", "value: 2", "value")]
    public void What_cannot_change_stops_Flux_or_is_made_again(string version, string kind, string before, string after, string field)
    {
        var old = Object(version, kind, before);

        var stopped = Plan(old, Object(version, kind, after)).ShouldHaveSingleItem();
        stopped.Kind.ShouldBe(ChangeKind.Replace);
        stopped.Reason.ShouldBe($"{field} cannot change: Flux fails here and stops");

        var forced = Plan(old, Object(version, kind, after, "kustomize.toolkit.fluxcd.io/force: enabled")).ShouldHaveSingleItem();
        forced.Reason.ShouldBe($"{field} cannot change: Flux deletes the object and creates it again");
    }

    [TestCase("v1", "Service", "spec: {ports: [{port: 53}]}", "spec: {ports: [{port: 54}]}", "spec.ports[0].port: 53 -> 54")]
    [TestCase("v1", "Service", "spec: {clusterIPs: [10.0.0.1]}", "spec: {clusterIPs: [10.0.0.1, 10.0.0.2]}",
        "spec.clusterIPs[1]: inserted 10.0.0.2")]
    [TestCase("v1", "ConfigMap", "data: {a: b}", "data: {a: b, c: d}", "data.c: set to d")]
    [TestCase("v1", "ConfigMap", "data: {a: '1'}", "data: {a: 1}", "data.a: \"1\" -> 1")]
    [TestCase("v1", "ConfigMap", "data: {file.txt: \"a\\nb\\n\"}", "data: {file.txt: \"a\\nc\\n\"}",
        "data.\"file.txt\" (from line 2): b -> c")]
    [TestCase("v1", "ConfigMap", "data: {file.txt: \"token: |\\n  x1\\n  x2\\n  x3\\nhost: a\\n\"}",
        "data: {file.txt: \"token: |\\n  x1\\n  x2\\n  x3\\nhost: b\\n\"}", "data.\"file.txt\" (from line 5): host: a -> host: b")]
    [TestCase("v1", "ConfigMap", "data: {file.txt: \"a\\n  b\\n\"}", "data: {file.txt: \"a\\n    b\\n\"}",
        "data.\"file.txt\" (from line 2):   b ->     b")]
    [TestCase("v1", "ConfigMap", "data: {a: \"b\\nc\"}", "data: {a: b c}", "data.a: b\\nc -> b c")]
    [TestCase("v1", "ConfigMap", "data: {a: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg one hhhhhhhhhh}",
        "data: {a: aaaaaaaaaa bbbbbbbbbb cccccccccc dddddddddd eeeeeeeeee ffffffffff gggggggggg other}",
        "data.a: ...fffffff gggggggggg one hhhhhhhhhh -> ...fffffff gggggggggg other")]
    [TestCase("v1", "Secret", "stringData: {a: hidden}", "stringData: {a: alsohidden}", "stringData.a: (secret) -> (secret)")]
    [TestCase("apps/v1", "Deployment", "spec: {replicas: 1}", "spec: {}", "spec.replicas: removed, was 1")]
    public void What_can_change_is_shown_with_its_path(string version, string kind, string before, string after, string line)
    {
        var result = Result(Object(version, kind, before), Object(version, kind, after));

        result.Clusters[0].Changes.ShouldHaveSingleItem().Kind.ShouldBe(ChangeKind.Change);
        Planned.Text(result).ShouldContain(line);
        Planned.Text(result).ShouldNotContain("hidden");
    }

    [TestCase("v1", "Namespace", "", "with everything in it")]
    [TestCase("apiextensions.k8s.io/v1", "CustomResourceDefinition", "", "with every object of its kind")]
    [TestCase("v1", "PersistentVolumeClaim", "", "its data may go with it")]
    [TestCase("v1", "ConfigMap", "", null)]
    public void What_leaves_is_pruned_and_the_loss_is_named(string version, string kind, string rest, string? reason)
    {
        var change = Plan(Object(version, kind, rest), "").ShouldHaveSingleItem();
        change.Kind.ShouldBe(ChangeKind.Prune);
        change.Reason.ShouldBe(reason);
    }

    [Test]
    public void Another_version_of_the_same_kind_is_a_change_and_no_prune() =>
        Plan(Object("policy/v1beta1", "PodDisruptionBudget", ""), Object("policy/v1", "PodDisruptionBudget", ""))
            .ShouldHaveSingleItem().Kind.ShouldBe(ChangeKind.Change);

    [TestCase("v1", "ConfigMap", "data: {a: b}", "data: {a: c}")]
    [TestCase("batch/v1", "Job", "spec: {template: {spec: {x: 1}}}", "spec: {template: {spec: {x: 2}}}")]
    public void An_object_that_Flux_may_not_touch_says_so(string version, string kind, string before, string after)
    {
        var change = Plan(Object(version, kind, before), Object(version, kind, after, "kustomize.toolkit.fluxcd.io/ssa: IfNotPresent"))
            .ShouldHaveSingleItem();

        change.Kind.ShouldBe(ChangeKind.Change);
        change.Reason.ShouldBe("Flux does not update it (annotation kustomize.toolkit.fluxcd.io/reconcile or /ssa)");
    }

    [Test]
    public void A_tree_that_Flux_would_refuse_is_reported()
    {
        var result = Result("", "{kind: Broken}");

        result.Findings.ShouldHaveSingleItem().Rule.ShouldBe("kustomize-object");
        result.ExitCode.ShouldBe(1);
    }

    [Test]
    public void An_object_of_two_layers_is_reported()
    {
        var files = new Dictionary<string, string>
        {
            [$"{Folder}/a.yaml"] = Layer("a", "./kubernetes/app"),
            [$"{Folder}/b.yaml"] = Layer("b", "./kubernetes/app"),
            ["kubernetes/app/object.yaml"] = Object("v1", "ConfigMap", ""),
        };

        new EditedTree(files).To(new EditedTree(files)
            .With("kubernetes/app/object.yaml",
            Object("v1", "ConfigMap", "data: {a: b}"))).Findings.ShouldHaveSingleItem().Message.ShouldContain("overwrite each other");
    }

    [Test]
    public void Each_cluster_is_built_as_its_own_Flux_treats_undefined_variables()
    {
        var layer = Layer("app", "./kubernetes/app")
            .Replace("prune: true", "prune: true, postBuild: {substitute: {KNOWN: a}}");
        var tree = new EditedTree(new Dictionary<string, string>
        {
            ["kubernetes/clusters/lenient/layer.yaml"] = layer,
            ["kubernetes/clusters/strict/layer.yaml"] = layer,
            ["kubernetes/app/object.yaml"] = Object("v1", "ConfigMap", "data: {a: \"${UNKNOWN}\"}"),
        });

        var plan = Generator.Plan.PlanRun.Compare(new EditedTree(new Dictionary<string, string>()).Source(), tree.Source(),
            cluster => cluster == "strict", CancellationToken.None);

        plan.Clusters.Where(cluster => !cluster.Findings.IsEmpty).ShouldHaveSingleItem().Cluster.ShouldBe("strict");
    }

    private static string Layer(string name, string path) =>
        $"{{apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {{name: {name}, namespace: flux-system}}, spec: " +
            $"{{path: {path}, prune: true}}}}";

    private static string Object(string version, string kind, string rest, string? annotation = null) =>
        $"apiVersion: {version}\nkind: {kind}\nmetadata:\n  name: " +
            $"it\n{(annotation is null ? "" : $"  annotations:\n    {annotation}\n")}{rest}\n";

    private static IEnumerable<Change> Plan(string before, string after) => Result(before, after).Clusters[0].Changes
        .Select(change => change with
        {
            Fields = [
            .. change.Fields.Where(field => !field.Path.StartsWith("metadata.annotations", StringComparison.Ordinal))]
        });

    private static PlanResult Result(string before, string after) => EditedTree.Of(before).To(EditedTree.Of(after));
}
